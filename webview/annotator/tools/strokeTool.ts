import { brushCentre, type Brush } from '../../../src/dataset/annotation/brush.ts';
import { predictionInk, type Ink } from '../../../src/dataset/annotation/ink.ts';
import { StrokePainter } from '../../../src/dataset/annotation/strokePainter.ts';
import { UNLABELLED } from '../../../src/dataset/labelMap.ts';
import type { BrushTool } from '../viewState.ts';
import type { OverlayPen } from '../overlayPen.ts';
import { classInk } from './classInk.ts';
import type { PointerTool, ToolBench, ToolPoint } from './tool.ts';

const NAMES = { brush: 'Brush', eraser: 'Eraser', accept: 'Accept Prediction' } as const;

/** Brush, eraser, and the brush that accepts a prediction: they differ in their ink. */
export class StrokeTool implements PointerTool {
  readonly #bench: ToolBench;
  readonly #kind: BrushTool;
  readonly #painter: StrokePainter;
  #at: ToolPoint | undefined;

  constructor(bench: ToolBench, kind: BrushTool) {
    this.#bench = bench;
    this.#kind = kind;
    this.#painter = new StrokePainter(bench.labels);
  }

  get busy(): boolean {
    return this.#painter.painting;
  }

  press(at: ToolPoint): void {
    const ink = this.#ink();
    if (ink === undefined) return;
    this.#at = at;
    this.#bench.drawAgain(this.#painter.begin(ink, this.#brush(), at));
  }

  drag(points: readonly ToolPoint[]): void {
    const last = points.at(-1);
    if (last === undefined || !this.busy) return;
    this.#at = last;
    if (last.shift) this.#bench.drawAgain(this.#painter.straightTo(last));
    else for (const point of points) this.#bench.drawAgain(this.#painter.moveTo(point));
  }

  release(): void {
    if (!this.busy) return;
    const fill = this.#kind !== 'accept' && this.#bench.view.fillStroke;
    const { edit, dirty } = this.#painter.end({ fill });
    this.#bench.drawAgain(dirty);
    this.#bench.commit(NAMES[this.#kind], edit);
  }

  hover(at: ToolPoint): void {
    this.#at = at;
    this.#bench.drawOverlayAgain();
  }

  cancel(): void {
    this.#bench.drawAgain(this.#painter.cancel());
  }

  beneath(change: () => void): void {
    this.#bench.drawAgain(this.#painter.beneath(change));
  }

  drawOver(pen: OverlayPen): void {
    if (this.#at === undefined) return;
    const brush = this.#brush();
    pen.brush(brushCentre(this.#at, brush), brush.diameter, brush.shape);
  }

  #brush(): Brush {
    const { size, shape } = this.#bench.view.brushes[this.#kind];
    return { shape, diameter: size };
  }

  #ink(): Ink | undefined {
    const { locked, prediction, view } = this.#bench;
    switch (this.#kind) {
      case 'eraser':
        return { puts: UNLABELLED, over: 'all', locked };
      case 'accept':
        if (prediction) return predictionInk(prediction, { overwrite: view.acceptOver, locked });
        this.#bench.say('There is no prediction to accept yet.');
        return undefined;
      case 'brush':
        return classInk(this.#bench);
    }
  }
}
