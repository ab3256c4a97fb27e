import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import { loadInterpreter, type StoredInterpreter } from '../../interpreter/interpreterFile.ts';
import type { StoredGenerator } from '../../stylegan/generator.ts';

/**
 * The project's trained interpreter.
 * @throws UserError when there is none yet, or it was trained for another generator or other classes.
 */
export async function projectInterpreter(project: Project, generator: StoredGenerator): Promise<StoredInterpreter> {
  const { interpreter: path } = projectPaths(project);
  const bytes = await readFile(path).catch((error: unknown) => {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      missing
        ? `The project ${project.folder} has no trained interpreter yet: run \`dgan train\` first.`
        : `Could not read the interpreter ${path}: ${messageOf(error)}.`,
      { cause: error },
    );
  });
  const interpreter = loadInterpreter(bytes, path);
  if (interpreter.facts.generator.sha256 !== generator.sha256) {
    throw new UserError(
      `${path} was trained for another generator (${interpreter.facts.generator.name}): run \`dgan train\` again.`,
    );
  }
  const known = new Set(project.settings.classes.map(({ id }) => id));
  const gone = interpreter.architecture.classes.find((id) => !known.has(id));
  if (gone !== undefined) {
    throw new UserError(
      `${path} was trained with class ${gone}, which the project no longer has: run \`dgan train\` again.`,
    );
  }
  return interpreter;
}
