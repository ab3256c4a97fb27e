import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/userError.ts';
import { filterPath, settingsPath } from './dataSetLayout.ts';

/**
 * Of the data sets in a folder the one that was generated or filtered last.
 * @throws UserError when there is none.
 */
export async function newestDataSet(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found: { readonly path: string; readonly time: number }[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const time = await modified(settingsPath(path));
    if (time !== undefined) found.push({ path, time: Math.max(time, (await modified(filterPath(path))) ?? 0) });
  }
  const newest = found.sort((a, b) => b.time - a.time)[0];
  if (newest === undefined) throw new UserError(`There is no data set in ${folder} yet: "dgan generate" makes one.`);
  return newest.path;
}

async function modified(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}
