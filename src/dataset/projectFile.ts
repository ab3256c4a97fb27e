import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileWhole } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { checked } from './checked.ts';
import { idAfter } from './classes.ts';
import { parseJson } from './jsonText.ts';
import { projectSchema, type ProjectSettings, type WrittenProject } from './project.ts';

/** The name of the project file. */
export const PROJECT_FILE = 'datasetgan.json';

/** A project as read from disk. */
export interface Project {
  /** The absolute folder of `datasetgan.json`; the settings' paths are relative to it. */
  readonly folder: string;
  /** With every default filled in. */
  readonly settings: ProjectSettings;
  /** What stands in the file. */
  readonly written: WrittenProject;
}

/** The folders and the generator of a project as absolute paths. */
export function projectPaths({ folder, settings }: Project): {
  readonly file: string;
  readonly generator: string;
  readonly samples: string;
  readonly dataSets: string;
  readonly interpreters: string;
  /** The trained interpreter, when there is one. */
  readonly interpreter: string;
} {
  const { folders, generator } = settings;
  const interpreters = resolve(folder, folders.interpreters);
  return {
    file: join(folder, PROJECT_FILE),
    generator: resolve(folder, generator.path),
    samples: resolve(folder, folders.samples),
    dataSets: resolve(folder, folders.dataSets),
    interpreters,
    interpreter: join(interpreters, 'interpreter.onnx'),
  };
}

/** The nearest folder with a `datasetgan.json`, from `start` upwards; undefined when there is none. */
export async function findProject(start: string): Promise<string | undefined> {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    try {
      await readFile(join(folder, PROJECT_FILE));
      return folder;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // A file that is there but can't be read is the project all the same: reading it says why.
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return folder;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Reads `datasetgan.json` of a folder.
 * @throws UserError with file, line and column for a mistake in the JSON; with the key, and the nearest known one, for a
 * setting that does not exist or has a wrong value.
 */
export async function readProject(folder: string): Promise<Project> {
  const path = join(resolve(folder), PROJECT_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}. \`dgan init\` makes a project.`, {
      cause: error,
    });
  }
  return parseProject(folder, text);
}

/**
 * The project that `text` describes as the `datasetgan.json` of a folder.
 * @throws UserError as {@link readProject}
 */
export function parseProject(folder: string, text: string): Project {
  return projectOf(resolve(folder), parseJson(text, join(resolve(folder), PROJECT_FILE)));
}

/**
 * Writes `datasetgan.json` whole.
 * @throws UserError when a setting is wrong; nothing is written then.
 */
export async function writeProject(folder: string, written: WrittenProject): Promise<Project> {
  const project = projectOf(resolve(folder), written);
  await writeFileWhole(join(project.folder, PROJECT_FILE), `${JSON.stringify(written, undefined, 2)}\n`);
  return project;
}

/**
 * Changes what a person wrote and leaves the rest as it stands: defaults that are not written stay unwritten.
 * @param change From what stands in the file now to what shall stand there.
 */
export async function updateProject(
  folder: string,
  change: (written: WrittenProject) => WrittenProject,
): Promise<Project> {
  const { written } = await readProject(folder);
  return writeProject(folder, change(written));
}

function projectOf(folder: string, written: unknown): Project {
  const settings = checked(projectSchema, written, join(folder, PROJECT_FILE));
  return {
    folder,
    settings: { ...settings, nextClassId: settings.nextClassId ?? idAfter(settings.classes) },
    written: written as WrittenProject,
  };
}
