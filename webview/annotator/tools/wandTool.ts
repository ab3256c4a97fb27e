import { inkEdit } from '../../../src/dataset/annotation/inkEdit.ts';
import { wandArea, wandCosts, type WandCosts } from '../../../src/dataset/annotation/wand.ts';
import { toStage, type Viewport } from '../viewport.ts';
import type { OverlayPen } from '../overlayPen.ts';
import { classInk, previewColour } from './classInk.ts';
import { pixelAt } from './pixelAt.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

/** So many CSS pixels of the way to the right make the tolerance one step larger. */
const PIXELS_PER_STEP = 4;

/** Press, drag right or left to change the tolerance, release to apply. With Shift when pressing: alike pixels anywhere. */
export class WandTool implements PointerTool {
  readonly #bench: ToolBench;
  readonly #viewport: () => Viewport;
  #held:
    | { readonly costs: WandCosts; readonly mask: Uint8Array; readonly from: ToolPoint; readonly base: number }
    | undefined;
  /** Stays from press to press: images of one generator want about the same. */
  #tolerance = 16;

  constructor(bench: ToolBench, viewport: () => Viewport) {
    this.#bench = bench;
    this.#viewport = viewport;
  }

  get busy(): boolean {
    return this.#held !== undefined;
  }

  press(at: ToolPoint): void {
    const pixel = pixelAt(at, this.#bench.labels);
    if (!pixel || !classInk(this.#bench)) return;
    const costs = wandCosts(this.#bench.image(), pixel.x, pixel.y, !at.shift);
    this.#held = { costs, mask: new Uint8Array(costs.costs.length), from: at, base: this.#tolerance };
    this.#show();
  }

  drag(points: readonly ToolPoint[]): void {
    const last = points.at(-1);
    if (!last || !this.#held) return;
    const way = (last.x - this.#held.from.x) * this.#viewport().scale;
    this.#setTolerance(this.#held.base + way / PIXELS_PER_STEP);
  }

  adjust(by: number): void {
    this.#setTolerance(this.#tolerance + by);
  }

  release(): void {
    if (!this.#held) return;
    const { costs, mask } = this.#held;
    const { labels } = this.#bench;
    const area = wandArea(costs, this.#tolerance, mask);
    this.cancel();
    const ink = classInk(this.#bench);
    if (ink) this.#bench.apply('Magic Wand', inkEdit(labels, area, ink));
  }

  finish(): void {
    this.release();
  }

  cancel(): void {
    this.#held = undefined;
    this.#bench.preview(undefined);
    this.#bench.drawOverlayAgain();
  }

  beneath(change: () => void): void {
    change();
  }

  drawOver(pen: OverlayPen): void {
    if (!this.#held) return;
    const { context } = pen;
    const { x, y } = toStage(pen.viewport, this.#held.from);
    const text = `± ${this.#tolerance}`;
    context.font = '12px sans-serif';
    context.fillStyle = 'rgba(0, 0, 0, 0.75)';
    context.fillRect(x + 10, y - 26, context.measureText(text).width + 12, 20);
    context.fillStyle = '#ffffff';
    context.fillText(text, x + 16, y - 12);
    pen.handle(this.#held.from, false);
  }

  #setTolerance(tolerance: number): void {
    const whole = Math.min(255, Math.max(0, Math.round(tolerance)));
    if (whole === this.#tolerance) return;
    this.#tolerance = whole;
    this.#show();
  }

  #show(): void {
    if (!this.#held) return;
    const { costs, mask } = this.#held;
    this.#bench.preview(wandArea(costs, this.#tolerance, mask), previewColour(this.#bench));
    this.#bench.drawOverlayAgain();
  }
}
