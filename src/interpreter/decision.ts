import {
  add,
  cast,
  div,
  equal,
  exp,
  leakyRelu,
  log,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sub,
} from '../engine/ops.ts';
import { float32 } from '../engine/tensor.ts';
import { constant, type Value } from '../engine/value.ts';

/** Smaller than any probability that matters; log of it is finite. */
const TINY = 1e-30;

/**
 * Jensen–Shannon divergence of the members' predictions in nats (as `jensenShannon` defines it).
 * @param logits [M, P, K]
 * @returns [P], at least 0
 */
export function uncertaintyGraph(logits: Value): Value {
  const centred = sub(logits, reduceMax(logits, [2], true));
  const powers = exp(centred);
  const total = reduceSum(powers, [2], true);
  // H(softmax(l)) = ln Σ e^l − Σ l·e^l / Σ e^l: one logarithm per pixel and member instead of one per class.
  const entropies = sub(log(total), div(reduceSum(mul(centred, powers), [2], true), total));
  const mean = reduceMean(div(powers, total), [0]);
  const entropyOfMean = neg(reduceSum(mul(mean, log(add(mean, scalar(TINY)))), [1]));
  const meanEntropy = reshape(reduceMean(entropies, [0]), entropyOfMean.shape);
  // Rounding may leave −1e-7 where all members agree.
  return leakyRelu(sub(entropyOfMean, meanEntropy), 0);
}

/**
 * Majority vote of the members' most likely classes, ties to the smallest class (as `majorityVote` defines it), with
 * float operations only: GPUs lack the integer ones.
 * @param logits [M, P, K]
 * @returns [P], float32 class indices
 */
export function voteGraph(logits: Value): Value {
  const classes = logits.shape[2]!;
  const choices = ranked(logits);
  const votes = reduceSum(cast(equal(choices, reduceMax(choices, [2], true)), 'float32'), [0]);
  return sub(scalar(classes), reduceMax(ranked(votes), [1]));
}

/** K − k where class k is among the largest of the last axis, else 0: the largest of these tells the first of them. */
function ranked(x: Value): Value {
  const classes = x.shape.at(-1)!;
  const ranks = constant(
    float32(
      [classes],
      Float32Array.from({ length: classes }, (_, k) => classes - k),
    ),
  );
  return mul(cast(equal(x, reduceMax(x, [x.shape.length - 1], true)), 'float32'), ranks);
}
