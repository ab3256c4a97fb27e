import * as z from 'zod';
import type { ImageScores } from '../interpreter/uncertainty.ts';

/** Which of the two image scores decides. */
export type ScoreName = keyof ImageScores;

export const filterSchema = z.looseObject({
  score: z.enum(['top10mean', 'sum']),
  /** The share that was asked for. */
  ratio: z.number().min(0).max(1),
  /** The smallest score that was dropped; null when none was. Kept images may have it too. */
  threshold: z.number().nullable(),
  /** How many images there were to choose from. */
  images: z.int().min(0),
  /** By ascending id. */
  dropped: z.array(z.int().min(0)),
});

/** Which images of a data set are left out as most uncertain: `filter.json`, computed from the rows alone. */
export type Filter = z.infer<typeof filterSchema>;

/**
 * Drops the most uncertain `ratio` of the images (DatasetGAN, section 3.2), rounded down: never more than was asked for.
 * Of equal scores the larger id goes first, so the result does not depend on the order of the rows.
 */
export function filterRows(
  rows: readonly ({ readonly id: number } & ImageScores)[],
  { score, ratio }: { readonly score: ScoreName; readonly ratio: number },
): Filter {
  // 0.29 · 100 is 28.999999999999996 in floating point and means 29.
  const count = Math.floor(ratio * rows.length + 1e-9);
  const dropped = [...rows].sort((a, b) => b[score] - a[score] || b.id - a.id).slice(0, count);
  return {
    score,
    ratio,
    threshold: dropped.at(-1)?.[score] ?? null,
    images: rows.length,
    dropped: dropped.map(({ id }) => id).sort((a, b) => a - b),
  };
}
