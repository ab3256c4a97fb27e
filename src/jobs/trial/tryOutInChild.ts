import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trial, TryOut } from '../../stylegan/onnx/trial.ts';
import { forkWorker } from '../forkWorker.ts';
import type { WorkerEntry } from '../workerEntry.ts';
import { fromTrialSchema, type ToTrial } from './trialProtocol.ts';

/** A network of 1024² takes some seconds for each of the three images, a StyleGAN 3 on a slow machine minutes. */
const MOST_MILLISECONDS = 900_000;

/**
 * Runs a strange model in a process of its own: what makes the runtime crash, hang or eat the memory becomes an error.
 * @param signal ends it at once
 */
export function tryOutInChild(
  signal: AbortSignal,
  { worker, milliseconds = MOST_MILLISECONDS }: { readonly worker?: WorkerEntry; readonly milliseconds?: number } = {},
): TryOut {
  return async (model, zSize) => {
    const folder = await mkdtemp(join(tmpdir(), 'datasetgan-trial-'));
    try {
      const path = join(folder, 'model.onnx');
      await writeFile(path, model);
      return await trialOf({ model: path, zSize }, signal, worker, milliseconds);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  };
}

async function trialOf(
  question: ToTrial,
  signal: AbortSignal,
  worker: WorkerEntry | undefined,
  milliseconds: number,
): Promise<Trial> {
  signal.throwIfAborted();
  const child = await forkWorker('trial', { worker });
  // What the runtime prints, it throws as well.
  child.stdout?.resume();
  child.stderr?.resume();
  let end: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Trial>((resolve, reject) => {
      end = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', end);
      timer = setTimeout(
        () => reject(new Error(`it took more than ${Math.ceil(milliseconds / 1000)} s for three images`)),
        milliseconds,
      );
      child.on('message', (message) => {
        const { data: said, error } = fromTrialSchema.safeParse(message);
        if (said?.type === 'done') resolve(said.trial);
        else reject(said ? new Error(said.reason) : error);
      });
      child.on('error', reject);
      child.on('close', (code, signalName) =>
        reject(
          new Error(
            `the process that ran it ended (${signalName ?? `exit code ${code ?? 'unknown'}`}), so it makes the runtime crash, or the memory run out`,
          ),
        ),
      );
      child.send(question, () => undefined);
    });
  } finally {
    clearTimeout(timer);
    if (end) signal.removeEventListener('abort', end);
    child.kill('SIGKILL');
  }
}
