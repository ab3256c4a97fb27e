import { inkEdit } from '../../../src/dataset/annotation/inkEdit.ts';
import { polygonArea } from '../../../src/dataset/annotation/polygon.ts';
import type { OverlayPen } from '../overlayPen.ts';
import { classInk, previewColour } from './classInk.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

/** Drawn freehand around an area; with Shift, the last piece is a straight line. */
export class LassoTool implements PointerTool {
  readonly #bench: ToolBench;
  #points: ToolPoint[] = [];
  /** Where the straight piece starts that Shift is drawing. */
  #straightFrom: number | undefined;

  constructor(bench: ToolBench) {
    this.#bench = bench;
  }

  get busy(): boolean {
    return this.#points.length > 0;
  }

  press(at: ToolPoint): void {
    if (classInk(this.#bench, this.#subtracts(at)) === undefined) return;
    this.#points = [at];
    this.#bench.drawOverlayAgain();
  }

  drag(points: readonly ToolPoint[]): void {
    const last = points.at(-1);
    if (last === undefined || !this.busy) return;
    if (last.shift) {
      this.#straightFrom ??= this.#points.length;
      this.#points.length = this.#straightFrom;
      this.#points.push(last);
    } else {
      this.#straightFrom = undefined;
      this.#points.push(...points);
    }
    this.#bench.drawOverlayAgain();
  }

  release(): void {
    const points = this.#points;
    const { labels } = this.#bench;
    this.cancel();
    if (points.length < 3) return;
    const ink = classInk(this.#bench, this.#subtracts(points.at(-1)!));
    if (ink) this.#bench.apply('Lasso', inkEdit(labels, polygonArea(points, labels.width, labels.height), ink));
  }

  cancel(): void {
    this.#points = [];
    this.#straightFrom = undefined;
    this.#bench.drawOverlayAgain();
  }

  beneath(change: () => void): void {
    change();
  }

  drawOver(pen: OverlayPen): void {
    const last = this.#points.at(-1);
    if (last === undefined) return;
    pen.fill(pen.pathThrough(this.#points, true), previewColour(this.#bench, this.#subtracts(last)), 0.4);
    pen.outline(pen.pathThrough(this.#points, true));
  }

  #subtracts({ ctrl }: ToolPoint): boolean {
    return this.#bench.view.subtract !== ctrl;
  }
}
