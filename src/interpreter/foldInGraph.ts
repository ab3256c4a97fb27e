import { add, concat, matMul, mul, range, reshape, rsqrt, scalar, slice, sub, transpose } from '../engine/ops.ts';
import type { Value } from '../engine/value.ts';
import { NORM_EPSILON, type FeatureShape, type WeightName } from './ensemble.ts';
import type { NamedValues } from './ensembleLayers.ts';
import { firstName } from './fold.ts';
import { featureLevels, type LabelSize } from './levels.ts';

/**
 * `foldWeights` as nodes of the graph, for a file that keeps the trained weights under their own names: a runtime computes
 * these nodes once, when it loads the model.
 * @returns values with the names and shapes of `foldedShapes`
 */
export function foldInGraph(
  weights: NamedValues<WeightName>,
  features: readonly FeatureShape[],
  size: LabelSize,
): ReadonlyMap<string, Value> {
  const first = weights['hidden1.weight'];
  const folded = new Map<string, Value>();
  const begins: number[] = [];
  let depth = 0;
  for (const { channels } of features) {
    begins.push(depth);
    depth += channels;
  }
  featureLevels(features, size).forEach(({ features: places }, i) => {
    const rows = places.map((place) =>
      slice(first, [range(1, begins[place]!, begins[place]! + features[place]!.channels)]),
    );
    folded.set(firstName(i), pointwise(concat(rows, 1)));
  });
  folded.set('first.bias', perOutput(weights['hidden1.bias']));
  const [secondWeight, secondBias] = foldNorm(weights, 'norm1', 'hidden2');
  const [thirdWeight, thirdBias] = foldNorm(weights, 'norm2', 'output');
  folded.set('second.weight', pointwise(secondWeight));
  folded.set('second.bias', perOutput(secondBias));
  folded.set('third.weight', pointwise(thirdWeight));
  folded.set('third.bias', perOutput(thirdBias));
  return folded;
}

/** Linear layers as weights of a 1×1 convolution: [M, in, out] → [M·out, in, 1, 1]. */
function pointwise(weight: Value): Value {
  const [members, inputs, outputs] = weight.shape as [number, number, number];
  return reshape(transpose(weight, [0, 2, 1]), [members * outputs, inputs, 1, 1]);
}

/** [M, 1, out] → [M·out, 1, 1] */
function perOutput(bias: Value): Value {
  return reshape(bias, [bias.shape[0]! * bias.shape[2]!, 1, 1]);
}

/** Weight and bias of `layer` with the normalisation before it taken in. */
function foldNorm(
  weights: NamedValues<WeightName>,
  norm: 'norm1' | 'norm2',
  layer: 'hidden2' | 'output',
): readonly [Value, Value] {
  const weight = weights[`${layer}.weight`];
  const gain = mul(weights[`${norm}.scale`], rsqrt(add(weights[`${norm}.variance`], scalar(NORM_EPSILON))));
  const shift = sub(weights[`${norm}.bias`], mul(weights[`${norm}.mean`], gain));
  return [mul(weight, transpose(gain, [0, 2, 1])), add(weights[`${layer}.bias`], matMul(shift, weight))];
}
