import {
  add,
  cast,
  div,
  equal,
  exp,
  leakyRelu,
  log,
  matMul,
  mul,
  neg,
  reduceMax,
  reduceSum,
  reshape,
  scalar,
  sub,
} from '../engine/ops.ts';
import { float32, sizeOf } from '../engine/tensor.ts';
import { constant, type Value } from '../engine/value.ts';

/** Smaller than any probability that matters; log of it is finite. */
const TINY = 1e-30;

/** What becomes of the members' logits at a pixel; float32 [.., P] each. */
export interface Decision {
  /** Index of the class that most members choose, ties to the smallest (as `majorityVote` defines it). */
  readonly vote: Value;
  /** Jensen–Shannon divergence in nats, at least 0 (as `jensenShannon` defines it). */
  readonly uncertainty: Value;
}

/**
 * Vote and divergence. Pixels are the last axis, so that every operation runs along them, and everything is float: GPUs
 * lack the integer operations.
 * @param logits [M, .., K, P]
 */
export function decisionGraph(logits: Value): Decision {
  const largest = reduceMax(logits, [logits.shape.length - 2], true);
  return { vote: voteGraph(logits, largest), uncertainty: uncertaintyGraph(sub(logits, largest)) };
}

/** @param centred logits less the member's largest at the pixel [M, .., K, P] */
function uncertaintyGraph(centred: Value): Value {
  const classAxis = centred.shape.length - 2;
  const powers = exp(centred);
  const total = reduceSum(powers, [classAxis], true);
  // H(softmax(l)) = ln Σ e^l − Σ l·e^l / Σ e^l: one logarithm per pixel and member instead of one per class.
  const entropies = sub(log(total), div(reduceSum(mul(centred, powers), [classAxis], true), total));
  const mean = overMembers(div(powers, total), 'mean');
  const entropyOfMean = neg(reduceSum(mul(mean, log(add(mean, scalar(TINY)))), [classAxis - 1]));
  const meanEntropy = overMembers(entropies, 'mean');
  // Rounding may leave −1e-7 where all members agree.
  return leakyRelu(sub(entropyOfMean, reshape(meanEntropy, entropyOfMean.shape)), 0);
}

function voteGraph(logits: Value, largest: Value): Value {
  const classes = logits.shape.at(-2)!;
  const classAxis = logits.shape.length - 2;
  const choices = ranked(logits, largest);
  const chosen = cast(equal(choices, reduceMax(choices, [classAxis], true)), 'float32');
  const votes = overMembers(chosen, 'sum');
  return sub(scalar(classes), reduceMax(ranked(votes, reduceMax(votes, [classAxis - 1], true)), [classAxis - 1]));
}

/** K − k where class k is as large as the largest, else 0: the largest of these tells the first of them. [.., K, P] */
function ranked(x: Value, largest: Value): Value {
  const classes = x.shape.at(-2)!;
  const ranks = constant(
    float32(
      [classes, 1],
      Float32Array.from({ length: classes }, (_, k) => classes - k),
    ),
  );
  return mul(cast(equal(x, largest), 'float32'), ranks);
}

/** [M, ..] → [..], as a matrix product: onnxruntime's sum over a leading axis is five times slower. */
function overMembers(x: Value, what: 'sum' | 'mean'): Value {
  const [members, ...rest] = x.shape as [number, ...number[]];
  const weight = what === 'sum' ? 1 : 1 / members;
  const weights = constant(float32([1, members], new Float32Array(members).fill(weight)));
  return reshape(matMul(weights, reshape(x, [members, sizeOf(rest)])), rest);
}
