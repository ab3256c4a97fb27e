/** A tree sends all children of a node at once: never more than these. */
export const MOST_CHILDREN = 100;

/** Places `start` … `end` − 1 of a list. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The pages of a range, each a range of its own that may have pages again; undefined when the range is one page, so that its
 * entries themselves are the children. Nobody ever has more than {@link MOST_CHILDREN} children.
 */
export function pagesOf({ start, end }: Range): readonly Range[] | undefined {
  const length = end - start;
  if (length <= MOST_CHILDREN) return undefined;
  let size = MOST_CHILDREN;
  while (Math.ceil(length / size) > MOST_CHILDREN) size *= MOST_CHILDREN;
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    start: start + i * size,
    end: Math.min(end, start + (i + 1) * size),
  }));
}

/** A part of a list that is sorted from most to least uncertain. */
export interface QuantileGroup extends Range {
  /** In percent of the list, from the most uncertain on. */
  readonly from: number;
  readonly to: number;
}

const bounds = [0, 5, 25, 50, 100] as const;

/** Most uncertain 5 %, 5–25 %, 25–50 %, and the rest, of `length` entries; those that are empty are left out. */
export function quantileGroups(length: number): readonly QuantileGroup[] {
  // At least one entry is among the most uncertain: of sixteen samples, 5 % are less than one.
  const place = (percent: number): number => Math.ceil((percent * length) / 100);
  return bounds
    .slice(1)
    .map((to, i) => ({ from: bounds[i]!, to, start: place(bounds[i]!), end: place(to) }))
    .filter(({ start, end }) => end > start);
}
