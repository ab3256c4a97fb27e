import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../../base/userError.ts';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { projectPaths, readProject, updateProject } from '../../dataset/projectFile.ts';
import { encodeGenerator } from '../../stylegan/generator.ts';
import { networkHash } from '../../stylegan/generatorParameters.ts';
import { importGenerator, type NamedBytes } from '../../stylegan/importGenerator.ts';
import type { JobRunner } from '../runner.ts';

/** Turns a checkpoint into a generator's file and, when it is the project's generator, notes its hash in the project. */
export const run: JobRunner<'import'> = async (options, { project, signal, progress }) => {
  const step = (done: number): void => {
    signal.throwIfAborted();
    progress({ stage: 'importing', done, total: 3, unit: 'steps' });
  };
  step(0);
  const name = options.name ?? basename(options.checkpoint).replace(/(\.for_g_all)?\.(pt|pth|pkl)$/i, '');
  const ours = project === undefined ? undefined : projectPaths(await readProject(project)).generator;
  const out = options.out ?? ours ?? join(dirname(options.checkpoint), `${name}.onnx`);
  if (options.out === undefined && existsSync(out)) {
    throw new UserError(`${out} is there already; to replace it, or to write elsewhere, say so with --out <path>.`);
  }
  const generator = await importGenerator({
    checkpoint: await namedBytes(options.checkpoint),
    name,
    attribution: options.attribution,
    wAvg: options.wAvg === undefined ? undefined : await namedBytes(options.wAvg),
    noise: options.noise === undefined ? undefined : await namedBytes(options.noise),
    seed: options.seed,
  });
  step(1);
  const bytes = encodeGenerator(generator);
  const sha256 = networkHash(generator);
  step(2);
  await writeFileWhole(out, bytes);
  if (project !== undefined && out === ours) {
    await updateProject(project, (written) => ({ ...written, generator: { ...written.generator, sha256 } }));
  }
  progress({ stage: 'importing', done: 3, total: 3, unit: 'steps' });
  const { family, resolution } = generator.architecture;
  return { out, name, family, resolution, sha256, attributed: options.attribution !== undefined };
};

/** Errors name a file as the person did, and files that were copied elsewhere keep no trace of their folders. */
async function namedBytes(path: string): Promise<NamedBytes> {
  try {
    return { file: basename(path), bytes: await readFile(path) };
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
