import type { RgbImage } from '../image.ts';
import type { Area } from './area.ts';

/**
 * What tolerance the magic wand needs to reach each pixel from a pressed one, 0 … 255: computed once when the button goes down, so that
 * a changing tolerance is one comparison per pixel.
 *
 * The distance of two colours is the largest difference of a channel. Contiguous: over 4-neighbours, the smallest over all paths of the
 * largest distance to the pressed colour on the path (a minimax path, by Dijkstra's algorithm with a bucket per distance); so
 * `costs ≤ tolerance` is exactly the flood fill at that tolerance. Otherwise: each pixel's own distance.
 */
export interface WandCosts {
  readonly width: number;
  readonly height: number;
  readonly costs: Uint8Array;
}

export function wandCosts(image: RgbImage, x: number, y: number, contiguous: boolean): WandCosts {
  const { width, height, data } = image;
  const count = width * height;
  const start = Math.floor(y) * width + Math.floor(x);
  if (!(x >= 0 && y >= 0 && x < width && y < height)) throw new Error(`(${x}, ${y}) is not in the image.`);
  const [red, green, blue] = [data[3 * start]!, data[3 * start + 1]!, data[3 * start + 2]!];
  const distances = new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const r = Math.abs(data[at]! - red);
    const g = Math.abs(data[at + 1]! - green);
    const b = Math.abs(data[at + 2]! - blue);
    distances[i] = r > g ? (r > b ? r : b) : g > b ? g : b;
  }
  if (!contiguous) return { width, height, costs: distances };

  const costs = new Uint8Array(count);
  // Buckets as linked lists. Each pixel enters one once: first reached is cheapest, because pixels leave in the order of their cost.
  const heads = new Int32Array(256).fill(-1);
  const next = new Int32Array(count);
  const reached = new Uint8Array(count);
  let cost = 0;
  const reach = (i: number): void => {
    if (reached[i] === 1) return;
    reached[i] = 1;
    const own = distances[i]!;
    const here = own > cost ? own : cost;
    costs[i] = here;
    next[i] = heads[here]!;
    heads[here] = i;
  };
  reach(start);
  for (; cost < 256; cost++) {
    for (let i = heads[cost]!; i >= 0; i = heads[cost]!) {
      heads[cost] = next[i]!;
      const column = i % width;
      if (column > 0) reach(i - 1);
      if (column < width - 1) reach(i + 1);
      if (i >= width) reach(i - width);
      if (i < count - width) reach(i + width);
    }
  }
  return { width, height, costs };
}

/**
 * The pixels that the wand takes at a tolerance (0 … 255).
 * @param mask to be written over and returned, so that dragging makes no garbage
 */
export function wandArea({ width, height, costs }: WandCosts, tolerance: number, mask?: Uint8Array): Area {
  const taken = mask ?? new Uint8Array(costs.length);
  for (let i = 0; i < costs.length; i++) taken[i] = costs[i]! <= tolerance ? 1 : 0;
  return { width, height, mask: taken, box: { x: 0, y: 0, width, height } };
}
