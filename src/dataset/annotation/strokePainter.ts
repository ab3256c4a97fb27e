import type { LabelMap } from '../labelMap.ts';
import { brushCentre, SweptBrush, type Brush, type Point } from './brush.ts';
import type { Ink } from './ink.ts';
import type { LabelEdit } from './labelEdit.ts';
import { around, type Rectangle } from './rectangle.ts';
import { WorkingStroke } from './workingStroke.ts';

/**
 * Brush, eraser, and every other tool that paints what a brush sweeps over: between `begin` and `end` it changes `labels` in place, move
 * by move. Each move looks only at pixels that the move before did not cover, so a brush as large as the image stays fast.
 *
 * All methods that paint return what must be drawn again, or undefined when nothing has to. Points are image pixels, also outside of the
 * image, with fractions.
 */
export class StrokePainter {
  readonly #labels: LabelMap;
  #stroke: WorkingStroke | undefined;
  #brush: Brush | undefined;
  /** Brush centres so far; empty between strokes. */
  #path: Point[] = [];
  /** For each row the run that the last move covered, of which the next move covers most again. */
  readonly #lastFrom: Int32Array;
  readonly #lastTo: Int32Array;

  constructor(labels: LabelMap) {
    this.#labels = labels;
    this.#lastFrom = new Int32Array(labels.height);
    this.#lastTo = new Int32Array(labels.height);
  }

  /** Between `begin` and `end` or `cancel`. */
  get painting(): boolean {
    return this.#path.length > 0;
  }

  /** The button goes down at a point. A stroke that was not ended is cancelled. */
  begin(ink: Ink, brush: Brush, at: Point): Rectangle | undefined {
    const undrawn = this.cancel();
    if (!Number.isInteger(brush.diameter) || brush.diameter < 1)
      throw new Error(`A brush of ${brush.diameter} pixels cannot paint.`);
    if (this.#stroke) this.#stroke.restart(ink);
    else this.#stroke = new WorkingStroke(this.#labels, ink);
    this.#brush = brush;
    const centre = brushCentre(finite(at), brush);
    this.#path = [centre];
    return around(undrawn, this.#sweep(centre, centre));
  }

  /** The cursor moves on: sweeps the brush along the straight way from the last point. */
  moveTo(at: Point): Rectangle | undefined {
    const { brush } = this.#begun();
    const to = brushCentre(finite(at), brush);
    const from = this.#path.at(-1)!;
    if (to.x === from.x && to.y === from.y) return undefined;
    this.#path.push(to);
    return this.#sweep(from, to);
  }

  /** With Shift: the stroke becomes one straight line from where it began to this point. */
  straightTo(at: Point): Rectangle | undefined {
    const { stroke } = this.#begun();
    const undrawn = stroke.box;
    const start = this.#path[0]!;
    this.#takeOff();
    this.#path = [start];
    return around(undrawn, around(this.#sweep(start, start), this.moveTo(at)));
  }

  /**
   * The button goes up.
   * @param fill paints what the stroke encloses, too
   * @returns what changed, undefined when nothing did; with `dirty` as the other methods
   */
  end({ fill = false }: { readonly fill?: boolean } = {}): {
    readonly edit: LabelEdit | undefined;
    readonly dirty: Rectangle | undefined;
  } {
    const { stroke } = this.#begun();
    if (fill) stroke.coverEnclosed();
    this.#path = [];
    return { edit: stroke.edit(), dirty: fill ? stroke.box : undefined };
  }

  /** Takes the stroke off again, as if it had never begun. */
  cancel(): Rectangle | undefined {
    if (!this.painting) return undefined;
    const { stroke } = this.#begun();
    const undrawn = stroke.box;
    this.#takeOff();
    this.#path = [];
    return undrawn;
  }

  /**
   * Somebody else's edit comes in the middle of a stroke: takes the stroke off, lets `change` change the labels, and paints the stroke
   * again on top.
   */
  beneath(change: () => void): Rectangle | undefined {
    if (!this.painting) {
      change();
      return undefined;
    }
    const { stroke } = this.#begun();
    this.#takeOff();
    change();
    for (const [i, point] of this.#path.entries()) this.#sweep(this.#path[Math.max(0, i - 1)]!, point);
    return stroke.box;
  }

  #begun(): { readonly stroke: WorkingStroke; readonly brush: Brush } {
    if (!this.#stroke || !this.#brush || !this.painting) throw new Error('No stroke has begun.');
    return { stroke: this.#stroke, brush: this.#brush };
  }

  #takeOff(): void {
    this.#stroke?.restore();
    this.#lastFrom.fill(0);
    this.#lastTo.fill(0);
  }

  /** @returns the box around what this move covers */
  #sweep(from: Point, to: Point): Rectangle | undefined {
    const { stroke, brush } = this.#begun();
    const { width, height } = this.#labels;
    const swept = new SweptBrush(brush, from, to);
    const { first, last } = swept.rows;
    if (this.#path.length === 1) {
      this.#lastFrom.fill(0);
      this.#lastTo.fill(0);
    }
    let [left, right, top, bottom] = [width, 0, height, -1];
    for (let y = 0; y < height; y++) {
      const inside = y >= first && y <= last;
      const [a, b] = inside ? swept.run(y, width) : [0, 0];
      const [lastA, lastB] = [this.#lastFrom[y]!, this.#lastTo[y]!];
      this.#lastFrom[y] = a;
      this.#lastTo[y] = b;
      if (a === b) continue;
      if (lastA === lastB) stroke.cover(y, a, b);
      else {
        stroke.cover(y, a, Math.min(b, lastA));
        stroke.cover(y, Math.max(a, lastB), b);
        if (a >= lastA && b <= lastB) continue;
      }
      left = Math.min(left, a);
      right = Math.max(right, b);
      top = Math.min(top, y);
      bottom = y;
    }
    return bottom < 0 ? undefined : { x: left, y: top, width: right - left, height: bottom - top + 1 };
  }
}

function finite(point: Point): Point {
  if (Number.isFinite(point.x) && Number.isFinite(point.y)) return point;
  throw new Error(`(${point.x}, ${point.y}) is no point.`);
}
