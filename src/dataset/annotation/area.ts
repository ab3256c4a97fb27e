import type { Rectangle } from './rectangle.ts';

/** Some pixels of an image, for a tool to put ink on and for a view to show before. */
export interface Area {
  readonly width: number;
  readonly height: number;
  /** 1 where the pixel belongs to it, else 0; row-major. */
  readonly mask: Uint8Array;
  /** No pixel outside of it belongs to the area; undefined: it is empty. */
  readonly box: Rectangle | undefined;
}
