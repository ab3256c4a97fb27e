import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { messageOf, UserError } from '../../base/userError.ts';
import { withNewClass, type ClassList } from '../../dataset/classes.ts';
import { ignoreGenerated } from '../../dataset/projectFolder.ts';
import { withoutTruncation, type WrittenProject } from '../../dataset/project.ts';
import { PROJECT_FILE, projectPaths, writeProject } from '../../dataset/projectFile.ts';
import { decodeGenerator } from '../../stylegan/generator.ts';
import type { JobRunner } from '../runner.ts';

/** Makes a project. A project that is there already is left alone. */
export const run: JobRunner<'init'> = async ({ folder, generator, classes }) => {
  const file = join(folder, PROJECT_FILE);
  if (existsSync(file)) throw new UserError(`${file} is there already; "dgan init" makes new projects only.`);
  const known = generator === undefined ? undefined : await reference(folder, generator);
  const plain = {
    generator: known?.reference ?? { path: 'generator.onnx' },
    classes: [...classList(classes).classes],
  };
  const project = known?.canTruncate === false ? withoutTruncation<WrittenProject>(plain) : plain;
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UserError(`Could not make the folder ${folder}: ${messageOf(error)}.`, { cause: error });
  });
  const { samples } = projectPaths(await writeProject(folder, project));
  await mkdir(samples, { recursive: true });
  await ignoreGenerated(folder);
  return { project: folder, file, hasGenerator: generator !== undefined, classes: project.classes.length };
};

async function reference(folder: string, generator: string) {
  const bytes = await readFile(generator).catch((error: unknown) => {
    throw new UserError(`Could not read the generator ${generator}: ${messageOf(error)}.`, { cause: error });
  });
  const { sha256, architecture } = decodeGenerator(bytes, generator);
  // With slashes, so that the project works on another system too.
  const path = relative(folder, generator).split(sep).join('/');
  return { reference: { path, sha256 }, canTruncate: architecture.family !== 'onnx' };
}

function classList(names: string): ClassList {
  let list: ClassList = { classes: [], nextClassId: 0 };
  for (const name of names.split(',').map((part) => part.trim())) {
    if (name === '') continue;
    const longer = withNewClass(list, name);
    if (longer === undefined) throw new UserError('A project has at most 255 classes.');
    list = longer;
  }
  return list;
}
