import { checkpointFixtures, fixtureBytes } from './fixtures.ts';
import { mutate } from './mutate.ts';
import { randomNumbers } from './randomNumbers.ts';
import { picklesOf } from './streams.ts';
import { tryFile } from './tryFile.ts';

/** The damaged file of a number: which fixture, and what it has become. */
export function caseOf(seed: number): { fixture: string; whole: Uint8Array; damaged: Uint8Array } {
  const random = randomNumbers(seed);
  const fixture = checkpointFixtures[random(checkpointFixtures.length)]!;
  const known = fixtures.get(fixture) ?? load(fixture);
  return { fixture, whole: known.whole, damaged: mutate(known.whole, random, known.pickles) };
}

const fixtures = new Map<string, ReturnType<typeof load>>();

function load(fixture: string) {
  const whole = fixtureBytes(fixture);
  const loaded = { whole, pickles: picklesOf(whole) };
  fixtures.set(fixture, loaded);
  return loaded;
}

/** What a case did, or that it begins: a case that never ends is known by its number. */
export type FuzzMessage =
  | { readonly begins: number }
  | {
      readonly ended: number;
      readonly wrong: string | undefined;
      readonly grownBytes: number;
      readonly fileBytes: number;
    };

/** Works through seeds from the one given until it is killed. */
async function work(first: number): Promise<void> {
  const say = (message: FuzzMessage): Promise<void> =>
    new Promise((resolve) => void process.send?.(message, undefined, undefined, () => resolve()));
  for (const fixture of checkpointFixtures) tryFile(fixtureBytes(fixture));
  for (let seed = first; ; seed++) {
    const { damaged } = caseOf(seed);
    await say({ begins: seed });
    const before = process.resourceUsage().maxRSS;
    const wrong = tryFile(damaged);
    const grownBytes = 1024 * (process.resourceUsage().maxRSS - before);
    await say({ ended: seed, wrong, grownBytes, fileBytes: damaged.length });
  }
}

if (process.argv[2] === 'work') void work(Number(process.argv[3]));
