import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../../base/userError.ts';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { withoutTruncation, type WrittenProject } from '../../dataset/project.ts';
import { projectPaths, readProject, updateProject } from '../../dataset/projectFile.ts';
import { cropText } from '../../interpreter/labelFrame.ts';
import { featureMaps, styleLayerCount } from '../../stylegan/architecture.ts';
import { assumptions } from '../../stylegan/assumptions.ts';
import { encodeGenerator, type Generator, type GeneratorFacts } from '../../stylegan/generator.ts';
import { fileKind } from '../../stylegan/fileKind.ts';
import { networkHash } from '../../stylegan/generatorParameters.ts';
import { importGenerator, type NamedBytes } from '../../stylegan/importGenerator.ts';
import { importOnnxGenerator } from '../../stylegan/onnx/importOnnxGenerator.ts';
import { collectGarbage } from '../collectGarbage.ts';
import { JobStopped } from '../jobError.ts';
import type { JobOptions } from '../jobTable.ts';
import type { JobRunner } from '../runner.ts';
import { tryOutInChild } from '../trial/tryOutInChild.ts';
import { readReleasable } from './releasableFile.ts';
import { SHEET_SAMPLES, sampleSheet } from './sampleSheet.ts';

/** As in a new project. */
const usualTruncation = { psi: 0.7, layers: 8 } as const;

/**
 * Turns a checkpoint into a generator's file with a sheet of samples beside it, and when it is the project's generator, notes its
 * hash in the project.
 */
export const run: JobRunner<'import'> = async (options, { project, signal, progress, standing }) => {
  const secondsSince = (start: number): number => (performance.now() - start) / 1000;
  const start = performance.now();
  const step = (done: number): void => {
    signal.throwIfAborted();
    progress({ stage: 'importing', done, total: 3, unit: 'steps' });
  };
  step(0);
  const name = options.name ?? basename(options.checkpoint).replace(/(\.for_g_all)?\.(pt|pth|pkl|onnx)$/i, '');
  const opened = project === undefined ? undefined : await readProject(project);
  const ours = opened && projectPaths(opened).generator;
  const out = options.out ?? ours ?? join(dirname(options.checkpoint), outName(options.checkpoint, name));
  if (resolve(out) === resolve(options.checkpoint))
    throw new UserError(`${out} would be written over itself: say with --out <path> where the generator shall go.`);
  if (options.out === undefined && existsSync(out)) {
    throw new UserError(`${out} is there already; to replace it, or to write elsewhere, say so with --out <path>.`);
  }
  const { architecture, crop, sha256, facts } = await writeGenerator(options, name, out, step, signal);
  const asked = opened?.settings.generation.truncation ?? usualTruncation;
  const truncation = architecture.family === 'onnx' ? { ...asked, psi: 1 } : asked;
  const notes: string[] = [];
  if (project !== undefined && out === ours) {
    await updateProject(project, (written) => withGenerator(written, sha256, truncation.psi !== asked.psi));
    if (truncation.psi !== asked.psi) notes.push(`datasetgan.json asked for psi ${asked.psi}, and says 1 now.`);
  }
  step(3);

  const result = {
    ...facts,
    assumed: [...facts.assumed, ...notes],
    out,
    sha256,
    attributed: options.attribution !== undefined,
    seconds: secondsSince(start),
  };
  if (options.withoutSamples) return result;

  // The sheet of a large generator takes longer than the import, and who stops it keeps the generator.
  standing(result);
  const startOfSheet = performance.now();
  const drawing = (done: number): void => {
    if (signal.aborted) throw new JobStopped(`Stopped before the sheet of samples was drawn; ${out} is written.`);
    progress({ stage: 'drawing samples', done, total: SHEET_SAMPLES, unit: 'samples' });
  };
  const file = `${out.replace(/\.onnx$/i, '')}.samples.png`;
  collectGarbage();
  const drawn = { seed: options.seed, truncation, onImage: drawing };
  await writeFileWhole(file, await sampleSheet(out, architecture, crop, drawn));
  drawing(SHEET_SAMPLES);
  return { ...result, samples: { file, psi: truncation.psi, seconds: secondsSince(startOfSheet) } };
};

/** Beside an ONNX model its generator needs another name than the model's. */
function outName(checkpoint: string, name: string): string {
  return `${name}${/\.onnx$/i.test(checkpoint) ? '.generator' : ''}.onnx`;
}

function withGenerator(written: WrittenProject, sha256: string, untruncated: boolean): WrittenProject {
  const project = { ...written, generator: { ...written.generator, sha256 } };
  return untruncated ? withoutTruncation(project) : project;
}

/** Nothing of the weights outlives this function: the samples need the memory. */
async function writeGenerator(
  options: JobOptions<'import'>,
  name: string,
  out: string,
  step: (done: number) => void,
  signal: AbortSignal,
) {
  const checkpoint = await readable(options.checkpoint, () => readReleasable(options.checkpoint));
  try {
    const file = basename(options.checkpoint);
    const generator = await imported(options, name, { file, bytes: checkpoint.bytes }, signal);
    // An ONNX model's weights are still those of the file.
    if (!('graph' in generator)) checkpoint.release();
    step(1);
    const sha256 = networkHash(generator);
    step(2);
    await writeFileWhole(out, encodeGenerator(generator));
    return { architecture: generator.architecture, crop: generator.facts.crop, sha256, facts: found(generator) };
  } finally {
    checkpoint.release();
  }
}

async function imported(
  options: JobOptions<'import'>,
  name: string,
  checkpoint: NamedBytes,
  signal: AbortSignal,
): Promise<Generator> {
  const common = { name, attribution: options.attribution, crop: cropOf(options.crop) };
  const { features, image, latent } = options;
  const choice = { features, image, latent };
  if (fileKind(checkpoint.bytes).kind === 'onnx') {
    refuseOptions(options, ['wAvg', 'noise', 'class'], `${checkpoint.file} is an ONNX model, which is taken as it is`);
    const tryOut = tryOutInChild(signal);
    return importOnnxGenerator({ ...common, model: checkpoint, choice, tryOut }).catch((error: unknown) => {
      // A trial that was stopped says nothing of the model.
      signal.throwIfAborted();
      throw error;
    });
  }
  refuseOptions(options, ['features', 'image', 'latent'], `${checkpoint.file} is no ONNX model, whose parts are known`);
  return importGenerator({
    ...common,
    checkpoint,
    wAvg: options.wAvg === undefined ? undefined : await namedBytes(options.wAvg),
    noise: options.noise === undefined ? undefined : await namedBytes(options.noise),
    chosenClass: options.class,
    seed: options.seed,
  });
}

/** @throws UserError for an option that says nothing to this kind of file. */
function refuseOptions(
  options: JobOptions<'import'>,
  names: readonly ('wAvg' | 'noise' | 'class' | 'features' | 'image' | 'latent')[],
  why: string,
): void {
  const given = names.find((key) => options[key] !== undefined);
  if (given !== undefined) throw new UserError(`${why}: leave --${given.replace('wAvg', 'w-avg')} out.`);
}

/** `x,y,width,height`, as the table of jobs has checked. */
function cropOf(text: string | undefined): GeneratorFacts['crop'] {
  if (text === undefined) return undefined;
  const [x, y, width, height] = text.split(',').map(Number) as [number, number, number, number];
  return { x, y, width, height };
}

/** What a person wants to compare with what they know of the checkpoint. */
function found(generator: Generator) {
  const { architecture, facts } = generator;
  const { family, resolution, imageChannels, zSize } = architecture;
  const tensors = 'graph' in generator ? generator.graph.initializers : generator.parameters;
  const condition = 'condition' in architecture ? architecture.condition : null;
  return {
    name: facts.name,
    family,
    format: facts.format ?? family,
    resolution,
    imageChannels,
    ...(facts.crop ? { crop: cropText(facts.crop) } : {}),
    ...(condition ? { condition: { classes: condition.classes, chosen: condition.chosen } } : {}),
    latent: {
      z: zSize,
      ...(architecture.family === 'onnx'
        ? {}
        : { styles: { w: architecture.wSize, layers: styleLayerCount(architecture) } }),
    },
    features: featureMaps(architecture, 'paper').map((map) => ({ ...map })),
    parameters: [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
    assumed: [...assumptions(generator)],
  };
}

/** Errors name a file by its name alone, and files that were copied elsewhere keep no trace of their folders. */
async function namedBytes(path: string): Promise<NamedBytes> {
  return { file: basename(path), bytes: await readable(path, () => readFile(path)) };
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
