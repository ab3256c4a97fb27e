// The interactive child as the editor uses it: from the built worker, on the sample project.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readSample } from '../../src/dataset/dganFile.ts';
import type { GeneratedOrigin } from '../../src/dataset/synthesisInput.ts';
import { startJob, type RunningJob } from '../../src/jobs/client.ts';
import { InteractiveClient } from '../../src/jobs/interactive/client.ts';
import type { WorkerEntry } from '../../src/jobs/workerEntry.ts';

const ROUNDS = 20;

/** Milliseconds that a person waits for the prediction layer of an avatar. */
export interface InteractiveCosts {
  /** The process starts, finds its provider, reads the models. */
  readonly first: number;
  /** Another image: synthesis and interpreter. */
  readonly warm: readonly number[];
  /** The same image again, as after a training. */
  readonly same: readonly number[];
  /** Another image, while a training runs. */
  readonly duringTraining: readonly number[];
}

export async function interactiveCosts(): Promise<InteractiveCosts> {
  const worker: WorkerEntry = {
    file: fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url)),
    execArgv: [],
  };
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const project = join(folder, 'avatars');
  await cp(fileURLToPath(new URL('../../models/avatars-64', import.meta.url)), project, { recursive: true });
  const client = new InteractiveClient({ compute: () => ({ provider: 'auto' }), worker });
  let training: RunningJob<unknown> | undefined;
  try {
    await (
      await startJob({ job: 'train', options: { members: 10 } }, { project, worker })
    ).result;
    const base = await originOf(join(project, 'samples/000.dgan'));
    let index = 0;
    /** Of an image that nobody asked about before. */
    const another = () => timed(client, project, { ...base, latent: { space: 'z', seed: 5, index: index++ } });
    const series = async (measure: () => Promise<number>): Promise<number[]> => {
      const times = [];
      for (let i = 0; i < ROUNDS; i++) times.push(await measure());
      return times;
    };
    const first = await another();
    const warm = await series(another);
    const same = await series(() => timed(client, project, base));

    await new Promise<void>((resolve, reject) => {
      const started = startJob(
        { job: 'train', options: { seed: 1, out: join(folder, 'other.onnx') } },
        {
          project,
          worker,
          priority: 'background',
          onProgress: ({ stage, done }) => {
            if (stage === 'training' && done > 10) resolve();
          },
        },
      );
      started
        .then((job) => {
          training = job;
          return job.result;
        })
        .catch(reject);
    });
    const duringTraining = await series(another);
    const ended = await Promise.race([training?.result.then(() => true), sleep(0, false)]);
    if (ended === true) throw new Error('The training was over before the measurement.');
    return { first, warm, same, duringTraining };
  } finally {
    client.dispose();
    training?.kill();
    await training?.result.catch(() => undefined);
    await rm(folder, { recursive: true });
  }
}

/** For `console.table`. */
export function interactiveTable({ first, warm, same, duringTraining }: InteractiveCosts): object {
  const both = (times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return `${sorted[0]!.toFixed(0)} / ${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms`;
  };
  return {
    'prediction layer of an avatar, first one (the process starts)': `${first.toFixed(0)} ms`,
    'another image, best / median of 20 (≤ 200 ms)': both(warm),
    'the same image again': both(same),
    'another image during a training (≤ 200 ms)': both(duringTraining),
  };
}

async function timed(client: InteractiveClient, project: string, origin: GeneratedOrigin): Promise<number> {
  const start = performance.now();
  await client.predict({ project, origin, keep: true });
  return performance.now() - start;
}

async function originOf(sample: string): Promise<GeneratedOrigin> {
  const { origin } = (await readSample(sample)).manifest;
  if (origin.kind !== 'generated') throw new Error(`${sample} was not generated.`);
  return origin;
}
