// `npm run fuzz -- [--seed n] [--minutes m]`: damages checkpoints in ever new ways and keeps what they do wrong as regression cases.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { regressionFolder } from './fixtures.ts';
import { caseOf, type FuzzMessage } from './fuzzChild.ts';
import { savedCase } from './savedCase.ts';
import { MOST_MILLISECONDS } from './tryFile.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' } } });
const first = Number(values.seed ?? process.env['FC_SEED'] ?? Date.now() % 1e9);
const end = performance.now() + 60_000 * Number(values.minutes ?? Infinity);
/** What a process takes for itself between two cases, whatever they are. */
const SLACK_BYTES = 64e6;

let next = first;
let found = 0;
console.log(`Seeds from ${first} on; Ctrl+C ends.`);
while (performance.now() < end) next = await child(next);
console.log(`${next - first} files, ${found} found.`);
process.exitCode = found > 0 ? 1 : 0;

/** Runs a child until it does something wrong or the time is over. @returns the seed to go on with */
function child(seed: number): Promise<number> {
  return new Promise((resolve) => {
    const worker = fork(fileURLToPath(new URL('./fuzzChild.ts', import.meta.url)), ['work', String(seed)], {
      execArgv: ['--import=tsx', '--max-old-space-size=512'],
    });
    let current = seed;
    let clock: NodeJS.Timeout | undefined;
    const done = (wrong: string | undefined): void => {
      clearTimeout(clock);
      worker.removeAllListeners();
      worker.kill('SIGKILL');
      if (wrong !== undefined) keep(current, wrong);
      resolve(current + 1);
    };
    worker.on('exit', (code, signal) => done(`the process ended with ${signal ?? code}`));
    worker.on('message', (message: FuzzMessage) => {
      if ('begins' in message) {
        current = message.begins;
        clearTimeout(clock);
        // A busy machine makes everything slower; what hangs does so for good.
        clock = setTimeout(() => done('it takes more than ten seconds'), 5 * MOST_MILLISECONDS);
        if ((current - first) % 1000 === 0 && current > first) console.log(`${current - first} files, ${found} found`);
        return;
      }
      clearTimeout(clock);
      const { ended, wrong, grownBytes, fileBytes } = message;
      if (wrong !== undefined) keep(ended, wrong);
      else if (grownBytes > 3 * fileBytes + SLACK_BYTES) keep(ended, `it took ${(grownBytes / 1e6).toFixed(0)} MB`);
      if (performance.now() > end) done(undefined);
    });
  });
}

function keep(seed: number, wrong: string): void {
  found++;
  const { fixture, whole, damaged } = caseOf(seed);
  const text = JSON.stringify(savedCase(fixture, whole, damaged, wrong.split('\n')[0]!), undefined, 2);
  const name = `${createHash('sha256').update(damaged).digest('hex').slice(0, 12)}.json`;
  mkdirSync(regressionFolder, { recursive: true });
  writeFileSync(new URL(name, regressionFolder), `${text}\n`);
  console.log(`seed ${seed}: ${wrong}\n  kept as regressions/${name}`);
}
