import { ADAM } from '../engine/optimizers.ts';
import { Session, type ProviderName } from '../engine/session.ts';
import { float32, float32Data, sizeOf, type Tensor, type TensorOf } from '../engine/tensor.ts';
import {
  featureChannels,
  initialWeights,
  WEIGHT_NAMES,
  type EnsembleArchitecture,
  type WeightName,
} from './ensemble.ts';
import { splitPool, type HeldOut } from './heldOut.ts';
import type { PixelPool } from './pixelPool.ts';
import { randomBytes, randomOrder } from './randomStreams.ts';
import {
  evaluationModel,
  initialState,
  nextState,
  stepCorrections,
  trainingModel,
  type FeatureType,
  type TrainingState,
} from './trainingGraph.ts';

export interface TrainingSettings {
  /** Pixels per step and member. */
  readonly batch: number;
  /** Passes over the sampled pixels at most. */
  readonly epochs: number;
  /** A member stops after so many measurements in a row without a better held-out loss. */
  readonly patience: number;
  readonly heldOut: HeldOut;
  readonly learningRate: number;
  /** `cosine`: falls to 0 over all `epochs`. */
  readonly schedule: 'constant' | 'cosine';
  readonly seed: number;
}

/** A measurement of all members; arrays have one number for each member. */
export interface CurvePoint {
  readonly step: number;
  /** Mean over the steps since the last point; without dropped units it would be lower. */
  readonly trainLoss: readonly number[];
  readonly heldOutLoss: readonly number[];
  readonly heldOutAccuracy: readonly number[];
}

export interface TrainedEnsemble {
  /** Of each member those with the least held-out loss. */
  readonly weights: ReadonlyMap<WeightName, Tensor>;
  readonly curve: readonly CurvePoint[];
  /** Of each member, where its weights were kept. */
  readonly best: readonly { readonly step: number; readonly loss: number; readonly accuracy: number }[];
}

export interface TrainingOptions {
  readonly architecture: EnsembleArchitecture;
  readonly pool: PixelPool;
  readonly settings: TrainingSettings;
  readonly provider?: ProviderName;
  readonly cpuFallback?: 'allow' | 'forbid';
  /** Numbers of the members to train (0 … 2¹⁶ − 1), all of the architecture unless told. */
  readonly memberIds?: readonly number[];
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TrainingProgress {
  readonly stepsDone: number;
  /** At most; members may stop before. */
  readonly stepsTotal: number;
  /** The newest measurement. */
  readonly point?: CurvePoint;
}

/**
 * Trains the ensemble on a pool of pixels. The same seed gives the same weights on the same provider.
 * @throws the signal's reason when it aborts; it is looked at between runs (about 150 ms each)
 */
export async function trainEnsemble(options: TrainingOptions): Promise<TrainedEnsemble> {
  const { pool, settings, provider = 'cpu', cpuFallback = 'allow', signal, onProgress } = options;
  const memberIds = options.memberIds ?? Array.from({ length: options.architecture.members }, (_, i) => i);
  const architecture = { ...options.architecture, members: memberIds.length };
  const members = memberIds.map((id) => new Member(id, pool, settings));
  const { batch } = settings;
  const stepsPerEpoch = Math.max(...members.map((member) => member.stepsPerEpoch));
  const stepsPerRun = Math.min(unrolledSteps(architecture, batch), stepsPerEpoch);
  // A measurement every epoch, but at least every 128 steps.
  const runsPerPoint = Math.max(1, Math.round(Math.min(stepsPerEpoch, 128) / stepsPerRun));
  const runs = Math.ceil((stepsPerEpoch * settings.epochs) / stepsPerRun / runsPerPoint) * runsPerPoint;
  const stepsTotal = runs * stepsPerRun;

  const adam = { ...ADAM, learningRate: settings.learningRate };
  const featureType: FeatureType = 'float16';
  const form = { featureType, microsoftOps: provider === 'cpu' || provider === 'cuda' };
  const measured = Math.max(...members.map(({ split }) => split.heldOut.length));
  const measuredAtOnce = Math.min(measured, 512);
  const sessionOptions = { provider, cpuFallback };
  const training = await Session.create(
    trainingModel(architecture, { ...form, steps: stepsPerRun, batch, adam }),
    sessionOptions,
  );
  const evaluation = await Session.create(evaluationModel(architecture, measuredAtOnce, form), sessionOptions);
  try {
    let state = initialState(initialWeights(architecture, settings.seed, memberIds));
    const best = new BestWeights(state, memberIds.length, settings.patience);
    const curve: CurvePoint[] = [];
    let lossSums = memberIds.map(() => 0);
    for (let run = 0; run < runs && !best.allStopped; run++) {
      signal?.throwIfAborted();
      const first = run * stepsPerRun;
      const feeds = trainingFeeds(architecture, pool, members, settings, first, stepsPerRun, stepsTotal);
      const outputs = await training.run({ ...feeds, ...state });
      state = nextState(outputs);
      float32Data(outputs['loss']).forEach((loss, i) => (lossSums[i % lossSums.length]! += loss));
      const stepsDone = first + stepsPerRun;
      if ((run + 1) % runsPerPoint !== 0) {
        onProgress?.({ stepsDone, stepsTotal });
        continue;
      }
      const { loss, accuracy } = await measure(evaluation, pool, members, state, measuredAtOnce);
      const point = {
        step: stepsDone,
        trainLoss: lossSums.map((sum) => sum / (runsPerPoint * stepsPerRun)),
        heldOutLoss: loss,
        heldOutAccuracy: accuracy,
      };
      lossSums = memberIds.map(() => 0);
      curve.push(point);
      best.keep(state, point);
      onProgress?.({ stepsDone, stepsTotal, point });
    }
    return { weights: best.weights(), curve, best: best.records() };
  } finally {
    await training.release();
    await evaluation.release();
  }
}

/** Steps of one run such that it takes about 150 ms on two cores. Changes when progress shows, not what is computed. */
function unrolledSteps(architecture: EnsembleArchitecture, batch: number): number {
  const units = architecture.members * featureChannels(architecture) * architecture.hidden[0];
  const seconds = (units * (4 * batch)) / 100e9 + (units * 13 * 12) / 20e9;
  return Math.max(1, Math.min(10, Math.round(0.15 / seconds)));
}

/** One member's pixels in its own order. */
class Member {
  readonly id: number;
  readonly split;
  readonly stepsPerEpoch: number;
  readonly #settings: TrainingSettings;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(id: number, pool: PixelPool, settings: TrainingSettings) {
    this.id = id;
    this.#settings = settings;
    this.split = splitPool(pool, settings.heldOut, settings.seed, id);
    this.stepsPerEpoch = Math.max(1, Math.floor(this.split.train.length / settings.batch));
  }

  /** Indices into the pool of step 0, 1, …: each epoch goes through all pixels in a new order. */
  batch(step: number): Uint32Array {
    const { batch, seed } = this.#settings;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const { train } = this.split;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = randomOrder({ seed, purpose: 'order', member: this.id, step: epoch }, train.length);
    }
    const start = (step % this.stepsPerEpoch) * batch;
    // A pool smaller than a batch is gone through more than once.
    return Uint32Array.from({ length: batch }, (_, i) => train[this.#order[(start + i) % train.length]!]!);
  }
}

function trainingFeeds(
  architecture: EnsembleArchitecture,
  pool: PixelPool,
  members: readonly Member[],
  settings: TrainingSettings,
  first: number,
  steps: number,
  stepsTotal: number,
): Record<string, Tensor> {
  const { batch, seed } = settings;
  const pixels: Uint32Array[] = [];
  const corrections = new Float32Array(2 * steps);
  for (let step = first; step < first + steps; step++) {
    for (const member of members) pixels.push(member.batch(step));
    const rate = settings.schedule === 'cosine' ? 0.5 * (1 + Math.cos((Math.PI * step) / stepsTotal)) : 1;
    corrections.set(stepCorrections(step + 1, rate), 2 * (step - first));
  }
  const feeds: Record<string, Tensor> = {
    ...pixelFeeds(pool, pixels, [steps, members.length]),
    corrections: float32([steps, 2], corrections),
  };
  const { dropout, hidden } = architecture;
  if (dropout !== 'none') {
    hidden.forEach((units, layer) => {
      const mask = float32([steps, members.length, batch, units]);
      const size = batch * units;
      for (let step = 0; step < steps; step++) {
        members.forEach(({ id }, i) => {
          const purpose = layer === 0 ? 'dropout1' : 'dropout2';
          const address = { seed, purpose, member: id, step: first + step } as const;
          dropoutMask(
            mask.data.subarray((step * members.length + i) * size).subarray(0, size),
            dropout[layer]!,
            address,
          );
        });
      }
      feeds[`mask${layer + 1}`] = mask;
    });
  }
  return feeds;
}

/**
 * Inverted dropout (Srivastava et al. 2014, section 10): 0 with probability `rate`, else 1 / (1 − rate). One random byte
 * for each unit, so the rate is rounded to a 256th.
 */
export function dropoutMask(into: Float32Array, rate: number, address: Parameters<typeof randomBytes>[0]): void {
  const dropped = Math.round(rate * 256);
  const kept = 256 / (256 - dropped);
  const bytes = randomBytes(address, into.length);
  for (let i = 0; i < into.length; i++) into[i] = bytes[i]! < dropped ? 0 : kept;
}

/** `features` and `labels` of the pixels, whose lists are as many as `leading` says. */
function pixelFeeds(
  pool: PixelPool,
  lists: readonly Uint32Array[],
  leading: readonly number[],
): { readonly features: TensorOf<'float16'>; readonly labels: TensorOf<'int64'> } {
  const count = lists[0]!.length;
  const { channels } = pool;
  const shape = [...leading, count];
  const data = new Uint16Array(sizeOf(shape) * channels);
  const labels = new BigInt64Array(sizeOf(shape));
  let at = 0;
  for (const list of lists) {
    for (const pixel of list) {
      data.set(pool.vectors.subarray(pixel * channels, (pixel + 1) * channels), at * channels);
      labels[at++] = BigInt(pool.labels[pixel]!);
    }
  }
  return {
    features: { dtype: 'float16', shape: [...shape, channels], data },
    labels: { dtype: 'int64', shape, data: labels },
  };
}

/** Loss and accuracy of each member on its held-out pixels. */
async function measure(
  session: Session,
  pool: PixelPool,
  members: readonly Member[],
  state: TrainingState,
  atOnce: number,
): Promise<{ loss: number[]; accuracy: number[] }> {
  const weights = Object.fromEntries(WEIGHT_NAMES.map((name) => [name, state[name]!]));
  const chunks = Math.ceil(Math.max(...members.map(({ split }) => split.heldOut.length)) / atOnce);
  const loss = members.map(() => 0);
  const accuracy = members.map(() => 0);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const lists = members.map(({ split: { heldOut } }) =>
      // Members with fewer held-out pixels measure some of them again.
      Uint32Array.from({ length: atOnce }, (_, i) => heldOut[(chunk * atOnce + i) % heldOut.length]!),
    );
    const outputs = await session.run({ ...pixelFeeds(pool, lists, [members.length]), ...weights });
    float32Data(outputs['loss']).forEach((value, i) => (loss[i]! += value / chunks));
    float32Data(outputs['accuracy']).forEach((value, i) => (accuracy[i]! += value / chunks));
  }
  return { loss, accuracy };
}

/** Each member's best weights so far; a member that ran out of patience keeps what it has. */
class BestWeights {
  readonly #weights = new Map<WeightName, Tensor>();
  readonly #records: { step: number; loss: number; accuracy: number; waited: number }[];
  readonly #patience: number;

  constructor(state: TrainingState, members: number, patience: number) {
    for (const name of WEIGHT_NAMES) {
      const { shape } = state[name]!;
      this.#weights.set(name, float32(shape, float32Data(state[name]).slice()));
    }
    this.#records = Array.from({ length: members }, () => ({ step: 0, loss: Infinity, accuracy: 0, waited: 0 }));
    this.#patience = patience;
  }

  keep(state: TrainingState, { step, heldOutLoss, heldOutAccuracy }: CurvePoint): void {
    this.#records.forEach((record, member) => {
      if (record.waited >= this.#patience) return;
      record.waited++;
      if (!(heldOutLoss[member]! < record.loss)) return;
      Object.assign(record, { step, loss: heldOutLoss[member]!, accuracy: heldOutAccuracy[member]!, waited: 0 });
      for (const [name, kept] of this.#weights) {
        const size = sizeOf(kept.shape.slice(1));
        const values = float32Data(state[name]).subarray(member * size, (member + 1) * size);
        float32Data(kept).set(values, member * size);
      }
    });
  }

  get allStopped(): boolean {
    return this.#records.every(({ waited }) => waited >= this.#patience);
  }

  weights(): ReadonlyMap<WeightName, Tensor> {
    return this.#weights;
  }

  records(): readonly { readonly step: number; readonly loss: number; readonly accuracy: number }[] {
    return this.#records.map(({ step, loss, accuracy }) => ({ step, loss, accuracy }));
  }
}
