import type { ProviderName } from '../engine/session.ts';
import type { EnsembleArchitecture, FeatureShape } from './ensemble.ts';
import { hiddenSizes, type Dropout } from './ensemble.ts';
import type { Interpreter, InterpreterFacts } from './interpreterFile.ts';
import { gatherPool, missingClasses, type LabelledSample } from './pixelPool.ts';
import { trainEnsemble } from './train.ts';
import type { CurvePoint } from './trainingCurve.ts';
import type { TrainingSettings } from './trainingSettings.ts';
import type { FeatureSet } from '../stylegan/featureMap.ts';

/** Everything that decides what comes out, apart from the samples. */
export interface InterpreterPlan {
  readonly members: number;
  readonly hidden: 'auto' | readonly [number, number];
  readonly features: FeatureSet;
  /** [0, 0] is none. */
  readonly dropout: Dropout;
  /** Pixels sampled from each annotated image, at least one from each labelled region. */
  readonly pixelsPerImage: number;
  readonly training: TrainingSettings;
}

export interface TrainInterpreterOptions {
  readonly generator: InterpreterFacts['generator'];
  readonly classes: InterpreterFacts['classes'];
  /** Of the generator's feature maps, in the order of `plan.features`. */
  readonly featureShapes: readonly FeatureShape[];
  readonly samples: readonly LabelledSample[];
  readonly plan: InterpreterPlan;
  readonly provider?: ProviderName;
  /** Threads within one operation; all cores unless told. */
  readonly threads?: number | undefined;
  /** Called when all feature maps were read and none will be asked for any more: what rendered them can go. */
  readonly onFeaturesRead?: () => Promise<void>;
  readonly onProgress?: (progress: InterpreterProgress) => void;
  readonly signal?: AbortSignal;
}

export type InterpreterProgress =
  | { readonly stage: 'features'; readonly done: number; readonly total: number }
  /** Steps; fewer than `total` when all members stop early. */
  | { readonly stage: 'training'; readonly done: number; readonly total: number; readonly point?: CurvePoint };

export interface TrainedInterpreter extends Interpreter {
  /** One sentence for each thing that a person should know, for example a class that nobody has painted. */
  readonly warnings: readonly string[];
}

/**
 * From annotated samples to a trained interpreter. Nothing is written; stopped or killed, nothing is left behind.
 * @throws UserError when nothing is labelled or a label is none of `classes`
 */
export async function trainInterpreter(options: TrainInterpreterOptions): Promise<TrainedInterpreter> {
  const { classes, featureShapes, samples, plan, provider = 'cpu', threads, onProgress, signal } = options;
  const ids = classes.map(({ id }) => id);
  const architecture: EnsembleArchitecture = {
    members: plan.members,
    features: plan.features,
    featureShapes,
    hidden: hiddenSizes(plan.hidden, ids.length),
    classes: ids,
    dropout: plan.dropout.every((rate) => rate === 0) ? 'none' : plan.dropout,
  };
  const pool = await gatherPool({
    samples,
    featureShapes,
    classes: ids,
    pixelsPerImage: plan.pixelsPerImage,
    evenShare: plan.training.evenShare,
    seed: plan.training.seed,
    threads,
    onProgress: (done, total) => onProgress?.({ stage: 'features', done, total }),
    ...(signal ? { signal } : {}),
  });
  await options.onFeaturesRead?.();
  const { weights, curve, best } = await trainEnsemble({
    architecture,
    pool,
    settings: plan.training,
    provider,
    threads,
    onProgress: ({ stepsDone, stepsTotal, point }) =>
      onProgress?.({ stage: 'training', done: stepsDone, total: stepsTotal, ...(point ? { point } : {}) }),
    ...(signal ? { signal } : {}),
  });
  const labelled = samples.filter((_, image) => pool.images.includes(image));
  const { labels, place } = labelled[0]!;
  const { height, width } = labels;
  const facts: InterpreterFacts = {
    generator: options.generator,
    classes,
    labelSize: { height, width },
    ...(place && (place.side !== height || place.side !== width) ? { labelPlace: { ...place } } : {}),
    settings: { ...plan.training, pixelsPerImage: plan.pixelsPerImage },
    samples: labelled.length,
    pixels: pool.labels.length,
    heldOutAccuracy: best.reduce((sum, { accuracy }) => sum + accuracy, 0) / best.length,
    curve,
    best,
    provider,
  };
  const missing = new Set(missingClasses(pool));
  const warnings = [
    ...classes
      .filter(({ id }) => missing.has(id))
      .map(({ name }) => `The class "${name}" has no labelled pixel, so it will not be predicted.`),
    ...samples
      .filter((sample) => !labelled.includes(sample))
      .map(({ name }) => `${name} has no labelled pixel, so it was not trained on.`),
  ];
  return { architecture, weights, facts, warnings };
}
