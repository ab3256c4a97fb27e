import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RETURNS_MEMORY } from '../../src/jobs/forkWorker.ts';
import { configF } from './configF.ts';
import { writeNvidiaPickle } from './nvidiaPickle.ts';

/** What a child measured while it imported. */
export interface ImportMeasured {
  /** Until the generator was written. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly sheet: { readonly seconds: number; readonly processorSeconds: number } | undefined;
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
    const time = (one: { readonly seconds: number; readonly processorSeconds: number }): string =>
      `${one.seconds.toFixed(1)} s (processor ${one.processorSeconds.toFixed(1)} s)`;
    const { sheet } = drawn;
    if (sheet === undefined) throw new Error('The sheet of samples was not drawn.');
    return {
      file: `${(size / 1e6).toFixed(0)} MB`,
      'import (≤ 30 s)': time(alone),
      'its peak memory (≤ 3 × the file)': memory(alone),
      'sheet of sixteen samples': time(sheet),
      'import and sheet (≤ 30 s)': time({
        seconds: drawn.seconds + sheet.seconds,
        processorSeconds: drawn.processorSeconds + sheet.processorSeconds,
      }),
      'peak memory then (≤ 3 × the file)': memory(drawn),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function imported(checkpoint: string, options: readonly string[]): Promise<ImportMeasured> {
  const child = fork(fileURLToPath(new URL('./importingChild.ts', import.meta.url)), [checkpoint, ...options], {
    execArgv: ['--import=tsx'],
    env: { ...process.env, ...RETURNS_MEMORY },
  });
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`The importing process ended with ${String(code)}.`);
  });
  const [measured] = (await Promise.race([once(child, 'message'), exit])) as [ImportMeasured];
  exit.catch(() => undefined);
  return measured;
}
