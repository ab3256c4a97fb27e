import {
  add,
  cast,
  equal,
  exp,
  leakyRelu,
  log,
  matMul,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  rsqrt,
  scalar,
  scale,
  square,
  sub,
} from '../engine/ops.ts';
import { int32 } from '../engine/tensor.ts';
import { constant, type Value } from '../engine/value.ts';
import { NORM_EPSILON, NORM_MOMENTUM, type RunningName, type WeightName } from './ensemble.ts';

export type NamedValues<N extends string> = Readonly<Record<N, Value>>;

/**
 * All members' logits as they are used: batch normalisation with its running statistics, no dropout.
 * @param x [M, P, D], or [1, P, D] when every member sees the same pixels
 * @returns [M, P, K]
 */
export function ensembleLogits(x: Value, weights: NamedValues<WeightName>): Value {
  const norm = (y: Value, name: 'norm1' | 'norm2') => {
    const factor = mul(weights[`${name}.scale`], rsqrt(add(weights[`${name}.variance`], scalar(NORM_EPSILON))));
    return add(mul(sub(y, weights[`${name}.mean`]), factor), weights[`${name}.bias`]);
  };
  const first = norm(relu(linear(x, weights, 'hidden1')), 'norm1');
  const second = norm(relu(linear(first, weights, 'hidden2')), 'norm2');
  return linear(second, weights, 'output');
}

/**
 * All members' logits while training: batch normalisation with the batch's statistics, after the ReLU as in the released
 * code, then dropout.
 * @param x [M, B, D]
 * @param masks what the two hidden layers' results are multiplied by, [M, B, H1] and [M, B, H2]; empty: no dropout
 */
export function trainingLogits(
  x: Value,
  weights: NamedValues<WeightName>,
  masks: readonly Value[],
): { readonly logits: Value; readonly running: NamedValues<RunningName> } {
  const drop = (y: Value, mask: Value | undefined) => (mask ? mul(y, mask) : y);
  const norm1 = batchNorm(relu(linear(x, weights, 'hidden1')), weights, 'norm1');
  const norm2 = batchNorm(relu(linear(drop(norm1.y, masks[0]), weights, 'hidden2')), weights, 'norm2');
  return {
    logits: linear(drop(norm2.y, masks[1]), weights, 'output'),
    running: {
      'norm1.mean': norm1.mean,
      'norm1.variance': norm1.variance,
      'norm2.mean': norm2.mean,
      'norm2.variance': norm2.variance,
    },
  };
}

/**
 * Mean cross-entropy of each member, −ln softmax(logits)[label]. Written in operations that every provider has (WebGPU
 * lacks LogSoftmax and comparisons of int64).
 * @param logits [M, B, K]
 * @param labels int32 [M, B]
 * @returns [M]
 */
export function crossEntropy(logits: Value, labels: Value): Value {
  const centred = sub(logits, reduceMax(logits, [2], true));
  const logSum = log(reduceSum(exp(centred), [2]));
  return reduceMean(sub(logSum, ofLabel(centred, labels)), [1]);
}

/**
 * Share of pixels whose label has the largest logit.
 * @returns [M]
 */
export function accuracy(logits: Value, labels: Value): Value {
  return reduceMean(cast(equal(ofLabel(logits, labels), reduceMax(logits, [2])), 'float32'), [1]);
}

/** Of [M, B, K] the number of each pixel's label: [M, B]. */
function ofLabel(values: Value, labels: Value): Value {
  const indices = constant(
    int32(
      [values.shape[2]!],
      Int32Array.from({ length: values.shape[2]! }, (_, i) => i),
    ),
  );
  const chosen = cast(equal(reshape(labels, [...labels.shape, 1]), indices), 'float32');
  return reduceSum(mul(values, chosen), [2]);
}

function relu(x: Value): Value {
  return leakyRelu(x, 0);
}

function linear(x: Value, weights: NamedValues<WeightName>, layer: 'hidden1' | 'hidden2' | 'output'): Value {
  return add(matMul(x, weights[`${layer}.weight`]), weights[`${layer}.bias`]);
}

/** Ioffe & Szegedy 2015, Algorithm 1; the running variance is unbiased, as in PyTorch. x and y: [M, B, H]. */
function batchNorm(
  x: Value,
  weights: NamedValues<WeightName>,
  name: 'norm1' | 'norm2',
): { readonly y: Value; readonly mean: Value; readonly variance: Value } {
  const batch = x.shape[1]!;
  const mean = reduceMean(x, [1], true);
  const centred = sub(x, mean);
  const variance = reduceMean(square(centred), [1], true);
  const factor = mul(weights[`${name}.scale`], rsqrt(add(variance, scalar(NORM_EPSILON))));
  const running = (old: Value, now: Value) => add(scale(old, 1 - NORM_MOMENTUM), scale(now, NORM_MOMENTUM));
  return {
    y: add(mul(centred, factor), weights[`${name}.bias`]),
    mean: running(weights[`${name}.mean`], mean),
    variance: running(weights[`${name}.variance`], scale(variance, batch / (batch - 1))),
  };
}
