import { statSync } from 'node:fs';
import { mkdir, open, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileWhole } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { distinctRuntimes, readRows, readRuntimes, readSettings, readText, shardsIn } from './dataSetFolder.ts';
import {
  indexFolder,
  indexPath,
  picturePath,
  pictures,
  runtimesPath,
  settingsPath,
  type Picture,
} from './dataSetLayout.ts';
import { parseRows, rowLine } from './dataSetRow.ts';
import { settingsDifference, type DataSetSettings, type Runtime } from './dataSetSettings.ts';
import type { PreparedImage } from './preparedImage.ts';
import type { Shard } from './shard.ts';

/**
 * Opens a data set's folder to write one shard into it, and makes it when it is missing.
 * @throws UserError when the folder holds a data set made with other settings or in another number of shards, or is
 * not writable.
 */
export async function openDataSet(
  folder: string,
  settings: DataSetSettings,
  shard: Shard,
  runtime: Runtime,
): Promise<DataSetWriter> {
  const there = await readSettings(folder);
  if (there) {
    const other = settingsDifference(there, settings);
    if (other)
      throw new UserError(
        `${folder} holds a data set made with other settings: "${other.key}" is ${other.a} there and ${other.b} now. ` +
          'Choose another folder or go back to the old setting.',
      );
  }
  const shards = await shardsIn(folder);
  const [first] = shards;
  if (first && first.of !== shard.of)
    throw new UserError(
      `${folder} was begun in ${first.of} shard${first.of === 1 ? '' : 's'}, not in ${shard.of}: go on with that number or choose another folder.`,
    );
  if (!there) await writeFileWhole(settingsPath(folder), `${JSON.stringify(settings, undefined, 2)}\n`);
  try {
    for (const picture of pictures) await mkdir(dirname(picturePath(folder, picture, 0)), { recursive: true });
    await mkdir(indexFolder(folder), { recursive: true });
  } catch (error) {
    throw new UserError(`Could not write into ${folder}: ${messageOf(error)}.`, { cause: error });
  }
  const before = await readRuntimes(folder, shard);
  const runtimes = distinctRuntimes([...before, runtime]);
  if (runtimes.length > before.length)
    await writeFileWhole(runtimesPath(folder, shard), `${JSON.stringify(runtimes, undefined, 2)}\n`);
  await mendIndex(folder, shard);
  const { rows } = await readRows(folder, settings);
  try {
    const index = await open(indexPath(folder, shard), 'a');
    return new DataSetWriter(folder, settings, shard, new Set(rows.map(({ id }) => id)), index);
  } catch (error) {
    throw new UserError(`Could not write into ${folder}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Writes one shard of a data set. Killed at any moment, it leaves whole images and at most a torn last row behind. */
export class DataSetWriter {
  readonly folder: string;
  readonly settings: DataSetSettings;
  readonly shard: Shard;
  /** The images that are there already, of this shard and of others in the folder. */
  readonly done: ReadonlySet<number>;
  readonly #done: Set<number>;
  readonly #index: FileHandle;
  #failed = false;

  /** Use {@link openDataSet}. */
  constructor(folder: string, settings: DataSetSettings, shard: Shard, done: Set<number>, index: FileHandle) {
    this.folder = folder;
    this.settings = settings;
    this.shard = shard;
    this.done = this.#done = done;
    this.#index = index;
  }

  /**
   * Writes images whole, then their rows in one go. Await it before the next call: rows stand in the order of the calls.
   * @throws UserError when the disk is full or the like; the writer can't be used any more then, but the folder can.
   */
  async append(images: readonly PreparedImage[]): Promise<void> {
    if (this.#failed) throw new Error('The data set writer failed before.');
    const rows = images.map(({ row }) => row);
    for (const { id } of rows) this.#check(id);
    try {
      await Promise.all(images.map((image) => this.#writePictures(image)));
      // writeFile on a handle goes on after a short write; the file was opened for appending.
      await this.#index.writeFile(rows.map(rowLine).join(''));
    } catch (error) {
      this.#failed = true; // A torn row may stand at the end: nothing may be written after it.
      throw new UserError(
        `Could not write images ${rows[0]?.id ?? 0} to ${rows.at(-1)?.id ?? 0} of ${this.folder}: ${messageOf(error)}.`,
        { cause: error },
      );
    }
    for (const { id } of rows) this.#done.add(id);
  }

  async close(): Promise<void> {
    await this.#index.close();
  }

  #check(id: number): void {
    const { count } = this.settings;
    if (!Number.isInteger(id) || id < 0 || id >= count) throw new Error(`Image ${id} is not one of ${count}.`);
    if (this.#done.has(id)) throw new Error(`Image ${id} is there already.`);
  }

  async #writePictures({ row, pictures: bytes }: PreparedImage): Promise<void> {
    await Promise.all(pictures.map((picture) => this.#writePicture(picture, row.id, bytes[picture])));
  }

  /**
   * Temp file and rename by hand, without the fsync of writeFileWhole: a killed process loses nothing that the kernel
   * already has, and three fsyncs an image cost more than everything else. What a power cut may lose (a row
   * whose pictures are empty) is found when the folder is opened again. The temp name is fixed, so a killed run's left-over
   * is overwritten by the resumed one.
   */
  async #writePicture(picture: Picture, id: number, bytes: Uint8Array): Promise<void> {
    const path = picturePath(this.folder, picture, id);
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
  }
}

/** Makes a shard's index whole again: without a torn last row, and without rows whose pictures are not there. */
async function mendIndex(folder: string, shard: Shard): Promise<void> {
  const path = indexPath(folder, shard);
  const text = await readText(path);
  if (text === undefined) return;
  const { rows } = parseRows(text, path);
  // Synchronous: for ten thousand images it takes a quarter of a second, the asynchronous form several times that.
  const there = (id: number): boolean =>
    pictures.every((picture) => (statSync(picturePath(folder, picture, id), { throwIfNoEntry: false })?.size ?? 0) > 0);
  const whole = rows
    .filter(({ id }) => there(id))
    .map(rowLine)
    .join('');
  if (whole !== text) await writeFileWhole(path, whole);
}
