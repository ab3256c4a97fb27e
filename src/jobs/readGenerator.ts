import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../base/userError.ts';
import { PROJECT_FILE, projectPaths, type Project } from '../dataset/projectFile.ts';
import { decodeGenerator, type StoredGenerator } from '../stylegan/generator.ts';

/**
 * The generator that a project names.
 * @throws UserError when the file is missing, no generator, or another one than the project says.
 */
export async function readGenerator(project: Project): Promise<StoredGenerator> {
  const path = projectPaths(project).generator;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new UserError(
      `Could not read the generator ${path} that ${PROJECT_FILE} names: ${messageOf(error)}. \`dgan import\` makes one of a checkpoint.`,
      { cause: error },
    );
  }
  const generator = decodeGenerator(bytes, path);
  const expected = project.settings.generator.sha256;
  if (expected !== undefined && expected !== generator.sha256) {
    throw new UserError(
      `${path} is another generator than ${PROJECT_FILE} says (SHA-256 ${generator.sha256.slice(0, 12)}…, not ${expected.slice(0, 12)}…): bring the old file back, or change "generator.sha256".`,
    );
  }
  return generator;
}
