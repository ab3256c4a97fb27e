import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../base/userError.ts';
import { shardsIn } from './dataSetFolder.ts';
import { indexPath } from './dataSetLayout.ts';
import { parseRows, type DataSetRow } from './dataSetRow.ts';

/** How far a shard's index has been read. */
interface Place {
  readonly file: bigint;
  readonly bytes: number;
}

/**
 * Reads a data set's rows as a running generation appends them: of ten thousand rows only the new ones are parsed.
 * One call at a time.
 */
export class IndexFollower {
  readonly #folder: string;
  #places = new Map<string, Place>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * What has been appended since the last call, shard by shard.
   * @returns `restarted`: an index was replaced or cut, so these are all rows and those of earlier calls are void.
   * @throws UserError for what is no row and no index; the next call then starts from the beginning.
   */
  async more(): Promise<{ readonly rows: readonly DataSetRow[]; readonly restarted: boolean }> {
    const before = this.#places;
    this.#places = new Map();
    const appended = await this.#read(before);
    if (appended !== 'replaced') return { rows: appended, restarted: before.size === 0 };
    this.#places = new Map();
    const all = await this.#read(new Map());
    return { rows: all === 'replaced' ? [] : all, restarted: true };
  }

  async #read(before: ReadonlyMap<string, Place>): Promise<readonly DataSetRow[] | 'replaced'> {
    const places = new Map<string, Place>();
    const rows: DataSetRow[] = [];
    const paths = (await shardsIn(this.#folder)).map((shard) => indexPath(this.#folder, shard));
    if ([...before.keys()].some((path) => !paths.includes(path))) return 'replaced';
    for (const path of paths) {
      const found = await readFrom(path, before.get(path));
      if (found === 'replaced') return 'replaced';
      for (const row of parseRows(found.text, path).rows) rows.push(row);
      places.set(path, found.place);
    }
    this.#places = places;
    return rows;
  }
}

/** Whole lines after `place`, and the place after them. */
async function readFrom(
  path: string,
  place: Place | undefined,
): Promise<{ readonly text: string; readonly place: Place } | 'replaced'> {
  try {
    const handle = await open(path);
    try {
      // The number of the file tells a rewritten index from one that grew.
      const { size, ino } = await handle.stat({ bigint: true });
      const from = place?.bytes ?? 0;
      if (place && (ino !== place.file || size < from)) return 'replaced';
      const bytes = Buffer.alloc(Number(size) - from);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, from + read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      const whole = bytes.subarray(0, read).lastIndexOf(0x0a) + 1;
      return { text: bytes.toString('utf8', 0, whole), place: { file: ino, bytes: from + whole } };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
