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
  const matrix = float32([end - start, from]);
  for (let i = start; i < end; i++) {
    const { lower, upper, fraction } = between(i, from, to);
    matrix.data[(i - start) * from + lower]! += 1 - fraction;
    matrix.data[(i - start) * from + upper]! += fraction;
  }
  return matrix;
}

/** The same interpolation cut into tiles of the target, each of which reads only a short window of the source. */
export interface InterpolationBands {
  readonly tiles: number;
  /** Source samples that one tile reads: the same for all tiles. */
  readonly span: number;
  /** First source sample of each tile. */
  readonly starts: readonly number[];
  /** [tiles, size, span]; rows beyond the target are zero. */
  readonly weights: TensorOf<'float32'>;
}

/** @param size target samples per tile; the last tile may reach beyond the target */
export function interpolationBands(from: number, to: number, size: number): InterpolationBands {
  const tiles = Math.ceil(to / size);
  const windows = Array.from({ length: tiles }, (_, tile) => ({
    first: between(tile * size, from, to).lower,
    last: between(Math.min((tile + 1) * size, to) - 1, from, to).upper,
  }));
  const span = Math.max(...windows.map(({ first, last }) => last - first + 1));
  const starts = windows.map(({ first }) => Math.min(first, from - span));
  const weights = float32([tiles, size, span]);
  for (let i = 0; i < to; i++) {
    const tile = Math.floor(i / size);
    const row = i * span - starts[tile]!;
    const { lower, upper, fraction } = between(i, from, to);
    weights.data[row + lower]! += 1 - fraction;
    weights.data[row + upper]! += fraction;
  }
  return { tiles, span, starts, weights };
}
