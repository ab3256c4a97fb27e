import { UserError } from '../../base/userError.ts';

export type SplitName = 'train' | 'val' | 'test';

/** The parts of a split in their order and the percentage of each; they add up to 100. */
export type SplitShares = readonly { readonly name: SplitName; readonly percent: number }[];

/** Everything is for training. */
export const NO_SPLIT: SplitShares = [{ name: 'train', percent: 100 }];

/**
 * Reads `--split`: `90/10` is train/val, `80/10/10` is train/val/test.
 * @throws UserError when it is anything else.
 */
export function parseSplit(text: string): SplitShares {
  const parts = text.split('/').map((part) => part.trim());
  const percents = parts.map(Number);
  const names = ['train', 'val', 'test'] as const;
  const say = (problem: string) =>
    new UserError(
      `"--split ${text}" ${problem}; write percentages like 90/10 (train/val) or 80/10/10 (train/val/test).`,
    );
  if (parts.length < 2 || parts.length > 3)
    throw say(`has ${parts.length} part${parts.length === 1 ? '' : 's'}, not two or three`);
  const bad = parts.findIndex((part, i) => !/^\d+(\.\d+)?$/.test(part) || percents[i] === 0);
  if (bad >= 0) throw say(`has "${parts[bad]!}" where a percentage above 0 should be`);
  const sum = percents.reduce((a, b) => a + b);
  if (Math.abs(sum - 100) > 1e-6) throw say(`adds up to ${Number(sum.toFixed(6))}, not to 100`);
  return percents.map((percent, i) => ({ name: names[i]!, percent }));
}

/**
 * Deals samples out. The ids are put in an order that depends on nothing but id and seed, and cut by the shares (largest
 * remainder; no part stays empty while there are samples enough). So the proportions are exact, the same samples always
 * give the same parts, in any order; and one sample more or less moves only samples next to a cut.
 */
export function assignSplits(
  ids: readonly number[],
  shares: SplitShares,
  seed: number,
): ReadonlyMap<number, SplitName> {
  const order = [...ids].sort((a, b) => rank(a, seed) - rank(b, seed) || a - b);
  const counts = partSizes(order.length, shares);
  const result = new Map<number, SplitName>();
  let from = 0;
  shares.forEach(({ name }, part) => {
    for (const id of order.slice(from, (from += counts[part]!))) result.set(id, name);
  });
  return result;
}

function partSizes(total: number, shares: SplitShares): readonly number[] {
  const exact = shares.map(({ percent }) => (total * percent) / 100);
  const sizes = exact.map((size) => Math.floor(size + 1e-9));
  const byRemainder = exact.map((size, part) => ({ part, rest: size - sizes[part]! })).sort((a, b) => b.rest - a.rest);
  let left = total - sizes.reduce((a, b) => a + b, 0);
  for (const { part } of byRemainder) if (left-- > 0) sizes[part]!++;
  if (total >= shares.length) {
    for (let empty = sizes.indexOf(0); empty >= 0; empty = sizes.indexOf(0)) {
      sizes[sizes.indexOf(Math.max(...sizes))]!--;
      sizes[empty]!++;
    }
  }
  return sizes;
}

/** A number in [0, 2⁵³) from id and seed, by MurmurHash3's finalizer: addressable, no state. */
function rank(id: number, seed: number): number {
  const key = mix(mix(seed ^ 0x9e3779b9) ^ id ^ Math.floor(id / 2 ** 32));
  return (mix(key ^ 0x85ebca6b) >>> 11) * 2 ** 32 + (mix(key ^ 0xc2b2ae35) >>> 0);
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
