import type { Point } from '../../src/dataset/annotation/brush.ts';
import { toStage, type Viewport } from './viewport.ts';

/** Draws marks that must show on any image: light lines on dark ones. Points are image pixels, widths CSS pixels. */
export class OverlayPen {
  readonly context: CanvasRenderingContext2D;
  readonly viewport: Viewport;
  readonly accent: string;

  /** @param context in CSS pixels of the stage */
  constructor(context: CanvasRenderingContext2D, viewport: Viewport, accent: string) {
    this.context = context;
    this.viewport = viewport;
    this.accent = accent;
  }

  outline(path: Path2D, width = 1.25): void {
    const { context } = this;
    context.strokeStyle = 'rgba(0, 0, 0, 0.7)';
    context.lineWidth = width + 1.75;
    context.stroke(path);
    context.strokeStyle = '#ffffff';
    context.lineWidth = width;
    context.stroke(path);
  }

  /** The points joined by straight lines, on the stage. */
  pathThrough(points: readonly Point[], close: boolean): Path2D {
    const path = new Path2D();
    for (const [i, point] of points.entries()) {
      const { x, y } = toStage(this.viewport, point);
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    if (close) path.closePath();
    return path;
  }

  fill(path: Path2D, colour: string, alpha: number): void {
    const { context } = this;
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.fill(path, 'nonzero');
    context.globalAlpha = 1;
  }

  handle(at: Point, large: boolean): void {
    const { x, y } = toStage(this.viewport, at);
    const path = new Path2D();
    path.arc(x, y, large ? 5 : 3, 0, 2 * Math.PI);
    const { context } = this;
    context.fillStyle = large ? this.accent : '#ffffff';
    context.fill(path);
    this.outline(path, 1);
  }

  /** A brush of so many image pixels across. */
  brush(centre: Point, size: number, shape: 'circle' | 'square'): void {
    const { x, y } = toStage(this.viewport, centre);
    const radius = (size * this.viewport.scale) / 2;
    const path = new Path2D();
    if (radius < 2) {
      // Too small to see: a small cross instead.
      path.moveTo(x - 4, y);
      path.lineTo(x + 4, y);
      path.moveTo(x, y - 4);
      path.lineTo(x, y + 4);
    } else if (shape === 'circle') path.arc(x, y, radius, 0, 2 * Math.PI);
    else path.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    this.outline(path);
  }

  /** The keyboard's cursor. */
  crosshair(at: Point): void {
    const { x, y } = toStage(this.viewport, at);
    const path = new Path2D();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      path.moveTo(x + 5 * dx, y + 5 * dy);
      path.lineTo(x + 16 * dx, y + 16 * dy);
    }
    this.outline(path, 2);
    const { context } = this;
    context.strokeStyle = this.accent;
    context.lineWidth = 2;
    context.stroke(path);
  }
}
