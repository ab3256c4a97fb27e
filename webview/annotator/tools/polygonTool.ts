import { inkEdit } from '../../../src/dataset/annotation/inkEdit.ts';
import { polygonArea } from '../../../src/dataset/annotation/polygon.ts';
import type { OverlayPen } from '../overlayPen.ts';
import { classInk, previewColour } from './classInk.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

/** In CSS pixels: a click this near to the first point closes the polygon. */
const NEAR = 8;

/** Click by click; double click, Enter or a click on the first point closes it. */
export class PolygonTool implements PointerTool {
  readonly clicks = true;
  readonly #bench: ToolBench;
  readonly #scale: () => number;
  #points: ToolPoint[] = [];
  #at: ToolPoint | undefined;

  /** @param scale CSS pixels per image pixel */
  constructor(bench: ToolBench, scale: () => number) {
    this.#bench = bench;
    this.#scale = scale;
  }

  get busy(): boolean {
    return this.#points.length > 0;
  }

  press(at: ToolPoint): void {
    this.#at = at;
    if (this.#points.length >= 3 && this.#nearFirst(at)) {
      this.finish();
      return;
    }
    if (!this.busy && classInk(this.#bench, this.#subtracts(at)) === undefined) return;
    this.#points.push(at);
    this.#bench.drawOverlayAgain();
  }

  drag(points: readonly ToolPoint[]): void {
    const last = points.at(-1);
    if (last) this.hover(last);
  }

  release(): void {
    // The click counted when the button went down.
  }

  hover(at: ToolPoint): void {
    this.#at = at;
    if (this.busy) this.#bench.drawOverlayAgain();
  }

  doubleClick(): void {
    this.finish();
  }

  finish(): void {
    const points = this.#points;
    const { labels } = this.#bench;
    this.cancel();
    if (points.length < 3) return;
    const ink = classInk(
      this.#bench,
      points.some((point) => this.#subtracts(point)),
    );
    if (ink) this.#bench.apply('Polygon', inkEdit(labels, polygonArea(points, labels.width, labels.height), ink));
  }

  stepBack(): void {
    this.#points.pop();
    this.#bench.drawOverlayAgain();
  }

  cancel(): void {
    this.#points = [];
    this.#bench.drawOverlayAgain();
  }

  beneath(change: () => void): void {
    change();
  }

  drawOver(pen: OverlayPen): void {
    if (!this.busy) return;
    const through = this.#at ? [...this.#points, this.#at] : this.#points;
    const subtract = through.some((point) => this.#subtracts(point));
    pen.fill(pen.pathThrough(through, true), previewColour(this.#bench, subtract), 0.4);
    pen.outline(pen.pathThrough(through, false));
    const closing = this.#at !== undefined && this.#points.length >= 3 && this.#nearFirst(this.#at);
    for (const [i, point] of this.#points.entries()) pen.handle(point, i === 0 && closing);
  }

  #nearFirst({ x, y }: ToolPoint): boolean {
    const first = this.#points[0]!;
    return Math.hypot(x - first.x, y - first.y) * this.#scale() <= NEAR;
  }

  #subtracts({ ctrl }: ToolPoint): boolean {
    return this.#bench.view.subtract !== ctrl;
  }
}
