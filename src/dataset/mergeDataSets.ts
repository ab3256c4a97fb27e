import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileWhole } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { distinctRuntimes, readRuntimes, readSettings, readText, shardsIn } from './dataSetFolder.ts';
import { indexPath, picturePath, pictures, runtimesPath, settingsPath } from './dataSetLayout.ts';
import { changeRejected, readRejected } from './rejectedFile.ts';
import { parseRows, rowLine, type DataSetRow } from './dataSetRow.ts';
import { settingsDifference, type DataSetSettings, type Runtime } from './dataSetSettings.ts';
import { shardName, type Shard } from './shard.ts';

/** One shard to copy. */
interface Part {
  readonly folder: string;
  readonly shard: Shard;
  readonly rows: readonly DataSetRow[];
  readonly runtimes: readonly Runtime[];
}

/** What a merge of folders will give. */
export interface MergePlan {
  readonly settings: DataSetSettings;
  readonly parts: readonly Part[];
  /** More than one: the merged bytes are not those of a single machine's run. Say so. */
  readonly runtimes: readonly Runtime[];
}

/**
 * Checks that folders hold different shards of one data set. Plain copying merges them as well; this finds what
 * copying would hide.
 * @throws UserError that names two folders and in what they don't fit together.
 */
export async function planMerge(folders: readonly string[]): Promise<MergePlan> {
  let first: { readonly folder: string; readonly settings: DataSetSettings } | undefined;
  const parts: Part[] = [];
  for (const folder of folders) {
    const settings = await readSettings(folder);
    if (!settings) throw new UserError(`${folder} is not a data set: it has no dataset.json.`);
    first ??= { folder, settings };
    const other = settingsDifference(first.settings, settings);
    if (other)
      throw new UserError(
        `${first.folder} and ${folder} can't be merged: "${other.key}" is ${other.a} in the one and ${other.b} in the other.`,
      );
    for (const shard of await shardsIn(folder)) {
      const clash = parts.find((part) => part.shard.of !== shard.of || part.shard.index === shard.index);
      if (clash)
        throw new UserError(
          `${clash.folder} and ${folder} can't be merged: the one holds shard ${shardName(clash.shard)}, the other ${shardName(shard)}.`,
        );
      const path = indexPath(folder, shard);
      const { rows } = parseRows((await readText(path)) ?? '', path);
      parts.push({ folder, shard, rows, runtimes: await readRuntimes(folder, shard) });
    }
  }
  if (!first) throw new UserError('No folder to merge was named.');
  const owners = new Map<number, string>();
  for (const { folder, rows } of parts)
    for (const { id } of rows) {
      const owner = owners.get(id);
      if (owner !== undefined)
        throw new UserError(`Image ${id} stands twice, in ${owner} and in ${folder}: they can't be merged.`);
      owners.set(id, folder);
    }
  return { settings: first.settings, parts, runtimes: distinctRuntimes(parts.flatMap(({ runtimes }) => runtimes)) };
}

/**
 * Copies shards into one folder: pictures first, each shard's index when its pictures are there, so that a kill leaves a
 * data set that can be merged again.
 * @throws UserError when `target` holds a data set with other settings.
 */
export async function mergeDataSets({ settings, parts }: MergePlan, target: string): Promise<void> {
  const there = await readSettings(target);
  const other = there && settingsDifference(there, settings);
  if (other)
    throw new UserError(
      `${target} holds a data set made with other settings: "${other.key}" is ${other.a} there and ${other.b} in the parts.`,
    );
  await writeFileWhole(settingsPath(target), `${JSON.stringify(settings, undefined, 2)}\n`);
  for (const { folder, shard, rows, runtimes } of parts) {
    for (const picture of pictures) {
      await mkdir(dirname(picturePath(target, picture, 0)), { recursive: true });
      for (const { id } of rows) await copyWhole(picturePath(folder, picture, id), picturePath(target, picture, id));
    }
    await writeFileWhole(runtimesPath(target, shard), `${JSON.stringify(runtimes, undefined, 2)}\n`);
    await writeFileWhole(indexPath(target, shard), rows.map(rowLine).join(''));
  }
  // A folder that holds several shards is several parts.
  const folders = [...new Set(parts.map(({ folder }) => folder))];
  const rejected = (await Promise.all(folders.map(readRejected))).flat();
  if (rejected.length > 0) await changeRejected(target, rejected, true);
}

async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, `${to}.tmp`);
    await rename(`${to}.tmp`, to);
  } catch (error) {
    throw new UserError(`Could not copy ${from} to ${to}: ${messageOf(error)}.`, { cause: error });
  }
}
