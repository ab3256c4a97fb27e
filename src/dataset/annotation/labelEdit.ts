import type { LabelMap } from '../labelMap.ts';

/**
 * Pixels that change together, and what they were: the inverse swaps `before` and `after`. Runs of pixels of one row-major
 * range that change from one id to another; ascending, disjoint, in columns of equal length so that an edit crosses to a
 * webview as four small arrays, in proportion to the stroke and not to the image.
 */
export interface LabelEdit {
  /** Row-major index of the first pixel of each run. A run may go over the end of a row. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Gathers changes in ascending order of pixels; neighbours that change alike become one run. */
export class EditBuilder {
  #starts = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  #before = new Uint8Array(64);
  #after = new Uint8Array(64);
  #count = 0;
  #end = -1;

  /** `length` pixels from `start` on change from one id to another; the same id twice is no change. */
  add(start: number, before: number, after: number, length = 1): void {
    if (before === after) return;
    const last = this.#count - 1;
    if (start === this.#end && this.#before[last] === before && this.#after[last] === after) {
      this.#lengths[last]! += length;
    } else {
      if (this.#count === this.#starts.length) this.#grow();
      this.#starts[this.#count] = start;
      this.#lengths[this.#count] = length;
      this.#before[this.#count] = before;
      this.#after[this.#count] = after;
      this.#count++;
    }
    this.#end = start + length;
  }

  /** Undefined when nothing changed. The columns own their memory: they can be posted as they are. */
  finish(): LabelEdit | undefined {
    if (this.#count === 0) return undefined;
    return {
      starts: this.#starts.slice(0, this.#count),
      lengths: this.#lengths.slice(0, this.#count),
      before: this.#before.slice(0, this.#count),
      after: this.#after.slice(0, this.#count),
    };
  }

  #grow(): void {
    const size = 2 * this.#starts.length;
    const grown = <T extends Uint8Array | Uint32Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.#starts = grown(this.#starts, new Uint32Array(size));
    this.#lengths = grown(this.#lengths, new Uint32Array(size));
    this.#before = grown(this.#before, new Uint8Array(size));
    this.#after = grown(this.#after, new Uint8Array(size));
  }
}

/** The edit that takes `before` to `after`, or undefined where they are the same. Looks only at `range` of the pixels. */
export function editBetween(
  before: LabelMap,
  after: LabelMap,
  range: { readonly from: number; readonly to: number } = { from: 0, to: before.data.length },
): LabelEdit | undefined {
  const [a, b] = [before.data, after.data];
  const edit = new EditBuilder();
  for (let i = range.from; i < range.to; i++) edit.add(i, a[i]!, b[i]!);
  return edit.finish();
}

/** The edit that takes it back. */
export function inverse({ starts, lengths, before, after }: LabelEdit): LabelEdit {
  return { starts, lengths, before: after, after: before };
}

/** Changes `labels` in place. */
export function applyEdit(labels: LabelMap, { starts, lengths, after }: LabelEdit): void {
  for (let i = 0; i < starts.length; i++) labels.data.fill(after[i]!, starts[i], starts[i]! + lengths[i]!);
}

/**
 * What keeps an edit that came from outside from being applied to these labels, in half a sentence; undefined when it fits:
 * its runs lie within the map, ascend without overlap, and find the labels that they say they change.
 */
export function editProblem(labels: LabelMap, { starts, lengths, before, after }: LabelEdit): string | undefined {
  const count = starts.length;
  if (lengths.length !== count || before.length !== count || after.length !== count)
    return 'its columns are of different lengths';
  let free = 0;
  for (let i = 0; i < count; i++) {
    const [start, length] = [starts[i]!, lengths[i]!];
    if (length === 0) return `run ${i} is empty`;
    if (start < free) return `run ${i} does not come after the run before it`;
    free = start + length;
    if (free > labels.data.length) return `run ${i} ends outside of the image`;
    for (let at = start; at < free; at++)
      if (labels.data[at] !== before[i]) return `pixel ${at} is of class ${labels.data[at]!} and not ${before[i]!}`;
  }
  return undefined;
}
