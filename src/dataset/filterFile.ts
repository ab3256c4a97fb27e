import { writeFileWhole } from '../base/atomicFile.ts';
import { checked } from './checked.ts';
import { readText } from './dataSetFolder.ts';
import { filterPath } from './dataSetLayout.ts';
import { filterSchema, type Filter } from './filter.ts';
import { parseJson } from './jsonText.ts';

/** Writes `filter.json` into a data set's folder; no picture is touched. */
export async function writeFilter(folder: string, filter: Filter): Promise<void> {
  await writeFileWhole(filterPath(folder), `${JSON.stringify(filter, undefined, 2)}\n`);
}

/** The filter of a data set, or undefined when it has none yet. */
export async function readFilter(folder: string): Promise<Filter | undefined> {
  const path = filterPath(folder);
  const text = await readText(path);
  return text === undefined ? undefined : checked(filterSchema, parseJson(text, path), path);
}
