import type { GalleryFates } from '../../src/messages/galleryMessages.ts';
import type { PackedRows } from '../../src/messages/packedRows.ts';

/** What became of an image, as a number for a column: 0 kept, 1 dropped, 2 rejected. */
export const KEPT = 0;
export const DROPPED = 1;
export const REJECTED = 2;

/**
 * The images that the gallery knows, in columns; a row's place never changes. Columns grow by doubling, so that a generation
 * of any length costs the same per image.
 */
export class GalleryRows {
  readonly classCount: number;
  #length = 0;
  #ids = new Uint32Array(0);
  #scores = new Float32Array(0);
  #pixels = new Uint32Array(0);
  #fates = new Uint8Array(0);
  #annotated = new Uint8Array(0);
  readonly #places = new Map<number, number>();
  #lists: GalleryFates = {
    dropped: new Uint32Array(0),
    rejected: new Uint32Array(0),
    annotated: new Uint32Array(0),
    threshold: undefined,
  };

  constructor(classCount: number) {
    this.classCount = classCount;
  }

  get length(): number {
    return this.#length;
  }
  get ids(): Uint32Array {
    return this.#ids.subarray(0, this.#length);
  }
  get scores(): Float32Array {
    return this.#scores.subarray(0, this.#length);
  }
  /** Row-major [images, classes]. */
  get pixels(): Uint32Array {
    return this.#pixels.subarray(0, this.#length * this.classCount);
  }
  get fates(): Uint8Array {
    return this.#fates.subarray(0, this.#length);
  }
  get annotated(): Uint8Array {
    return this.#annotated.subarray(0, this.#length);
  }
  get threshold(): number | undefined {
    return this.#lists.threshold;
  }

  /** The place of an image, or undefined when it is not there. */
  placeOf(id: number): number | undefined {
    return this.#places.get(id);
  }

  /** Images that are there already are left as they are. */
  add(rows: PackedRows): void {
    const count = rows.ids.length;
    if (rows.scores.length !== count || rows.pixels.length !== count * this.classCount)
      throw new Error(`Columns of ${count} images don't fit together.`);
    this.#reserve(this.#length + count);
    for (let i = 0; i < count; i++) {
      const id = rows.ids[i]!;
      if (this.#places.has(id)) continue;
      const place = this.#length++;
      this.#places.set(id, place);
      this.#ids[place] = id;
      this.#scores[place] = rows.scores[i]!;
      this.#pixels.set(rows.pixels.subarray(i * this.classCount, (i + 1) * this.classCount), place * this.classCount);
    }
    this.setFates(this.#lists);
  }

  setFates(lists: GalleryFates): void {
    this.#lists = lists;
    this.#fates.fill(KEPT);
    this.#annotated.fill(0);
    const mark = (ids: Uint32Array, column: Uint8Array, value: number): void => {
      for (const id of ids) {
        const place = this.#places.get(id);
        if (place !== undefined) column[place] = value;
      }
    };
    mark(lists.dropped, this.#fates, DROPPED);
    mark(lists.rejected, this.#fates, REJECTED); // a person's word stands above the filter's
    mark(lists.annotated, this.#annotated, 1);
  }

  /** What the host is about to be told, at once. */
  reject(ids: readonly number[], rejected: boolean): void {
    const all = new Set(this.#lists.rejected);
    for (const id of ids) {
      if (rejected) all.add(id);
      else all.delete(id);
    }
    this.setFates({ ...this.#lists, rejected: Uint32Array.from(all) });
  }

  /** Share of an image's pixels that are of the class at `column`, 0 … 1. */
  share(place: number, column: number): number {
    const from = place * this.classCount;
    let total = 0;
    for (let k = 0; k < this.classCount; k++) total += this.#pixels[from + k]!;
    return total === 0 ? 0 : this.#pixels[from + column]! / total;
  }

  #reserve(length: number): void {
    if (length <= this.#ids.length) return;
    const capacity = Math.max(length, 2 * this.#ids.length);
    const grown = <T extends Uint32Array | Float32Array | Uint8Array>(column: T, into: T): T => {
      into.set(column);
      return into;
    };
    this.#ids = grown(this.#ids, new Uint32Array(capacity));
    this.#scores = grown(this.#scores, new Float32Array(capacity));
    this.#pixels = grown(this.#pixels, new Uint32Array(capacity * this.classCount));
    this.#fates = grown(this.#fates, new Uint8Array(capacity));
    this.#annotated = grown(this.#annotated, new Uint8Array(capacity));
  }
}
