import * as z from 'zod';
import { writeFileWhole } from '../base/atomicFile.ts';
import { checked } from './checked.ts';
import { readText } from './dataSetFolder.ts';
import { rejectedPath } from './dataSetLayout.ts';
import { parseJson } from './jsonText.ts';

// `rejected.json`: the images that a person rejected by looking at them. A file of its own, because `filter.json` is computed
// from the rows and overwritten, while nobody can compute this again.

const rejectedSchema = z.looseObject({ rejected: z.array(z.int().min(0)) });

/** The rejected ids of a data set by ascending id; none when there is no file. */
export async function readRejected(folder: string): Promise<readonly number[]> {
  const path = rejectedPath(folder);
  const text = await readText(path);
  return text === undefined ? [] : ascending(checked(rejectedSchema, parseJson(text, path), path).rejected);
}

/**
 * Rejects images, or takes them back. Ids that no image has (yet) are kept as they are.
 * @returns all rejected ids now
 */
export async function changeRejected(
  folder: string,
  ids: readonly number[],
  rejected: boolean,
): Promise<readonly number[]> {
  const all = new Set(await readRejected(folder));
  for (const id of ids) {
    if (rejected) all.add(id);
    else all.delete(id);
  }
  const list = ascending(all);
  await writeFileWhole(rejectedPath(folder), `${JSON.stringify({ rejected: list }, undefined, 2)}\n`);
  return list;
}

function ascending(ids: Iterable<number>): readonly number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
