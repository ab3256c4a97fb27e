import { float32, sizeOf, type Tensor } from '../engine/tensor.ts';
import type { FeatureSet } from '../stylegan/featureMap.ts';
import { randomNormals } from './randomStreams.ts';

/** A feature map at its native resolution. */
export interface FeatureShape {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Share of units dropped after the first and the second hidden layer while training. */
export type Dropout = readonly [number, number];

/**
 * M pixel classifiers of one shape (DatasetGAN, section 3.2): Linear(D, H1) ReLU BatchNorm Linear(H1, H2) ReLU BatchNorm
 * Linear(H2, K), D the channels of all feature maps in their order.
 */
export interface EnsembleArchitecture {
  readonly members: number;
  readonly features: FeatureSet;
  readonly featureShapes: readonly FeatureShape[];
  readonly hidden: readonly [number, number];
  /** Permanent class ids (0 … 254); the position in this list is the classifiers' output index. */
  readonly classes: readonly number[];
  readonly dropout: Dropout | 'none';
}

/** Weights by name; `weightShapes` lists them. */
export type EnsembleWeights = ReadonlyMap<string, Tensor>;

/** What batch normalisation adds to the variance, and the share of a new batch in the running statistics (PyTorch's). */
export const NORM_EPSILON = 1e-5;
export const NORM_MOMENTUM = 0.1;

/** Units of the two hidden layers: as given, or the method's for a number of classes. */
export function hiddenSizes(hidden: 'auto' | readonly [number, number], classes: number): readonly [number, number] {
  if (hidden !== 'auto') return hidden;
  return classes < 32 ? [128, 32] : [256, 128];
}

/** D: the length of a pixel's feature vector. */
export function featureChannels({ featureShapes }: Pick<EnsembleArchitecture, 'featureShapes'>): number {
  return featureShapes.reduce((sum, { channels }) => sum + channels, 0);
}

/** What gradient descent changes. */
export const TRAINED = [
  'hidden1.weight',
  'hidden1.bias',
  'norm1.scale',
  'norm1.bias',
  'hidden2.weight',
  'hidden2.bias',
  'norm2.scale',
  'norm2.bias',
  'output.weight',
  'output.bias',
] as const;

/** What batch normalisation collects while training and uses afterwards. */
export const RUNNING = ['norm1.mean', 'norm1.variance', 'norm2.mean', 'norm2.variance'] as const;

export type TrainedName = (typeof TRAINED)[number];
export type RunningName = (typeof RUNNING)[number];
export type WeightName = TrainedName | RunningName;

export const WEIGHT_NAMES: readonly WeightName[] = [...TRAINED, ...RUNNING];

/** The shape of every weight: M members first, then the layer's [in, out], or [1, out] for what acts per unit. */
export function weightShapes(architecture: EnsembleArchitecture): ReadonlyMap<WeightName, readonly number[]> {
  const { members: m, hidden, classes } = architecture;
  const [h1, h2] = hidden;
  const norm = (name: 'norm1' | 'norm2', units: number): [WeightName, number[]][] =>
    (['scale', 'bias', 'mean', 'variance'] as const).map((part) => [`${name}.${part}`, [m, 1, units]]);
  return new Map<WeightName, readonly number[]>([
    ['hidden1.weight', [m, featureChannels(architecture), h1]],
    ['hidden1.bias', [m, 1, h1]],
    ...norm('norm1', h1),
    ['hidden2.weight', [m, h1, h2]],
    ['hidden2.bias', [m, 1, h2]],
    ...norm('norm2', h2),
    ['output.weight', [m, h2, classes.length]],
    ['output.bias', [m, 1, classes.length]],
  ]);
}

/**
 * Weights before training: linear layers from N(0, 0.02²), biases and running means 0, scales and running variances 1.
 * @param memberIds which members; member 3 starts with the same weights alone and among ten
 */
export function initialWeights(
  architecture: EnsembleArchitecture,
  seed: number,
  memberIds: readonly number[] = Array.from({ length: architecture.members }, (_, i) => i),
): Map<WeightName, Tensor> {
  const weights = new Map<WeightName, Tensor>();
  for (const [name, shape] of weightShapes({ ...architecture, members: memberIds.length })) {
    const tensor = float32(shape);
    if (name.endsWith('.scale') || name.endsWith('.variance')) tensor.data.fill(1);
    if (name === 'hidden1.weight' || name === 'hidden2.weight' || name === 'output.weight') {
      const size = sizeOf(shape.slice(1));
      memberIds.forEach((member, i) => {
        const values = randomNormals({ seed, purpose: name, member }, size);
        for (let at = 0; at < size; at++) tensor.data[i * size + at] = 0.02 * values[at]!;
      });
    }
    weights.set(name, tensor);
  }
  return weights;
}
