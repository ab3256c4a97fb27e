import type { Rectangle } from '../../src/dataset/annotation/rectangle.ts';
import { UNLABELLED } from '../../src/dataset/labelMap.ts';

/** A straight piece of the border between two labels, along pixel edges, in image pixels. */
export interface BoundaryPiece {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Calls back with each piece of border and the two labels that it divides; `low < high`, and 255 counts as the outside. */
export type OnPiece = (piece: BoundaryPiece, low: number, high: number) => void;

/**
 * The borders between different labels within a tile: on the left and upper edges of its pixels, so that tiles side by side share none.
 * The image's own border is none. Pieces along one row or column between the same two labels are joined.
 * @param shownAs by id: what it counts as (hidden classes count as 255)
 */
export function boundariesWithin(
  data: Uint8Array | Int32Array,
  imageWidth: number,
  tile: Rectangle,
  shownAs: Uint8Array | Int32Array,
  onPiece: OnPiece,
): void {
  const { x: left, y: top } = tile;
  const [right, bottom] = [left + tile.width, top + tile.height];
  const emit = (piece: BoundaryPiece, a: number, b: number): void => onPiece(piece, Math.min(a, b), Math.max(a, b));

  for (let y = Math.max(1, top); y < bottom; y++) {
    let [start, a, b] = [left, UNLABELLED, UNLABELLED];
    const row = y * imageWidth;
    for (let x = left; x <= right; x++) {
      const above = x < right ? shownAs[data[row - imageWidth + x]!]! : UNLABELLED;
      const below = x < right ? shownAs[data[row + x]!]! : UNLABELLED;
      if (above === a && below === b) continue;
      if (a !== b) emit({ x0: start, y0: y, x1: x, y1: y }, a, b);
      [start, a, b] = [x, above, below];
    }
  }
  for (let x = Math.max(1, left); x < right; x++) {
    let [start, a, b] = [top, UNLABELLED, UNLABELLED];
    for (let y = top; y <= bottom; y++) {
      const at = y * imageWidth + x;
      const before = y < bottom ? shownAs[data[at - 1]!]! : UNLABELLED;
      const after = y < bottom ? shownAs[data[at]!]! : UNLABELLED;
      if (before === a && after === b) continue;
      if (a !== b) emit({ x0: x, y0: start, x1: x, y1: y }, a, b);
      [start, a, b] = [y, before, after];
    }
  }
}
