import { UNLABELLED, type LabelMap } from '../labelMap.ts';

/** What a tool puts down, and on what. */
export interface Ink {
  /** A class id; 255 takes labels away (the eraser); or what a prediction says of each pixel, of one class alone if `only` is given. */
  readonly puts: number | { readonly prediction: LabelMap; readonly only?: number };
  /** Which pixels it may change: all, those that are not labelled, those that are, or those of one class. */
  readonly over: 'all' | 'unlabelled' | 'labelled' | { readonly id: number };
  /** Classes that stay exactly what they are: none of their pixels changes, and no pixel becomes theirs. */
  readonly locked: ReadonlySet<number>;
}

/** Takes the class away from its pixels: a polygon or lasso that subtracts. */
export function subtractingInk(id: number, locked: ReadonlySet<number>): Ink {
  return { puts: UNLABELLED, over: { id }, locked };
}

/** The prediction as ink. By default it never touches what is labelled already. */
export function predictionInk(
  prediction: LabelMap,
  {
    only,
    overwrite = false,
    locked,
  }: { readonly only?: number; readonly overwrite?: boolean; readonly locked: ReadonlySet<number> },
): Ink {
  return {
    puts: only === undefined ? { prediction } : { prediction, only },
    over: overwrite ? 'all' : 'unlabelled',
    locked,
  };
}

/** An ink as tables, so that the loop over pixels is nothing but look-ups. */
export interface InkTable {
  /** By old id: what it becomes where the ink is the same everywhere; undefined when it differs from pixel to pixel. */
  readonly flat: Uint8Array | undefined;
  /** What to put at each pixel, when it differs. */
  readonly source: Uint8Array | undefined;
  /** By old id: 1 where it may change. */
  readonly takes: Uint8Array;
  /** By new id: 1 where it may be put. */
  readonly puts: Uint8Array;
}

export function inkTable({ puts, over, locked }: Ink, labels: LabelMap): InkTable {
  const takes = Uint8Array.from({ length: 256 }, (_, id) =>
    locked.has(id) ||
    (over === 'unlabelled' && id !== UNLABELLED) ||
    (over === 'labelled' && id === UNLABELLED) ||
    (typeof over === 'object' && id !== over.id)
      ? 0
      : 1,
  );
  const mayPut = Uint8Array.from({ length: 256 }, (_, id) => (locked.has(id) ? 0 : 1));
  if (typeof puts === 'number') {
    const flat = Uint8Array.from({ length: 256 }, (_, id) => (takes[id] && mayPut[puts] ? puts : id));
    return { flat, source: undefined, takes, puts: mayPut };
  }
  const { prediction, only } = puts;
  if (prediction.width !== labels.width || prediction.height !== labels.height)
    throw new Error(
      `A prediction of ${prediction.width}×${prediction.height} pixels is no ink for ${labels.width}×${labels.height}.`,
    );
  mayPut[UNLABELLED] = 0;
  if (only !== undefined) for (let id = 0; id < 256; id++) if (id !== only) mayPut[id] = 0;
  return { flat: undefined, source: prediction.data, takes, puts: mayPut };
}

/** What pixel `index` of label `old` becomes. */
export function inked({ flat, source, takes, puts }: InkTable, old: number, index: number): number {
  if (flat) return flat[old]!;
  const id = source![index]!;
  return takes[old] && puts[id] ? id : old;
}
