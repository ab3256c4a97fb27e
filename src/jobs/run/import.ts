import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../../base/userError.ts';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { projectPaths, readProject, updateProject } from '../../dataset/projectFile.ts';
import { cropText } from '../../interpreter/labelFrame.ts';
import { featureMaps, noiseResolutions, styleLayerCount } from '../../stylegan/architecture.ts';
import { assumptions } from '../../stylegan/assumptions.ts';
import { encodeGenerator, type Generator, type GeneratorFacts } from '../../stylegan/generator.ts';
import { networkHash } from '../../stylegan/generatorParameters.ts';
import { importGenerator, type NamedBytes } from '../../stylegan/importGenerator.ts';
import { collectGarbage } from '../collectGarbage.ts';
import { JobStopped } from '../jobError.ts';
import type { JobOptions } from '../jobTable.ts';
import type { JobRunner } from '../runner.ts';
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
  const name = options.name ?? basename(options.checkpoint).replace(/(\.for_g_all)?\.(pt|pth|pkl)$/i, '');
  const opened = project === undefined ? undefined : await readProject(project);
  const ours = opened && projectPaths(opened).generator;
  const out = options.out ?? ours ?? join(dirname(options.checkpoint), `${name}.onnx`);
  if (options.out === undefined && existsSync(out)) {
    throw new UserError(`${out} is there already; to replace it, or to write elsewhere, say so with --out <path>.`);
  }
  const { architecture, crop, sha256, facts } = await writeGenerator(options, name, out, step);
  if (project !== undefined && out === ours) {
    await updateProject(project, (written) => ({ ...written, generator: { ...written.generator, sha256 } }));
  }
  step(3);

  const truncation = opened?.settings.generation.truncation ?? usualTruncation;
  const result = {
    ...facts,
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

/** Nothing of the weights outlives this function: the samples need the memory. */
async function writeGenerator(options: JobOptions<'import'>, name: string, out: string, step: (done: number) => void) {
  const checkpoint = await readable(options.checkpoint, () => readReleasable(options.checkpoint));
  const generator = await importGenerator({
    checkpoint: { file: basename(options.checkpoint), bytes: checkpoint.bytes },
    name,
    attribution: options.attribution,
    wAvg: options.wAvg === undefined ? undefined : await namedBytes(options.wAvg),
    noise: options.noise === undefined ? undefined : await namedBytes(options.noise),
    chosenClass: options.class,
    crop: cropOf(options.crop),
    seed: options.seed,
  }).finally(() => checkpoint.release());
  step(1);
  const sha256 = networkHash(generator);
  step(2);
  await writeFileWhole(out, encodeGenerator(generator));
  return { architecture: generator.architecture, crop: generator.facts.crop, sha256, facts: found(generator) };
}

/** `x,y,width,height`, as the table of jobs has checked. */
function cropOf(text: string | undefined): GeneratorFacts['crop'] {
  if (text === undefined) return undefined;
  const [x, y, width, height] = text.split(',').map(Number) as [number, number, number, number];
  return { x, y, width, height };
}

/** What a person wants to compare with what they know of the checkpoint. */
function found({ architecture, parameters, facts }: Generator) {
  const { family, resolution, imageChannels, zSize, wSize } = architecture;
  const condition = 'condition' in architecture ? architecture.condition : null;
  return {
    name: facts.name,
    family,
    format: facts.format ?? family,
    resolution,
    imageChannels,
    ...(facts.crop ? { crop: cropText(facts.crop) } : {}),
    ...(condition ? { condition: { classes: condition.classes, chosen: condition.chosen } } : {}),
    latent: { z: zSize, w: wSize, layers: styleLayerCount(architecture) },
    features: featureMaps(architecture, 'paper').map((map) => ({ ...map })),
    parameters: [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0),
    assumed: [...assumptions(facts, noiseResolutions(architecture).length > 0)],
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
