import { concat, matMul, range, reshape, slice, transpose } from '../engine/ops.ts';
import { constant, type Value } from '../engine/value.ts';
import { interpolationMatrix } from './bilinear.ts';
import type { WeightName } from './ensemble.ts';
import { ensembleLogits, type NamedValues } from './ensembleLayers.ts';

export interface LiteralOptions {
  /** Size of the label map. */
  readonly height: number;
  readonly width: number;
  /** Only these rows of the label map; all of them unless told. */
  readonly rows?: { readonly start: number; readonly end: number };
}

/**
 * The interpreter exactly as the paper defines it (section 3.2): every feature map upsampled bilinearly to the size of
 * the labels, all concatenated, three layers per pixel and member. What the quick graph is tested and timed against.
 * @param features [1, C, h, w] each, in the order of the weights' inputs
 * @param weights the ensemble as it was trained
 * @returns logits [M, K, rows, width]
 */
export function literalGraph(
  features: readonly Value[],
  weights: NamedValues<WeightName>,
  { height, width, rows = { start: 0, end: height } }: LiteralOptions,
): Value {
  const strip = rows.end - rows.start;
  const upsampled = features.map((feature) => {
    const [, , h, w] = feature.shape as [number, number, number, number];
    if (h === height && w === width) return slice(feature, [range(2, rows.start, rows.end)]);
    const vertical = constant(interpolationMatrix(h, height, rows.start, rows.end));
    const horizontal = constant(interpolationMatrix(w, width));
    return matMul(matMul(vertical, feature), horizontal, { transB: true });
  });
  const all = concat(upsampled, 1);
  const pixels = transpose(reshape(all, [1, all.shape[1]!, strip * width]), [0, 2, 1]);
  const logits = ensembleLogits(pixels, weights);
  const [members, , classes] = logits.shape as [number, number, number];
  return reshape(transpose(logits, [0, 2, 1]), [members, classes, strip, width]);
}
