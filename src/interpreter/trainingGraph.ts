import { gradients } from '../engine/gradients.ts';
import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { adam, ADAM, adamCorrections, type AdamSettings } from '../engine/optimizers.ts';
import { argMax, cast, concat, equal, range, reduceMean, reduceSum, reshape, slice } from '../engine/ops.ts';
import { float32, type Tensor } from '../engine/tensor.ts';
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
import { crossEntropy, ensembleLogits, trainingLogits, type NamedValues } from './ensembleLayers.ts';

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
 * `features` [S, M, B, D], `labels` int64 [S, M, B] (index of the class), `corrections` [S, 2] (`stepCorrections`), with
 * dropout `mask1` [S, M, B, H1] and `mask2` [S, M, B, H2] (0, or 1 / share kept), and the state. It gives the new state
 * with `next.` before its names, and `loss` [S, M].
 * The loss is summed over members, so no member's gradient sees another.
 */
export function trainingModel(architecture: EnsembleArchitecture, run: TrainingRun): Uint8Array {
  const { members: m, hidden, dropout } = architecture;
  const { steps, batch, featureType } = run;
  const shapes = weightShapes(architecture);
  const features = input('features', featureType, [steps, m, batch, featureChannels(architecture)]);
  const labels = input('labels', 'int64', [steps, m, batch]);
  const corrections = input('corrections', 'float32', [steps, 2]);
  const masks =
    dropout === 'none' ? [] : hidden.map((units, i) => input(`mask${i + 1}`, 'float32', [steps, m, batch, units]));

  let weights = weightInputs(architecture);
  let moments = TRAINED.map((name) => ({
    mean: input(`mean.${name}`, 'float32', shapes.get(name)!),
    variance: input(`variance.${name}`, 'float32', shapes.get(name)!),
  }));
  const losses: Value[] = [];
  for (let step = 0; step < steps; step++) {
    const { logits, running } = trainingLogits(
      cast(ofStep(features, step), 'float32'),
      weights,
      masks.map((mask) => ofStep(mask, step)),
    );
    const loss = crossEntropy(logits, ofStep(labels, step));
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
 * Measures all members with their running statistics. Takes `features` [M, P, D], `labels` int64 [M, P] and the weights;
 * gives `loss` and `accuracy`, both [M], means over the P pixels.
 */
export function evaluationModel(
  architecture: EnsembleArchitecture,
  pixels: number,
  { featureType, microsoftOps }: Pick<TrainingRun, 'featureType' | 'microsoftOps'>,
): Uint8Array {
  const { members: m } = architecture;
  const features = input('features', featureType, [m, pixels, featureChannels(architecture)]);
  const labels = input('labels', 'int64', [m, pixels]);
  const logits = ensembleLogits(cast(features, 'float32'), weightInputs(architecture));
  const accuracy = reduceMean(cast(equal(argMax(logits, 2), labels), 'float32'), [1]);
  const outputs = { loss: crossEntropy(logits, labels), accuracy };
  return encodeModel(buildModel({ name: 'evaluation', outputs, microsoftOps }));
}

function weightInputs(architecture: EnsembleArchitecture): NamedValues<WeightName> {
  const shapes = weightShapes(architecture);
  return Object.fromEntries(
    WEIGHT_NAMES.map((name) => [name, input(name, 'float32', shapes.get(name)!)]),
  ) as NamedValues<WeightName>;
}

/** Row `step` of the leading axis. */
function ofStep(x: Value, step: number): Value {
  return reshape(slice(x, [range(0, step, step + 1)]), x.shape.slice(1));
}
