import { float32, float32Data, type Tensor, type TensorOf } from '../engine/tensor.ts';
import { NORM_EPSILON, type EnsembleWeights, type FeatureShape, type WeightName } from './ensemble.ts';
import { featureLevels, type LabelSize, type Level } from './levels.ts';

/** M members with H1 and H2 hidden units and K classes. */
export interface EnsembleSizes {
  readonly members: number;
  readonly hidden: readonly [number, number];
  readonly classes: number;
}

/**
 * Shapes of the folded weights, the inputs of the interpreter graph: 1×1 convolutions, the members' outputs one after
 * another.
 * - `first.0`, `first.1`, …: the first layer's part for each level of `featureLevels`, [M·H1, C, 1, 1]; `first.bias`
 * - `second.weight` [M·H2, H1, 1, 1], `second.bias`; `third.weight` [M·K, H2, 1, 1], `third.bias`; biases [outputs, 1, 1]
 */
export function foldedShapes(
  { members, hidden: [h1, h2], classes }: EnsembleSizes,
  levels: readonly Level[],
): ReadonlyMap<string, readonly number[]> {
  return new Map<string, readonly number[]>([
    ...levels.map(({ channels }, i): [string, readonly number[]] => [firstName(i), [members * h1, channels, 1, 1]]),
    ['first.bias', [members * h1, 1, 1]],
    ['second.weight', [members * h2, h1, 1, 1]],
    ['second.bias', [members * h2, 1, 1]],
    ['third.weight', [members * classes, h2, 1, 1]],
    ['third.bias', [members * classes, 1, 1]],
  ]);
}

export function firstName(level: number): string {
  return `first.${level}`;
}

export function ensembleSizes(weights: EnsembleWeights): EnsembleSizes {
  const [members, h1, h2] = weights.get('hidden2.weight')!.shape as [number, number, number];
  return { members, hidden: [h1, h2], classes: weights.get('output.weight')!.shape[2]! };
}

/**
 * Trained weights as the interpreter graph wants them. Batch normalisation stands behind the ReLU, so with its running
 * statistics it is scale·x + shift on what the NEXT layer reads, and goes into that layer's weights and bias.
 * @param weights as `weightShapes` says
 * @param features the maps in the order of `hidden1.weight`'s rows
 */
export function foldWeights(
  weights: EnsembleWeights,
  features: readonly Pick<FeatureShape, 'channels' | 'height' | 'width'>[],
  size: LabelSize,
): Map<string, TensorOf<'float32'>> {
  const sizes = ensembleSizes(weights);
  const levels = featureLevels(features, size);
  const folded = new Map<string, TensorOf<'float32'>>();
  for (const [name, shape] of foldedShapes(sizes, levels)) folded.set(name, float32(shape));
  foldFirst(weights, features, levels, sizes, folded);
  foldNorm(weights, ['norm1', 'hidden2'], folded.get('second.weight')!, folded.get('second.bias')!);
  foldNorm(weights, ['norm2', 'output'], folded.get('third.weight')!, folded.get('third.bias')!);
  return folded;
}

/** Splits the rows of the first layer by level. */
function foldFirst(
  weights: EnsembleWeights,
  features: readonly { readonly channels: number }[],
  levels: readonly Level[],
  { members, hidden: [h1] }: EnsembleSizes,
  folded: ReadonlyMap<string, TensorOf<'float32'>>,
): void {
  const first = data(weights, 'hidden1.weight');
  const offsets: number[] = [];
  let depth = 0;
  for (const { channels } of features) {
    offsets.push(depth);
    depth += channels;
  }
  levels.forEach(({ features: places, channels }, i) => {
    const target = folded.get(firstName(i))!.data;
    for (let member = 0; member < members; member++) {
      let row = 0;
      for (const place of places) {
        for (let c = 0; c < features[place]!.channels; c++, row++) {
          const from = (member * depth + offsets[place]! + c) * h1;
          for (let unit = 0; unit < h1; unit++) target[(member * h1 + unit) * channels + row] = first[from + unit]!;
        }
      }
    }
  });
  folded.get('first.bias')!.data.set(data(weights, 'hidden1.bias'));
}

/** weight′[i, j] = scaleᵢ·weight[i, j]; bias′[j] = bias[j] + Σᵢ shiftᵢ·weight[i, j]. */
function foldNorm(
  weights: EnsembleWeights,
  [norm, layer]: readonly ['norm1', 'hidden2'] | readonly ['norm2', 'output'],
  intoWeight: TensorOf<'float32'>,
  intoBias: TensorOf<'float32'>,
): void {
  const [members, inputs, outputs] = weights.get(`${layer}.weight`)!.shape as [number, number, number];
  const part = (name: 'scale' | 'bias' | 'mean' | 'variance') => data(weights, `${norm}.${name}`);
  const [gain, bias, mean, variance] = [part('scale'), part('bias'), part('mean'), part('variance')];
  const weight = data(weights, `${layer}.weight`);
  const sums = Float64Array.from(data(weights, `${layer}.bias`));
  for (let member = 0; member < members; member++) {
    for (let i = 0; i < inputs; i++) {
      const unit = member * inputs + i;
      const scale = gain[unit]! / Math.sqrt(variance[unit]! + NORM_EPSILON);
      const shift = bias[unit]! - mean[unit]! * scale;
      for (let j = 0; j < outputs; j++) {
        const w = weight[unit * outputs + j]!;
        intoWeight.data[(member * outputs + j) * inputs + i] = scale * w;
        sums[member * outputs + j]! += shift * w;
      }
    }
  }
  intoBias.data.set(sums);
}

function data(weights: EnsembleWeights, name: WeightName): Float32Array {
  const tensor: Tensor | undefined = weights.get(name);
  return float32Data(tensor, name);
}
