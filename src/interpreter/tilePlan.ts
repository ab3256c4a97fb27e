import type { LabelSize } from './levels.ts';

/** How the label map is cut up so that full-resolution work stays in cache. Every plan gives the same labels. */
export interface TilePlan {
  /** Rows of the label map that are worked on at a time. */
  readonly rows: number;
  /** Columns that share one interpolation matrix; 'all': one matrix for the whole width. */
  readonly columns: number | 'all';
  /** `loop`: one copy of the nodes, which an ONNX Loop runs for each strip; `unrolled`: a copy for each strip. */
  readonly strips: 'loop' | 'unrolled';
}

/** Everything at once: for GPUs, which have no Loop and hide memory latency by themselves. */
export function wholePlan({ height }: LabelSize): TilePlan {
  return { rows: height, columns: 'all', strips: 'unrolled' };
}

/** A plan for the CPU, by what was measured at 64² and 512². */
export function cpuPlan({ height, width }: LabelSize): TilePlan {
  const rows = largestDivisor(height, Math.max(1, Math.min(32, Math.floor(8192 / width))));
  const columns = largestDivisor(width, Math.min(64, Math.ceil(width / 2)));
  return { rows, columns: columns < 16 ? 'all' : columns, strips: 'loop' };
}

/** The largest divisor of n up to `limit`; `limit` itself when n has no large enough one (the last strip is then padded). */
function largestDivisor(n: number, limit: number): number {
  for (let d = Math.min(n, limit); 2 * d > Math.min(n, limit); d--) if (n % d === 0) return d;
  return Math.min(n, limit);
}
