import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, UserError } from '../base/userError.ts';
import { checked } from './checked.ts';
import { indexFolder, indexPath, runtimesPath, settingsPath } from './dataSetLayout.ts';
import { parseRows, type DataSetRow } from './dataSetRow.ts';
import {
  DATA_SET_VERSION,
  dataSetSettingsSchema,
  runtimeSchema,
  type DataSetSettings,
  type Runtime,
} from './dataSetSettings.ts';
import { parseJson } from './jsonText.ts';
import { shardOfName, type Shard } from './shard.ts';

/** A generated data set as it stands on disk, whole or not yet. */
export interface DataSet {
  readonly folder: string;
  readonly settings: DataSetSettings;
  /** By ascending id; only images whose three pictures were written before. */
  readonly rows: readonly DataSetRow[];
  /** How many of `settings.count` images are missing. */
  readonly missing: number;
  /** What computed it. More than one: the bytes are not those of a single machine's run. */
  readonly runtimes: readonly Runtime[];
}

/**
 * Reads a data set's settings and the rows of all its shards; no picture is touched.
 * @throws UserError for a folder that is no data set, damaged files, an image that two rows claim, or mixed shard counts.
 */
export async function readDataSet(folder: string): Promise<DataSet> {
  const settings = await readSettings(folder);
  if (!settings) throw new UserError(`${folder} is not a data set: it has no dataset.json.`);
  const { rows, shards } = await readRows(folder, settings);
  const runtimes = await Promise.all(shards.map((shard) => readRuntimes(folder, shard)));
  return { folder, settings, rows, missing: settings.count - rows.length, runtimes: distinctRuntimes(runtimes.flat()) };
}

/** `dataset.json`, or undefined when there is none. */
export async function readSettings(folder: string): Promise<DataSetSettings | undefined> {
  const path = settingsPath(folder);
  const text = await readText(path);
  if (text === undefined) return undefined;
  const json = parseJson(text, path);
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (typeof version === 'number' && version > DATA_SET_VERSION)
    throw new UserError(
      `${path} is of format version ${version}, and this version reads up to ${DATA_SET_VERSION}: update DatasetGAN.`,
    );
  return checked(dataSetSettingsSchema, json, path);
}

/** The rows of all shards by ascending id; errors as in {@link readDataSet}. */
export async function readRows(
  folder: string,
  settings: Pick<DataSetSettings, 'count'>,
): Promise<{ readonly rows: readonly DataSetRow[]; readonly shards: readonly Shard[] }> {
  const shards = await shardsIn(folder);
  const rows = new Map<number, { readonly row: DataSetRow; readonly path: string }>();
  for (const shard of shards) {
    const path = indexPath(folder, shard);
    for (const row of parseRows((await readText(path)) ?? '', path).rows) {
      const other = rows.get(row.id);
      if (other)
        throw new UserError(
          other.path === path
            ? `${path} has two rows for image ${row.id}: delete one of them.`
            : `Image ${row.id} stands in both ${other.path} and ${path}: these are not shards of one run.`,
        );
      if (row.id >= settings.count)
        throw new UserError(`${path} has a row for image ${row.id}, but the data set has ${settings.count} images.`);
      rows.set(row.id, { row, path });
    }
  }
  return { rows: [...rows.values()].map(({ row }) => row).sort((a, b) => a.id - b.id), shards };
}

/**
 * The shards that have an index in the folder.
 * @throws UserError when they are shards of different numbers of shards.
 */
export async function shardsIn(folder: string): Promise<readonly Shard[]> {
  const names = await readdir(indexFolder(folder)).catch(() => [] as string[]);
  const shards = names
    .flatMap((name) => (name.endsWith('.jsonl') ? (shardOfName(name.slice(0, -'.jsonl'.length)) ?? []) : []))
    .sort((a, b) => a.index - b.index);
  const [first, other] = [shards[0], shards.find(({ of }) => of !== shards[0]?.of)];
  if (first && other)
    throw new UserError(
      `${join(folder, 'index')} mixes parts of ${first.of} and of ${other.of} shards: generate into an empty folder.`,
    );
  return shards;
}

/** What computed a shard; empty when nothing says so. */
export async function readRuntimes(folder: string, shard: Shard): Promise<readonly Runtime[]> {
  const path = runtimesPath(folder, shard);
  const text = await readText(path);
  return text === undefined ? [] : checked(z.array(runtimeSchema), parseJson(text, path), path);
}

export function distinctRuntimes(runtimes: readonly Runtime[]): readonly Runtime[] {
  return [...new Map(runtimes.map((runtime) => [JSON.stringify(runtime), runtime])).values()];
}

/** The text of a file, or undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
