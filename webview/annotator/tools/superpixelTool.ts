import { SuperpixelPainter } from '../../../src/dataset/annotation/superpixelPainter.ts';
import { superpixels, type Superpixels } from '../../../src/dataset/annotation/superpixels.ts';
import { classInk } from './classInk.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

interface Cut {
  readonly size: number;
  readonly pieces: Superpixels;
  readonly painter: SuperpixelPainter;
}

/** Drag over the pieces of the image that belong to the class. */
export class SuperpixelTool implements PointerTool {
  readonly #bench: ToolBench;
  #cut: Cut | undefined;

  constructor(bench: ToolBench) {
    this.#bench = bench;
  }

  get busy(): boolean {
    return this.#cut?.painter.painting === true;
  }

  /** The image's pieces in the size that is set; takes a while at the first time. */
  pieces(): Superpixels {
    return this.#current().pieces;
  }

  press(at: ToolPoint): void {
    const ink = classInk(this.#bench);
    if (ink) this.#bench.drawAgain(this.#current().painter.begin(ink, at));
  }

  drag(points: readonly ToolPoint[]): void {
    if (this.busy) for (const point of points) this.#bench.drawAgain(this.#cut?.painter.moveTo(point));
  }

  release(): void {
    if (this.busy) this.#bench.commit('Superpixels', this.#cut?.painter.end().edit);
  }

  cancel(): void {
    this.#bench.drawAgain(this.#cut?.painter.cancel());
  }

  beneath(change: () => void): void {
    if (this.#cut) this.#bench.drawAgain(this.#cut.painter.beneath(change));
    else change();
  }

  #current(): Cut {
    const { labels, view } = this.#bench;
    const size = Math.max(2, Math.round(Math.max(labels.width, labels.height) / view.superpixelsAcross));
    if (this.#cut?.size !== size) {
      const pieces = superpixels(this.#bench.image(), { size });
      this.#cut = { size, pieces, painter: new SuperpixelPainter(labels, pieces) };
    }
    return this.#cut;
  }
}
