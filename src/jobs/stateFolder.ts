import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../base/userError.ts';

/** Where a project keeps what is only of this machine and this moment: locks, journals, logs, caches. */
export const STATE_FOLDER = '.datasetgan';

/**
 * Makes `.datasetgan/<name>` in the project and returns its path. The folder tells git to leave it alone.
 * @throws UserError when it can't be written.
 */
export async function stateFolder(project: string, name: string): Promise<string> {
  const folder = join(project, STATE_FOLDER, name);
  try {
    await mkdir(folder, { recursive: true });
    const ignore = join(project, STATE_FOLDER, '.gitignore');
    if (!existsSync(ignore)) await writeFile(ignore, '*\n');
  } catch (error) {
    throw new UserError(`Could not make ${folder}, where the project's locks and logs go: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  return folder;
}
