import type { LabelClass } from './classes.ts';
import type { DataSetRow } from './dataSetRow.ts';
import type { Filter, ScoreName } from './filter.ts';
import { selectionOf, type Selection } from './selection.ts';

export interface ClassStatistics {
  readonly id: number;
  readonly name: string;
  readonly colour: string;
  readonly pixels: number;
  /** Of all pixels of the counted images, 0 … 1. */
  readonly share: number;
  /** In how many of the counted images the class occurs. */
  readonly images: number;
}

export interface ScoreStatistics {
  readonly score: ScoreName;
  readonly mean: number;
  /** At 0 (least), 5, 25, 50 (median), 75, 95 and 100 % (most), interpolated linearly between images as numpy does. */
  readonly quantiles: readonly { readonly at: number; readonly value: number }[];
  readonly histogram: Histogram;
}

/** Bins of equal width over the scores' range; `counts[i]` images lie in [edges[i], edges[i + 1]), the last bin is closed. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** From this score on images were dropped; null where the filter is of the other score or dropped nothing. */
  readonly cut: number | null;
}

export interface Statistics {
  readonly images: number;
  readonly kept: number;
  /** By the filter, those not counted that a person rejected. */
  readonly dropped: number;
  /** By hand. */
  readonly rejected: number;
  /** Of the kept images. */
  readonly classes: readonly ClassStatistics[];
  /** Of all images. */
  readonly scores: readonly ScoreStatistics[];
}

/** What came out: counted from rows and selection alone. */
export function statistics(
  rows: readonly DataSetRow[],
  classes: readonly LabelClass[],
  { filter, fateOf }: Selection = selectionOf(),
  bins = 40,
): Statistics {
  const kept = rows.filter(({ id }) => fateOf(id) === 'kept');
  const rejected = rows.filter(({ id }) => fateOf(id) === 'rejected').length;
  const pixelsOf = (row: DataSetRow, id: number): number => row.pixels[String(id)] ?? 0;
  const counts = classes.map(({ id }) => kept.reduce((sum, row) => sum + pixelsOf(row, id), 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    images: rows.length,
    kept: kept.length,
    dropped: rows.length - kept.length - rejected,
    rejected,
    classes: classes.map(({ id, name, colour }, i) => ({
      id,
      name,
      colour,
      pixels: counts[i]!,
      share: total === 0 ? 0 : counts[i]! / total,
      images: kept.filter((row) => pixelsOf(row, id) > 0).length,
    })),
    scores:
      rows.length === 0
        ? []
        : (['top10mean', 'sum'] as const).map((score) => scoreStatistics(rows, score, filter, bins)),
  };
}

function scoreStatistics(
  rows: readonly DataSetRow[],
  score: ScoreName,
  filter: Filter | undefined,
  bins: number,
): ScoreStatistics {
  const values = Float64Array.from(rows, (row) => row[score]).sort();
  return {
    score,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    quantiles: [0, 5, 25, 50, 75, 95, 100].map((at) => ({ at, value: quantile(values, at / 100) })),
    histogram: { ...histogram(values, bins), cut: filter?.score === score ? filter.threshold : null },
  };
}

/** Linear interpolation between order statistics: numpy's default, Hyndman and Fan's type 7. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

function histogram(sorted: Float64Array, bins: number): { edges: number[]; counts: number[] } {
  const least = sorted[0]!;
  const width = (sorted.at(-1)! - least) / bins || 1 / bins; // All scores equal: a range of 1.
  const edges = Array.from({ length: bins + 1 }, (_, i) => least + i * width);
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    let bin = Math.min(bins - 1, Math.floor((value - least) / width));
    // The division may round across an edge; the edges are what people see.
    while (bin > 0 && value < edges[bin]!) bin--;
    while (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges, counts };
}
