import { add, div, mul, scalar, scale, sqrt, square, sub } from './ops.ts';
import type { Value } from './value.ts';

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Kingma & Ba 2015, Algorithm 1, its recommended settings. */
export const ADAM: AdamSettings = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** A parameter with Adam's moments, all of one shape. */
export interface AdamState {
  readonly parameter: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** The two bias corrections of step t = 1, 2, …, fed at run time because t grows: 1 − β₁ᵗ and √(1 − β₂ᵗ). */
export function adamCorrections(step: number, { beta1, beta2 }: AdamSettings): readonly [number, number] {
  return [1 - beta1 ** step, Math.sqrt(1 - beta2 ** step)];
}

/**
 * One Adam step (Kingma & Ba 2015, Algorithm 1): θ ← θ − α·m̂/(√v̂ + ε).
 * @param corrections `adamCorrections` of the step, as two float32 scalars
 */
export function adam(
  state: AdamState,
  gradient: Value,
  corrections: readonly [Value, Value],
  settings: AdamSettings,
): AdamState {
  const { learningRate, beta1, beta2, epsilon } = settings;
  const mean = add(scale(state.mean, beta1), scale(gradient, 1 - beta1));
  const variance = add(scale(state.variance, beta2), scale(square(gradient), 1 - beta2));
  const [first, second] = corrections;
  const denominator = add(div(sqrt(variance), second), scalar(epsilon));
  const step = div(mul(mean, div(scalar(learningRate), first)), denominator);
  return { parameter: sub(state.parameter, step), mean, variance };
}

/** Stochastic gradient descent with momentum μ: v ← μ·v + g, θ ← θ − α·v. μ = 0 is plain descent. */
export function sgd(
  parameter: Value,
  velocity: Value,
  gradient: Value,
  learningRate: number,
  momentum: number,
): { parameter: Value; velocity: Value } {
  const next = add(scale(velocity, momentum), gradient);
  return { parameter: sub(parameter, scale(next, learningRate)), velocity: next };
}
