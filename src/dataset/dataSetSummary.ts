import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabelClass } from './classes.ts';
import { readDataSet } from './dataSetFolder.ts';
import { filterPath, indexFolder, rejectedPath, settingsPath } from './dataSetLayout.ts';
import type { ScoreName } from './filter.ts';
import { readSelection, type Fate } from './selection.ts';
import { statistics, type Statistics } from './statistics.ts';

/** The fates by their number in {@link DataSetSummary.fates}. */
export const FATES = ['kept', 'dropped', 'rejected'] as const satisfies readonly Fate[];

/** What is worth knowing of a data set, in a form that crosses threads for little: an image is three numbers. */
export interface DataSetSummary {
  readonly folder: string;
  readonly name: string;
  /** How many images it has when it is finished. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly members: number;
  /** The file of the interpreter that labelled it. */
  readonly interpreterSha256: string;
  readonly classes: readonly LabelClass[];
  readonly statistics: Statistics;
  /** By which score the images are ranked: the filter's. */
  readonly score: ScoreName;
  /** Most uncertain first; of equal scores the larger id, as the filter drops them. */
  readonly ids: Uint32Array;
  /** In the order of `ids`, nats. */
  readonly scores: Float64Array;
  /** In the order of `ids`, by place in {@link FATES}. */
  readonly fates: Uint8Array;
}

/**
 * Reads settings, rows and filter; no picture is touched.
 * @throws UserError as `readDataSet`.
 */
export async function readDataSetSummary(folder: string): Promise<DataSetSummary> {
  const [{ settings, rows }, selection] = await Promise.all([readDataSet(folder), readSelection(folder)]);
  const score = selection.filter?.score ?? 'top10mean';
  const ranked = [...rows].sort((a, b) => b[score] - a[score] || b.id - a.id);
  const { count, width, height, seed, classes, interpreter } = settings;
  return {
    folder,
    name: basename(folder),
    count,
    width,
    height,
    seed,
    members: interpreter.members,
    interpreterSha256: interpreter.sha256,
    classes: classes.map(({ id, name, colour }) => ({ id, name, colour })),
    statistics: statistics(rows, settings.classes, selection),
    score,
    ids: Uint32Array.from(ranked, ({ id }) => id),
    scores: Float64Array.from(ranked, (row) => row[score]),
    fates: Uint8Array.from(ranked, ({ id }) => FATES.indexOf(selection.fateOf(id))),
  };
}

/** A data set of a folder of data sets. */
export interface FoundDataSet {
  readonly folder: string;
  /** When it was begun or filtered last, milliseconds since 1970. */
  readonly modified: number;
}

/** The data sets in a folder, the one that was generated or filtered last first. */
export async function listDataSets(folder: string): Promise<readonly FoundDataSet[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found = await Promise.all(
    names.map(async (name): Promise<FoundDataSet | undefined> => {
      const path = join(folder, name);
      const [settings, filter] = await Promise.all([fileState(settingsPath(path)), fileState(filterPath(path))]);
      return settings && { folder: path, modified: Math.max(settings.modified, filter?.modified ?? 0) };
    }),
  );
  return found
    .filter((set) => set !== undefined)
    .sort((a, b) => b.modified - a.modified || (a.folder < b.folder ? -1 : 1));
}

/** A text that changes whenever {@link readDataSetSummary} could give something else. */
export async function dataSetState(folder: string): Promise<string> {
  const names = await readdir(indexFolder(folder)).catch(() => [] as string[]);
  const paths = [
    settingsPath(folder),
    filterPath(folder),
    rejectedPath(folder),
    ...names.sort().map((name) => join(indexFolder(folder), name)),
  ];
  const states = await Promise.all(paths.map(fileState));
  return JSON.stringify(states.map((state, i) => [paths[i], state?.modified, state?.size]));
}

async function fileState(path: string): Promise<{ readonly modified: number; readonly size: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { modified: found.mtimeMs, size: found.size };
}
