import { DROPPED, KEPT, REJECTED, type GalleryRows } from './galleryRows.ts';

/** `kept` is what an export of the kept images takes. */
export const SHOWN = ['all', 'kept', 'dropped', 'rejected'] as const;
export type Shown = (typeof SHOWN)[number];

export type Order =
  | { readonly by: 'uncertainty' | 'number'; readonly descending: boolean }
  /** Share of the class at this column, the largest first. */
  | { readonly by: 'share'; readonly column: number };

/** Which images are shown, and in what order. */
export interface Query {
  readonly show: Shown;
  /** Columns of classes, all of which an image must contain. */
  readonly contains: readonly number[];
  /** In nats; what is undefined is open. Both ends belong to the range. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly order: Order;
}

export const EVERYTHING: Query = {
  show: 'all',
  contains: [],
  from: undefined,
  to: undefined,
  order: { by: 'number', descending: false },
};

const fateOf: Readonly<Record<Exclude<Shown, 'all'>, number>> = { kept: KEPT, dropped: DROPPED, rejected: REJECTED };

/** Whether something but the order is asked for. */
export function isNarrowed({ show, contains, from, to }: Query): boolean {
  return show !== 'all' || contains.length > 0 || from !== undefined || to !== undefined;
}

/**
 * The places of the images that the query asks for, in its order. Of equal ones the smaller id comes first.
 * @param staying Places that stay although their fate no longer fits: what a person just rejected doesn't vanish under their hands.
 */
export function answer(rows: GalleryRows, query: Query, staying: ReadonlySet<number> = new Set()): Uint32Array {
  const { ids, scores, fates } = rows;
  const found = new Uint32Array(rows.length);
  let count = 0;
  for (let place = 0; place < rows.length; place++)
    if (isAskedFor(rows, query, place, fates[place]!, staying)) found[count++] = place;
  const places = found.slice(0, count);

  const { order } = query;
  const ascending = (key: (place: number) => number, sign: number) => (a: number, b: number) =>
    sign * (key(a) - key(b)) || ids[a]! - ids[b]!;
  switch (order.by) {
    case 'number':
      return places.sort(ascending((place) => ids[place]!, order.descending ? -1 : 1));
    case 'uncertainty':
      return places.sort(ascending((place) => scores[place]!, order.descending ? -1 : 1));
    case 'share': {
      const shares = Float64Array.from({ length: rows.length }, (_, place) => rows.share(place, order.column));
      return places.sort(ascending((place) => shares[place]!, -1));
    }
  }
}

function isAskedFor(
  { scores, pixels, classCount }: GalleryRows,
  { show, contains, from, to }: Query,
  place: number,
  fate: number,
  staying: ReadonlySet<number>,
): boolean {
  if (show !== 'all' && fate !== fateOf[show] && !staying.has(place)) return false;
  const score = scores[place]!;
  if ((from !== undefined && score < from) || (to !== undefined && score > to)) return false;
  return contains.every((column) => pixels[place * classCount + column]! > 0);
}
