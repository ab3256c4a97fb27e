import type { Rectangle } from '../../src/dataset/annotation/rectangle.ts';
import { UNLABELLED } from '../../src/dataset/labelMap.ts';
import { boundariesWithin } from './boundaries.ts';
import { clipped } from './rectangles.ts';

const TILE = 128;

interface Tile {
  readonly bounds: Rectangle;
  /** Undefined: to be traced when it is next in sight. */
  traced: TracedTile | undefined;
}
interface TracedTile {
  readonly all: Path2D;
  /** By label: the borders in its colour. */
  readonly solid: ReadonlyMap<number, Path2D>;
  /** By label: borders with another one, dashed over that one's colour. */
  readonly dashed: ReadonlyMap<number, Path2D>;
}

export interface ContourStyle {
  /** Undefined: the halo alone. */
  readonly colourOf: ((id: number) => string) | undefined;
  /** In CSS pixels. */
  readonly lineWidth: number;
  /** Lies under the lines, so that they stand out from any image. */
  readonly halo: string | undefined;
  /** All lines are dashed (a prediction), not only where two classes meet. */
  readonly dashed: boolean;
}

/** The borders of a label map as lines of the same width at every zoom, traced in tiles and only where something changed. */
export class ContourLayer {
  readonly #tiles: Tile[] = [];
  readonly #data: Uint8Array | Int32Array;
  readonly #width: number;
  #shownAs: Uint8Array | Int32Array;

  /** @param shownAs by label: what it counts as; 255 is nothing */
  constructor(data: Uint8Array | Int32Array, width: number, height: number, shownAs: Uint8Array | Int32Array) {
    this.#data = data;
    this.#width = width;
    this.#shownAs = shownAs;
    for (let y = 0; y < height; y += TILE)
      for (let x = 0; x < width; x += TILE)
        this.#tiles.push({
          bounds: { x, y, width: Math.min(TILE, width - x), height: Math.min(TILE, height - y) },
          traced: undefined,
        });
  }

  /** Everything is to be traced again, with other classes hidden. */
  showAs(shownAs: Uint8Array | Int32Array): void {
    this.#shownAs = shownAs;
    for (const tile of this.#tiles) tile.traced = undefined;
  }

  /** The pixels of `changed` are others now: their borders are traced again. */
  changed(changed: Rectangle): void {
    // A pixel's right and lower edges belong to its neighbours.
    const touched = { ...changed, width: changed.width + 1, height: changed.height + 1 };
    for (const tile of this.#tiles) if (overlap(tile.bounds, touched)) tile.traced = undefined;
  }

  /**
   * @param context its transform takes image pixels to the canvas
   * @param pixel one CSS pixel in image pixels
   */
  draw(context: CanvasRenderingContext2D, pixel: number, inSight: Rectangle, style: ContourStyle): void {
    context.save();
    context.lineCap = 'square';
    for (const tile of this.#tiles) {
      if (!overlap(tile.bounds, inSight)) continue;
      const { all, solid, dashed } = (tile.traced ??= this.#trace(tile.bounds));
      if (style.halo !== undefined) {
        context.setLineDash([]);
        context.strokeStyle = style.halo;
        context.lineWidth = (style.lineWidth + 1.5) * pixel;
        context.stroke(all);
      }
      const { colourOf } = style;
      if (colourOf === undefined) continue;
      context.lineWidth = style.lineWidth * pixel;
      const dash = [4 * pixel, 4 * pixel];
      context.setLineDash(style.dashed ? dash : []);
      for (const [id, path] of solid) {
        context.strokeStyle = colourOf(id);
        context.stroke(path);
      }
      context.setLineDash(dash);
      context.lineDashOffset = style.dashed ? 4 * pixel : 0;
      for (const [id, path] of dashed) {
        context.strokeStyle = colourOf(id);
        context.stroke(path);
      }
      context.lineDashOffset = 0;
    }
    context.restore();
  }

  #trace(bounds: Rectangle): TracedTile {
    const all = new Path2D();
    const solid = new Map<number, Path2D>();
    const dashed = new Map<number, Path2D>();
    boundariesWithin(this.#data, this.#width, bounds, this.#shownAs, ({ x0, y0, x1, y1 }, low, high) => {
      const add = (path: Path2D): void => {
        path.moveTo(x0, y0);
        path.lineTo(x1, y1);
      };
      add(all);
      add(pathOf(solid, low));
      if (high !== UNLABELLED) add(pathOf(dashed, high));
    });
    return { all, solid, dashed };
  }
}

function pathOf(paths: Map<number, Path2D>, id: number): Path2D {
  const path = paths.get(id) ?? new Path2D();
  paths.set(id, path);
  return path;
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return clipped({ ...b, x: b.x - a.x, y: b.y - a.y }, a.width, a.height) !== undefined;
}
