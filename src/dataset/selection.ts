import type { Filter } from './filter.ts';
import { readFilter } from './filterFile.ts';
import { readRejected } from './rejectedFile.ts';

/** What becomes of an image: what a person rejected stays rejected, whatever the filter says of it. */
export type Fate = 'kept' | 'dropped' | 'rejected';

/** Which images of a data set count: the one notion of "kept" that exports, statistics, report and gallery share. */
export interface Selection {
  readonly filter: Filter | undefined;
  /** By hand. */
  readonly rejected: ReadonlySet<number>;
  readonly fateOf: (id: number) => Fate;
}

/** @param rejected ids */
export function selectionOf(filter?: Filter, rejected: Iterable<number> = []): Selection {
  const byHand = new Set(rejected);
  const dropped = new Set(filter?.dropped);
  return {
    filter,
    rejected: byHand,
    fateOf: (id) => (byHand.has(id) ? 'rejected' : dropped.has(id) ? 'dropped' : 'kept'),
  };
}

/** `filter.json` and `rejected.json` of a data set's folder, where they are there. */
export async function readSelection(folder: string): Promise<Selection> {
  const [filter, rejected] = await Promise.all([readFilter(folder), readRejected(folder)]);
  return selectionOf(filter, rejected);
}
