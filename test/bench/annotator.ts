// How fast the annotator's tools are on a 1024² sample: `npx tsx test/bench/annotator.ts`, or section `annotator` of `npm run bench`.
import { fileURLToPath } from 'node:url';
import { contiguousArea } from '../../src/dataset/annotation/fill.ts';
import type { Ink } from '../../src/dataset/annotation/ink.ts';
import { inkEdit } from '../../src/dataset/annotation/inkEdit.ts';
import { editProblem } from '../../src/dataset/annotation/labelEdit.ts';
import { packBytes } from '../../src/dataset/annotation/packedLabels.ts';
import { polygonArea } from '../../src/dataset/annotation/polygon.ts';
import { StrokePainter } from '../../src/dataset/annotation/strokePainter.ts';
import { SuperpixelPainter } from '../../src/dataset/annotation/superpixelPainter.ts';
import { superpixels } from '../../src/dataset/annotation/superpixels.ts';
import { wandArea, wandCosts } from '../../src/dataset/annotation/wand.ts';
import type { RgbImage } from '../../src/dataset/image.ts';
import { unlabelledMap, type LabelMap } from '../../src/dataset/labelMap.ts';

const SIDE = 1024;
const red: Ink = { puts: 1, over: 'all', locked: new Set([2]) };

/** Milliseconds by what they are for. */
export function annotatorTimes(): Record<string, string> {
  const times: Record<string, string> = {};
  for (const diameter of [1, 16, 64, 256, SIDE]) times[`brush of ${diameter}: a move (≤ 16 ms)`] = brushMoves(diameter);

  const image = softImage();
  const parts = partsOf(image);
  const one = (name: string, run: () => unknown): void => {
    times[name] = ms(median(Array.from({ length: 7 }, () => milliseconds(run))));
  };
  one('fill the largest region, as an edit', () => inkEdit(parts, contiguousArea(parts, 0, 0), red));
  one('fill an empty image, as an edit', () => {
    const empty = unlabelledMap(SIDE, SIDE);
    return inkEdit(empty, contiguousArea(empty, 0, 0), red);
  });
  const costs = wandCosts(image, 300, 300, true);
  one('wand: button down', () => wandCosts(image, 300, 300, true));
  const mask = new Uint8Array(SIDE * SIDE);
  let tolerance = 0;
  one('wand: another tolerance (≤ 16 ms)', () => wandArea(costs, (tolerance += 20), mask));
  const lasso = Array.from({ length: 2000 }, (_, i) => ({
    x: 512 + (300 + 150 * Math.sin(i / 37)) * Math.cos(i / 318),
    y: 512 + (300 + 150 * Math.sin(i / 37)) * Math.sin(i / 318),
  }));
  one('lasso of 2,000 points, as an edit', () => inkEdit(parts, polygonArea(lasso, SIDE, SIDE), red));
  one('superpixels of 16 (≤ 1 s)', () => superpixels(image, { size: 16 }));
  const painter = new SuperpixelPainter(unlabelledMap(SIDE, SIDE), superpixels(image, { size: 32 }));
  painter.begin(red, { x: 0, y: 0 });
  times['superpixels of 32: a move'] = ms(
    median(path(200).map((to) => milliseconds(() => painter.moveTo({ x: to.x, y: to.y })))),
  );
  const whole = inkEdit(unlabelledMap(SIDE, SIDE), 'everywhere', { ...red, puts: { prediction: parts } })!;
  one('the host checks an edit of all pixels', () => editProblem(unlabelledMap(SIDE, SIDE), whole));
  one('labels packed for the webview', () => packBytes(parts.data));
  return times;
}

function brushMoves(diameter: number): string {
  const painter = new StrokePainter(unlabelledMap(SIDE, SIDE));
  const moves: number[] = [];
  for (let stroke = 0; stroke < 5; stroke++) {
    painter.begin({ ...red, puts: stroke }, { shape: 'circle', diameter }, { x: 100, y: 100 });
    for (const to of path(100)) moves.push(milliseconds(() => painter.moveTo(to)));
    painter.end();
  }
  return `${ms(median(moves))}, slowest ${ms(Math.max(...moves))}`;
}

/** A hasty way around the image. */
function path(points: number): { readonly x: number; readonly y: number }[] {
  return Array.from({ length: points }, (_, i) => ({ x: 512 + 400 * Math.cos(i / 7), y: 512 + 400 * Math.sin(i / 5) }));
}

/** Soft colours with a little noise, as generators make them. */
function softImage(): RgbImage {
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const noise = (Math.imul(i, 2654435761) >>> 29) - 4;
    for (let c = 0; c < 3; c++)
      data[3 * i + c] = 128 + 60 * Math.sin(x / (90 + 30 * c)) + 50 * Math.cos((y + x / 3) / (110 - 20 * c)) + noise;
  }
  return { width: SIDE, height: SIDE, data };
}

function partsOf({ width, height, data }: RgbImage): LabelMap {
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => data[3 * i]! >> 6) };
}

function milliseconds(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(annotatorTimes());
