import { float32, sizeOf, type Tensor } from '../../../src/engine/tensor.ts';
import { input, type Value } from '../../../src/engine/value.ts';
import {
  WEIGHT_NAMES,
  weightShapes,
  type EnsembleArchitecture,
  type FeatureShape,
  type WeightName,
} from '../../../src/interpreter/ensemble.ts';
import type { NamedValues } from '../../../src/interpreter/ensembleLayers.ts';

/** Reproducible numbers in [−1, 1): mulberry32, quick and good enough for tests. */
export function noise(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function randomTensor(shape: readonly number[], seed: number, scale = 1): Tensor & { dtype: 'float32' } {
  const next = noise(seed);
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => scale * next()),
  );
}

export interface Sizes {
  /** [channels, height, width] */
  readonly maps: readonly (readonly [number, number, number])[];
  readonly members: number;
  readonly hidden: readonly [number, number];
  readonly classes: number;
}

export function architectureOf({ maps, members, hidden, classes }: Sizes): EnsembleArchitecture {
  const featureShapes = maps.map(([channels, height, width], i): FeatureShape => ({
    name: `f${i}`,
    channels,
    height,
    width,
  }));
  return {
    members,
    features: 'paper',
    featureShapes,
    hidden,
    classes: Array.from({ length: classes }, (_, k) => k),
    dropout: 'none',
  };
}

/** Weights as after some training: nothing is zero, variances are positive. */
export function randomWeights(architecture: EnsembleArchitecture, seed: number): Map<WeightName, Tensor> {
  const weights = new Map<WeightName, Tensor>();
  let i = 0;
  for (const [name, shape] of weightShapes(architecture)) {
    const inputs = name.endsWith('.weight') ? shape[1]! : 1;
    const tensor = randomTensor(shape, seed + 7919 * ++i, Math.sqrt(3 / inputs));
    if (name.endsWith('.variance')) tensor.data.forEach((x, at) => (tensor.data[at] = 0.2 + Math.abs(x)));
    weights.set(name, tensor);
  }
  return weights;
}

export function weightValues(architecture: EnsembleArchitecture): NamedValues<WeightName> {
  const shapes = weightShapes(architecture);
  return Object.fromEntries(WEIGHT_NAMES.map((name) => [name, input(name, 'float32', shapes.get(name)!)])) as Record<
    WeightName,
    Value
  >;
}

/** One input for each feature map, f0, f1, … */
export function featureInputs(architecture: EnsembleArchitecture, images: number): Value[] {
  return architecture.featureShapes.map(({ name, channels, height, width }) =>
    input(name, 'float32', [images, channels, height, width]),
  );
}

export function randomFeatures(
  architecture: EnsembleArchitecture,
  images: number,
  seed: number,
): Record<string, Tensor & { dtype: 'float32' }> {
  return Object.fromEntries(
    architecture.featureShapes.map(({ name, channels, height, width }, i) => [
      name,
      randomTensor([images, channels, height, width], seed + 104729 * (i + 1), 2),
    ]),
  );
}
