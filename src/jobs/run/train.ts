import { basename } from 'node:path';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { UNLABELLED } from '../../dataset/labelMap.ts';
import { labelsHash } from '../../dataset/labelsHash.ts';
import { projectPaths, readProject } from '../../dataset/projectFile.ts';
import { labelledSamples, readTrainingSamples } from '../../dataset/trainingSamples.ts';
import { featureShapes } from '../../interpreter/featureShapes.ts';
import { FeatureStore } from '../../interpreter/featureStore.ts';
import { encodeInterpreter } from '../../interpreter/interpreterFile.ts';
import { trainInterpreter, type InterpreterProgress } from '../../interpreter/trainInterpreter.ts';
import { Synthesizer } from '../../stylegan/synthesizer.ts';
import { lossPoint, type LossPoint } from '../lossPoint.ts';
import type { Progress } from '../progress.ts';
import type { JobRunner } from '../runner.ts';
import { stateFolder } from '../stateFolder.ts';
import { chosenProvider } from './chosenProvider.ts';
import { projectGenerator } from './projectGenerator.ts';

/** Trains the project's interpreter on its labelled samples. */
export const run: JobRunner<'train'> = async (options, context) => {
  const { project, signal, progress } = context;
  const started = performance.now();
  const opened = await readProject(project);
  const generator = await projectGenerator(opened);
  const settings = opened.settings.interpreter;
  const features = options.features ?? settings.features;
  const selection = await readTrainingSamples(projectPaths(opened).samples, generator, opened.settings.classes);
  const { provider, threads } = await chosenProvider(context);
  const shapes = featureShapes(generator.architecture, features);
  const synthesizer = new Synthesizer(
    generator,
    shapes.map(({ name }) => name),
    { provider, cpuFallback: 'allow', ...(threads === undefined ? {} : { threads }) },
  );
  const store = new FeatureStore(await stateFolder(project, 'features'));
  const { seed: settingsSeed, members, hidden, dropout, pixelsPerImage, ...training } = settings;
  const seed = options.seed ?? settingsSeed;
  const inWords = wordsOfTraining();
  const trained = await trainInterpreter({
    generator: { name: generator.facts.name, sha256: generator.sha256 },
    classes: opened.settings.classes,
    featureShapes: shapes,
    samples: labelledSamples(selection.samples, generator, features, shapes, store, synthesizer),
    plan: {
      members: options.members ?? members,
      hidden,
      features,
      dropout,
      pixelsPerImage,
      training: { ...training, seed },
    },
    provider,
    threads,
    onFeaturesRead: () => synthesizer.release(),
    onProgress: (now) => progress(inWords(now)),
    signal,
  }).finally(() => synthesizer.release());
  const out = options.out ?? projectPaths(opened).interpreter;
  const trainedOn = selection.samples
    .filter(({ sample }) => sample.labels.data.some((id) => id !== UNLABELLED))
    .map(({ name, sample }) => ({ name: basename(name), labels: labelsHash(sample.labels) }));
  const facts = { ...trained.facts, trainedOn };
  await writeFileWhole(out, encodeInterpreter({ ...trained, facts }));
  return {
    out,
    members: trained.architecture.members,
    samples: facts.samples,
    pixels: facts.pixels,
    heldOutAccuracy: facts.heldOutAccuracy,
    seconds: (performance.now() - started) / 1000,
    warnings: [...selection.warnings, ...trained.warnings],
  };
};

function wordsOfTraining(): (now: InterpreterProgress) => Progress {
  let losses: readonly LossPoint[] = [];
  return (now) => {
    if (now.stage === 'features')
      return { stage: 'reading features', done: now.done, total: now.total, unit: 'samples' };
    const measured = now.point && lossPoint(now.point);
    if (measured) losses = [...losses, measured];
    const last = losses.at(-1);
    return {
      stage: 'training',
      done: now.done,
      total: now.total,
      unit: 'steps',
      ...(last && { detail: `held-out loss ${last.loss.toFixed(3)}`, losses }),
    };
  };
}
