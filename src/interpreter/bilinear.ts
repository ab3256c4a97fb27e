import { float32, type TensorOf } from '../engine/tensor.ts';

/** Where target sample i lies between two source samples: (1 − fraction)·x[lower] + fraction·x[upper]. */
export interface Between {
  readonly lower: number;
  readonly upper: number;
  readonly fraction: number;
}

/**
 * Linear interpolation along one axis with half-pixel centres (align_corners = false), clamped at both ends: target i
 * reads the source at (i + ½)·from/to − ½. Works for any two sizes, larger or smaller (no antialiasing, as in PyTorch).
 */
export function between(i: number, from: number, to: number): Between {
  const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
  const lower = Math.min(Math.floor(at), from - 1);
  return { lower, upper: Math.min(lower + 1, from - 1), fraction: at - lower };
}

/** The interpolation of rows `start` … `end` − 1 of `to` as a matrix [end − start, from]; each row sums to 1. */
export function interpolationMatrix(from: number, to: number, start = 0, end = to): TensorOf<'float32'> {
  return interpolationAt(
    Array.from({ length: end - start }, (_, i) => start + i),
    from,
    to,
  );
}

/** The same at any targets, between the samples of `to` too: −½ is its first edge. [targets, from] */
export function interpolationAt(targets: readonly number[], from: number, to: number): TensorOf<'float32'> {
  const matrix = float32([targets.length, from]);
  targets.forEach((target, row) => {
    const { lower, upper, fraction } = between(target, from, to);
    matrix.data[row * from + lower]! += 1 - fraction;
    matrix.data[row * from + upper]! += fraction;
  });
  return matrix;
}

/** The same without the columns that no target reads, which are those before `start` and from `end` on. */
export function interpolationWindow(
  targets: readonly number[],
  from: number,
  to: number,
): { readonly start: number; readonly end: number; readonly weights: TensorOf<'float32'> } {
  const read = targets.map((target) => between(target, from, to));
  const start = Math.min(...read.map(({ lower }) => lower));
  const end = Math.max(...read.map(({ upper }) => upper)) + 1;
  const weights = float32([targets.length, end - start]);
  const { data } = interpolationAt(targets, from, to);
  targets.forEach((_, row) => {
    weights.data.set(data.subarray(row * from + start, row * from + end), row * (end - start));
  });
  return { start, end, weights };
}
