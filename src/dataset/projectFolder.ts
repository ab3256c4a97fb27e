import { cp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../base/userError.ts';

/** What version control is to leave alone: thousands of files that the same settings make again. */
const IGNORED = '/datasets/\n/exports/\n';

/**
 * Copies a project to a folder that is not there yet.
 * @throws UserError when it can't be written; nothing is left behind then.
 */
export async function copyProject(source: string, target: string): Promise<void> {
  const part = `${target}.part`;
  try {
    await rm(part, { recursive: true, force: true });
    await cp(source, part, { recursive: true });
    await ignoreGenerated(part);
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
    throw new UserError(`Could not copy the project to ${target}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Writes the project's .gitignore, unless somebody has written one. */
export async function ignoreGenerated(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), IGNORED, { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}

/** `path`, or the first of `path-2`, `path-3`, … that is not there. */
export async function freePath(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}-${n}`;
    const taken = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (!taken) return candidate;
  }
}
