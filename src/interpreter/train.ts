import { ADAM } from '../engine/optimizers.ts';
import { Session, type ProviderName } from '../engine/session.ts';
import { float32Data, type Tensor } from '../engine/tensor.ts';
import { BestWeights } from './bestWeights.ts';
import {
  featureChannels,
  initialWeights,
  WEIGHT_NAMES,
  type EnsembleArchitecture,
  type WeightName,
} from './ensemble.ts';
import { MemberOrder } from './memberOrder.ts';
import type { PixelPool } from './pixelPool.ts';
import type { CurvePoint } from './trainingCurve.ts';
import { pixelFeeds, trainingFeeds } from './trainingFeeds.ts';
import {
  evaluationModel,
  initialState,
  nextState,
  trainingModel,
  type FeatureType,
  type TrainingState,
} from './trainingGraph.ts';
import type { TrainingSettings } from './trainingSettings.ts';

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
  /** Threads within one operation; all cores unless told. */
  readonly threads?: number | undefined;
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
  const { pool, settings, provider = 'cpu', cpuFallback = 'allow', threads, signal, onProgress } = options;
  const memberIds = options.memberIds ?? Array.from({ length: options.architecture.members }, (_, i) => i);
  const architecture = { ...options.architecture, members: memberIds.length };
  const members = memberIds.map((id) => new MemberOrder(id, pool, settings));
  const { batch } = settings;
  const perEpoch = Math.max(...members.map((member) => member.stepsPerEpoch));
  const stepsWanted = Math.max(settings.minimumSteps, Math.ceil(perEpoch * settings.epochs));
  const stepsPerRun = Math.min(unrolledSteps(architecture, batch), stepsWanted);
  // About ten measurements, but no more than one in 25 steps: they cost as much as a few steps.
  const runsPerPoint = Math.max(1, Math.round(Math.max(25, stepsWanted / 10) / stepsPerRun));
  const runs = Math.ceil(stepsWanted / stepsPerRun / runsPerPoint) * runsPerPoint;
  const stepsTotal = runs * stepsPerRun;

  const adam = { ...ADAM, learningRate: settings.learningRate };
  // Half precision and FusedMatMul exist for certain only there.
  const known = provider === 'cpu' || provider === 'cuda';
  const form = { featureType: known ? 'float16' : 'float32', microsoftOps: known } as const;
  const measured = Math.max(...members.map(({ split }) => split.heldOut.length));
  const measuredAtOnce = Math.min(measured, 512);
  const sessionOptions = { provider, cpuFallback, ...(threads === undefined ? {} : { threads }) };
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
      const feeds = trainingFeeds(architecture, pool, members, settings, form.featureType, {
        first,
        steps: stepsPerRun,
        stepsTotal,
      });
      const outputs = await training.run({ ...feeds, ...state });
      state = nextState(outputs);
      float32Data(outputs['loss']).forEach((loss, i) => (lossSums[i % lossSums.length]! += loss));
      const stepsDone = first + stepsPerRun;
      if ((run + 1) % runsPerPoint !== 0) {
        onProgress?.({ stepsDone, stepsTotal });
        continue;
      }
      const { loss, accuracy } = await measure(evaluation, pool, members, state, measuredAtOnce, form.featureType);
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

/** Loss and accuracy of each member on its held-out pixels. */
async function measure(
  session: Session,
  pool: PixelPool,
  members: readonly MemberOrder[],
  state: TrainingState,
  atOnce: number,
  featureType: FeatureType,
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
    const outputs = await session.run({ ...pixelFeeds(pool, lists, featureType), ...weights });
    float32Data(outputs['loss']).forEach((value, i) => (loss[i]! += value / chunks));
    float32Data(outputs['accuracy']).forEach((value, i) => (accuracy[i]! += value / chunks));
  }
  return { loss, accuracy };
}

export type { CurvePoint };
