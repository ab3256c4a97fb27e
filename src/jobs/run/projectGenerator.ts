import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { PROJECT_FILE, projectPaths, type Project } from '../../dataset/projectFile.ts';
import { decodeGenerator, type StoredGenerator } from '../../stylegan/generator.ts';

/**
 * The project's generator.
 * @throws UserError when the file is missing, is no generator, or is not the one that the project was made with.
 */
export async function projectGenerator(project: Project): Promise<StoredGenerator> {
  const { generator: path, file } = projectPaths(project);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UserError(
      `Could not read the project's generator ${path}: ${messageOf(error)}. "dgan import" makes one from a checkpoint.`,
      { cause: error },
    );
  });
  const generator = decodeGenerator(bytes, path);
  const expected = project.settings.generator.sha256;
  if (expected !== undefined && expected !== generator.sha256) {
    throw new UserError(
      `${path} is not the generator that the project was made with (SHA-256 ${generator.sha256.slice(0, 12)}…, ` +
        `${file} says ${expected.slice(0, 12)}…): put the right file there, or correct "generator.sha256" in ${PROJECT_FILE}.`,
    );
  }
  return generator;
}
