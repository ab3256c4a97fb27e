import { permutation } from '../../engine/philox.ts';
import type { DataSetRow } from '../dataSetRow.ts';
import type { Filter, ScoreName } from '../filter.ts';
import type { Selection } from '../selection.ts';

/** The score that the report goes by: the filter's. */
export function reportScore(filter: Filter | undefined): ScoreName {
  return filter?.score ?? 'top10mean';
}

/**
 * Which images the contact sheet shows.
 * @param seed The same rows and seed give the same choice.
 */
export function chooseImages(
  rows: readonly DataSetRow[],
  { filter, fateOf }: Selection,
  seed: number,
  { random, uncertain }: { readonly random: number; readonly uncertain: number } = { random: 24, uncertain: 12 },
): { readonly random: readonly DataSetRow[]; readonly uncertain: readonly DataSetRow[] } {
  const kept = rows.filter(({ id }) => fateOf(id) === 'kept');
  const order = permutation(seed, 0, kept.length).subarray(0, random);
  const score = reportScore(filter);
  return {
    random: Array.from(order, (i) => kept[i]!).sort((a, b) => a.id - b.id),
    uncertain: [...rows].sort((a, b) => b[score] - a[score] || b.id - a.id).slice(0, uncertain),
  };
}
