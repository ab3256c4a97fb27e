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

/** The edit that takes `before` to `after`, or undefined where they are the same. Looks only at `range` of the pixels. */
export function editBetween(
  before: LabelMap,
  after: LabelMap,
  range: { readonly from: number; readonly to: number } = { from: 0, to: before.data.length },
): LabelEdit | undefined {
  const [a, b] = [before.data, after.data];
  const starts: number[] = [];
  const lengths: number[] = [];
  const froms: number[] = [];
  const tos: number[] = [];
  for (let i = range.from; i < range.to;) {
    const [from, to] = [a[i]!, b[i]!];
    let end = i + 1;
    while (end < range.to && a[end] === from && b[end] === to) end++;
    if (from !== to) {
      starts.push(i);
      lengths.push(end - i);
      froms.push(from);
      tos.push(to);
    }
    i = end;
  }
  if (starts.length === 0) return undefined;
  return {
    starts: Uint32Array.from(starts),
    lengths: Uint32Array.from(lengths),
    before: Uint8Array.from(froms),
    after: Uint8Array.from(tos),
  };
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
