import { float32, type TensorOf } from '../engine/tensor.ts';
import type { LabelSize, Level } from './levels.ts';

/**
 * The label map dealt out: `step`² phases of `height` × `width` pixels; pixel (k, l) of phase (a, b) is pixel
 * (step·k + a, step·l + b) of the map. Within a phase every level is interpolated with the same few weights at each
 * pixel, so interpolation is a convolution.
 */
export interface PhaseGrid extends LabelSize {
  readonly step: 1 | 2;
}

export interface Phase {
  readonly row: number;
  readonly column: number;
}

export function phaseGrid({ height, width }: LabelSize): PhaseGrid {
  const step = height % 2 === 0 && width % 2 === 0 ? 2 : 1;
  return { step, height: height / step, width: width / step };
}

/** The phases row by row. */
export function phases({ step }: PhaseGrid): readonly Phase[] {
  return Array.from({ length: step * step }, (_, i) => ({ row: Math.floor(i / step), column: i % step }));
}

/**
 * How what the first layer made of a level comes to the labels' size. Upsampled by a power of two, a level bends only at
 * the corners of larger and larger cells, the coarser it is; so the coarse ones are added up at few corners, then halfway
 * between them once more, and only then at all pixels.
 * - `full`: it has that size
 * - `grid`: it has the grid's
 * - `half`: half the grid's; it bends at the corners of the grid's cells
 * - `coarse`: it bends at every other corner
 * - `odd`: none of these; interpolated to each phase's pixels on its own
 */
export type Route = 'full' | 'grid' | 'half' | 'coarse' | 'odd';

export function routeOf({ kind, height, width }: Level, grid: PhaseGrid): Route {
  if (kind === 'full') return 'full';
  if (grid.step === 1) return 'odd';
  if (height === grid.height && width === grid.width) return 'grid';
  if (2 * height === grid.height && 2 * width === grid.width) return 'half';
  return grid.height % (4 * height) === 0 && grid.width % (4 * width) === 0 ? 'coarse' : 'odd';
}

/** Weights along one axis for pixels a quarter or three quarters of the way from one corner to the next. */
export function cornerTaps(phase: number): readonly number[] {
  return phase === 0 ? [0.75, 0.25] : [0.25, 0.75];
}

/** Weights along one axis for pixels a quarter before or behind the centre of a pixel of the grid. */
export function gridTaps(phase: number): readonly number[] {
  return phase === 0 ? [0.25, 0.75, 0] : [0, 0.75, 0.25];
}

/** The same weights for each of the channels: [channels, 1, down, across]. */
export function depthwise(channels: number, down: readonly number[], across: readonly number[]): TensorOf<'float32'> {
  const kernel = down.flatMap((a) => across.map((b) => a * b));
  return float32([channels, 1, down.length, across.length], Array.from({ length: channels }, () => kernel).flat());
}
