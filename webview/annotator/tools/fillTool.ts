import { areaOfLabel, contiguousArea } from '../../../src/dataset/annotation/fill.ts';
import { inkEdit } from '../../../src/dataset/annotation/inkEdit.ts';
import { pixelAt } from './pixelAt.ts';
import { classInk } from './classInk.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

/** Gives the region under the cursor to the class; or, with Shift or when set so, all pixels of its label. */
export class FillTool implements PointerTool {
  readonly clicks = true;
  readonly #bench: ToolBench;
  readonly busy = false;

  constructor(bench: ToolBench) {
    this.#bench = bench;
  }

  press(at: ToolPoint): void {
    const { labels, view } = this.#bench;
    const pixel = pixelAt(at, labels);
    const ink = pixel && classInk(this.#bench);
    if (!pixel || !ink) return;
    const { x, y } = pixel;
    const area =
      view.fillEverywhere !== at.shift
        ? areaOfLabel(labels, labels.data[y * labels.width + x]!)
        : contiguousArea(labels, x, y);
    this.#bench.apply('Fill', inkEdit(labels, area, ink));
  }

  drag(): void {
    // One press, one fill.
  }

  release(): void {
    // Done when the button went down.
  }

  cancel(): void {
    // Never unfinished.
  }

  beneath(change: () => void): void {
    change();
  }
}
