import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configF } from './configF.ts';
import { writeNvidiaPickle } from './nvidiaPickle.ts';

/** What a child measured while it imported. */
export interface ImportMeasured {
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Imports a pickle of 380 MB in processes of their own: once for the generator alone, once with its sheet of samples. */
export async function importCosts(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const checkpoint = join(folder, 'large.pkl');
    writeNvidiaPickle(checkpoint, configF);
    const { size } = await stat(checkpoint);
    const alone = await imported(checkpoint, ['--without-samples']);
    const drawn = await imported(checkpoint, []);
    const memory = ({ peakBytes }: ImportMeasured): string =>
      `${(peakBytes / 1e6).toFixed(0)} MB, ${(peakBytes / size).toFixed(2)} × the file`;
    return {
      file: `${(size / 1e6).toFixed(0)} MB`,
      'import (≤ 30 s)': `${alone.seconds.toFixed(1)} s`,
      'its peak memory (≤ 3 × the file)': memory(alone),
      'import and sixteen samples drawn': `${drawn.seconds.toFixed(1)} s`,
      'peak memory then': memory(drawn),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function imported(checkpoint: string, options: readonly string[]): Promise<ImportMeasured> {
  const child = fork(fileURLToPath(new URL('./importingChild.ts', import.meta.url)), [checkpoint, ...options], {
    execArgv: ['--import=tsx'],
  });
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`The importing process ended with ${String(code)}.`);
  });
  const [measured] = (await Promise.race([once(child, 'message'), exit])) as [ImportMeasured];
  exit.catch(() => undefined);
  return measured;
}
