import type { LabelMap } from '../labelMap.ts';
import type { Point } from './brush.ts';
import type { Ink } from './ink.ts';
import type { LabelEdit } from './labelEdit.ts';
import { around, type Rectangle } from './rectangle.ts';
import type { Superpixels } from './superpixels.ts';
import { WorkingStroke } from './workingStroke.ts';

/**
 * Paints the superpixels that a drag goes over. As `StrokePainter`: changes `labels` in place between `begin` and `end`, and returns what
 * must be drawn again.
 */
export class SuperpixelPainter {
  readonly #superpixels: Superpixels;
  readonly #labels: LabelMap;
  #stroke: WorkingStroke | undefined;
  /** Superpixels of this stroke, in the order in which they were touched. */
  #touched = new Set<number>();
  #last: Point | undefined;

  constructor(labels: LabelMap, superpixels: Superpixels) {
    if (superpixels.width !== labels.width || superpixels.height !== labels.height)
      throw new Error(
        `Superpixels of ${superpixels.width}×${superpixels.height} pixels do not fit ${labels.width}×${labels.height} labels.`,
      );
    this.#labels = labels;
    this.#superpixels = superpixels;
  }

  get painting(): boolean {
    return this.#last !== undefined;
  }

  begin(ink: Ink, at: Point): Rectangle | undefined {
    const undrawn = this.cancel();
    if (this.#stroke) this.#stroke.restart(ink);
    else this.#stroke = new WorkingStroke(this.#labels, ink);
    this.#touched = new Set();
    return around(undrawn, this.#touch(at, at));
  }

  moveTo(at: Point): Rectangle | undefined {
    if (!this.#last) throw new Error('No stroke has begun.');
    return this.#touch(this.#last, at);
  }

  end(): { readonly edit: LabelEdit | undefined } {
    if (!this.#last || !this.#stroke) throw new Error('No stroke has begun.');
    this.#last = undefined;
    return { edit: this.#stroke.edit() };
  }

  cancel(): Rectangle | undefined {
    if (!this.#last) return undefined;
    const undrawn = this.#stroke?.box;
    this.#stroke?.restore();
    this.#last = undefined;
    return undrawn;
  }

  /** Somebody else's edit comes in the middle of a stroke: see `StrokePainter.beneath`. */
  beneath(change: () => void): Rectangle | undefined {
    if (!this.painting) {
      change();
      return undefined;
    }
    this.#stroke?.restore();
    change();
    for (const superpixel of this.#touched) this.#cover(superpixel);
    return this.#stroke?.box;
  }

  /** In steps of half a pixel at most, so that nothing on the way but a corner is missed. */
  #touch(from: Point, to: Point): Rectangle | undefined {
    const { width, height, owner } = this.#superpixels;
    const steps = Math.ceil(2 * Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)));
    if (!Number.isFinite(steps)) throw new Error(`(${to.x}, ${to.y}) is no point.`);
    let dirty: Rectangle | undefined;
    for (let step = 0; step <= steps; step++) {
      const share = steps === 0 ? 1 : step / steps;
      const x = Math.floor(from.x + share * (to.x - from.x));
      const y = Math.floor(from.y + share * (to.y - from.y));
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const superpixel = owner[y * width + x]!;
      if (this.#touched.has(superpixel)) continue;
      this.#touched.add(superpixel);
      dirty = around(dirty, this.#cover(superpixel));
    }
    this.#last = to;
    return dirty;
  }

  #cover(superpixel: number): Rectangle {
    const { width, firstRun, runs } = this.#superpixels;
    let [left, right] = [width, 0];
    const [first, end] = [firstRun[superpixel]!, firstRun[superpixel + 1]!];
    const row = (k: number): number => Math.floor(runs[2 * k]! / width);
    for (let k = first; k < end; k++) {
      const start = row(k) * width;
      const [a, b] = [runs[2 * k]! - start, runs[2 * k + 1]! - start];
      this.#stroke!.cover(row(k), a, b);
      left = Math.min(left, a);
      right = Math.max(right, b);
    }
    return { x: left, y: row(first), width: right - left, height: row(end - 1) - row(first) + 1 };
  }
}
