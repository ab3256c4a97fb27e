import { gradients } from '../engine/gradients.ts';
import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { adam, ADAM, adamCorrections, type AdamSettings } from '../engine/optimizers.ts';
import { cast, concat, range, reduceSum, reshape, slice } from '../engine/ops.ts';
import { float32, type DType, type Tensor } from '../engine/tensor.ts';
import { input, type Value } from '../engine/value.ts';
import {
  featureChannels,
  TRAINED,
  WEIGHT_NAMES,
  weightShapes,
  type EnsembleArchitecture,
  type TrainedName,
  type WeightName,
} from './ensemble.ts';
import { accuracy, crossEntropy, ensembleLogits, trainingLogits, type NamedValues } from './ensembleLayers.ts';

/** Element type of the feature vectors: float16 halves what crosses to the device, where the provider has it. */
export type FeatureType = 'float16' | 'float32';

/** How much one run of a training graph does. */
export interface TrainingRun {
  /** Steps, unrolled. */
  readonly steps: number;
  /** Pixels per step and member. */
  readonly batch: number;
  readonly featureType: FeatureType;
  readonly adam: AdamSettings;
  /** See `buildModel`. */
  readonly microsoftOps: boolean;
}

/** Adam's bias corrections of step t = 1, 2, …, with its learning rate times `rate` folded into the first of the two. */
export function stepCorrections(step: number, rate = 1, settings: AdamSettings = ADAM): readonly [number, number] {
  const [first, second] = adamCorrections(step, settings);
  return [first / rate, second];
}

/** What goes from run to run, by name: the weights, and Adam's moments as `mean.<weight>` and `variance.<weight>`. */
export type TrainingState = Readonly<Record<string, Tensor>>;

export function initialState(weights: ReadonlyMap<WeightName, Tensor>): TrainingState {
  const state: Record<string, Tensor> = Object.fromEntries(weights);
  for (const name of TRAINED) {
    const { shape } = weights.get(name)!;
    state[`mean.${name}`] = float32(shape);
    state[`variance.${name}`] = float32(shape);
  }
  return state;
}

/** The state after a run, out of its outputs. */
export function nextState(outputs: Readonly<Record<string, Tensor>>): TrainingState {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, tensor]) => (name.startsWith('next.') ? [[name.slice(5), tensor]] : [])),
  );
}

/**
 * Several training steps of all members as one ONNX model. With S steps, M members, B pixels, D channels and H units it takes
 * for each step s = 0 … S − 1 `features.s` [M, B, D], `labels.s` int32 [M, B] (index of the class) and with dropout
 * `mask1.s` [M, B, H1] and `mask2.s` [M, B, H2] (0, or 1 / share kept); `corrections` [S, 2] (`stepCorrections`), and the
 * state. It gives the new state with `next.` before its names, and `loss` [S, M].
 * The loss is summed over members, so no member's gradient sees another.
 */
export function trainingModel(architecture: EnsembleArchitecture, run: TrainingRun): Uint8Array {
  const { members: m, hidden, dropout } = architecture;
  const { steps, batch, featureType } = run;
  const shapes = weightShapes(architecture);
  const features = eachStep(steps, 'features', featureType, [m, batch, featureChannels(architecture)]);
  const labels = eachStep(steps, 'labels', 'int32', [m, batch]);
  const corrections = input('corrections', 'float32', [steps, 2]);
  const masks =
    dropout === 'none' ? [] : hidden.map((units, i) => eachStep(steps, `mask${i + 1}`, 'float32', [m, batch, units]));

  let weights = weightInputs(architecture);
  let moments = TRAINED.map((name) => ({
    mean: input(`mean.${name}`, 'float32', shapes.get(name)!),
    variance: input(`variance.${name}`, 'float32', shapes.get(name)!),
  }));
  const losses: Value[] = [];
  for (let step = 0; step < steps; step++) {
    const { logits, running } = trainingLogits(
      cast(features[step]!, 'float32'),
      weights,
      masks.map((mask) => mask[step]!),
    );
    const loss = crossEntropy(logits, labels[step]!);
    losses.push(reshape(loss, [1, m]));
    const slopes = gradients(
      reduceSum(loss, [0]),
      TRAINED.map((name) => weights[name]),
    );
    const both = [0, 1].map((i) => reshape(slice(corrections, [range(0, step, step + 1), range(1, i, i + 1)]), []));
    const states = TRAINED.map((name, i) =>
      adam({ parameter: weights[name], ...moments[i]! }, slopes[i]!, both as [Value, Value], run.adam),
    );
    const trained = Object.fromEntries(TRAINED.map((name, i) => [name, states[i]!.parameter]));
    weights = { ...(trained as NamedValues<TrainedName>), ...running };
    moments = states;
  }

  const outputs: Record<string, Value> = { loss: concat(losses, 0) };
  for (const name of WEIGHT_NAMES) outputs[`next.${name}`] = weights[name];
  TRAINED.forEach((name, i) => {
    outputs[`next.mean.${name}`] = moments[i]!.mean;
    outputs[`next.variance.${name}`] = moments[i]!.variance;
  });
  return encodeModel(buildModel({ name: 'training', outputs, microsoftOps: run.microsoftOps }));
}

/**
 * Measures all members with their running statistics. Takes `features` [M, P, D], `labels` int32 [M, P] and the weights;
 * gives `loss` and `accuracy`, both [M], means over the P pixels.
 */
export function evaluationModel(
  architecture: EnsembleArchitecture,
  pixels: number,
  { featureType, microsoftOps }: Pick<TrainingRun, 'featureType' | 'microsoftOps'>,
): Uint8Array {
  const { members: m } = architecture;
  const features = input('features', featureType, [m, pixels, featureChannels(architecture)]);
  const labels = input('labels', 'int32', [m, pixels]);
  const logits = ensembleLogits(cast(features, 'float32'), weightInputs(architecture));
  const outputs = { loss: crossEntropy(logits, labels), accuracy: accuracy(logits, labels) };
  return encodeModel(buildModel({ name: 'evaluation', outputs, microsoftOps }));
}

function weightInputs(architecture: EnsembleArchitecture): NamedValues<WeightName> {
  const shapes = weightShapes(architecture);
  return Object.fromEntries(
    WEIGHT_NAMES.map((name) => [name, input(name, 'float32', shapes.get(name)!)]),
  ) as NamedValues<WeightName>;
}

/** Inputs `name.0`, `name.1`, …: one for each step, since cutting one large input up would copy it. */
function eachStep(steps: number, name: string, dtype: DType, shape: readonly number[]): readonly Value[] {
  return Array.from({ length: steps }, (_, step) => input(`${name}.${step}`, dtype, shape));
}
