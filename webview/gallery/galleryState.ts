import type { ColourTable } from './colourTables.ts';
import { EVERYTHING, SHOWN, type Query } from './query.ts';

export const MODES = ['image', 'labels', 'overlay', 'uncertainty', 'side by side'] as const;
export type Mode = (typeof MODES)[number];

export const SMALLEST_CELL = 48;
export const LARGEST_CELL = 384;

/** What the gallery looks like; kept while the panel is hidden and over a reload. */
export interface GalleryLooks {
  readonly mode: Mode;
  /** Width of a picture, in CSS pixels. */
  readonly size: number;
  /** Of the labels over the image, and of the heat map over it; 0 … 1. */
  readonly opacity: { readonly overlay: number; readonly uncertainty: number };
  readonly query: Query;
  /** The selected image. */
  readonly active: number | undefined;
  /** The image at the upper edge. */
  readonly anchor: number | undefined;
}

export const FIRST_LOOKS: GalleryLooks = {
  mode: 'overlay',
  size: 128,
  opacity: { overlay: 0.55, uncertainty: 1 },
  query: EVERYTHING,
  active: undefined,
  anchor: undefined,
};

/** The colours that pictures are painted in now. */
export interface Palette {
  readonly labels: ColourTable;
  readonly heat: ColourTable;
}

/**
 * Looks from what was saved, which may be of an older version: what doesn't fit is as at first.
 * @param classCount of the data set that is shown
 */
export function restoredLooks(saved: unknown, classCount: number): GalleryLooks {
  const looks = record(saved);
  const query = record(looks['query']);
  const order = record(query['order']);
  const opacity = record(looks['opacity']);
  const isColumn = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < classCount;
  const number = (value: unknown, least: number, most: number): number | undefined =>
    typeof value === 'number' && value >= least && value <= most ? value : undefined;
  const contains = query['contains'];
  return {
    mode: MODES.find((mode) => mode === looks['mode']) ?? FIRST_LOOKS.mode,
    size: number(looks['size'], SMALLEST_CELL, LARGEST_CELL) ?? FIRST_LOOKS.size,
    opacity: {
      overlay: number(opacity['overlay'], 0, 1) ?? FIRST_LOOKS.opacity.overlay,
      uncertainty: number(opacity['uncertainty'], 0, 1) ?? FIRST_LOOKS.opacity.uncertainty,
    },
    query: {
      show: SHOWN.find((shown) => shown === query['show']) ?? 'all',
      contains: Array.isArray(contains) ? contains.filter(isColumn) : [],
      from: number(query['from'], 0, Infinity),
      to: number(query['to'], 0, Infinity),
      order:
        order['by'] === 'share' && isColumn(order['column'])
          ? { by: 'share', column: order['column'] }
          : order['by'] === 'uncertainty' || order['by'] === 'number'
            ? { by: order['by'], descending: order['descending'] === true }
            : EVERYTHING.order,
    },
    active: number(looks['active'], 0, Infinity),
    anchor: number(looks['anchor'], 0, Infinity),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
