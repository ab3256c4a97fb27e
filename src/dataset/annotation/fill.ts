import type { LabelMap } from '../labelMap.ts';
import type { Area } from './area.ts';

/**
 * The pixels of one label that hang together with pixel (x, y) over edges (not corners): what the bucket fills.
 * Scanline flood fill (Smith, "Tint Fill", SIGGRAPH 1979): a stack of pixels from which whole rows are taken.
 */
export function contiguousArea({ width, height, data }: LabelMap, x: number, y: number): Area {
  const mask = new Uint8Array(width * height);
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return { width, height, mask, box: undefined };
  const start = Math.floor(y) * width + Math.floor(x);
  const id = data[start]!;
  const stack = [start];
  let [left, right, top, bottom] = [width, -1, height, -1];
  while (stack.length > 0) {
    const seed = stack.pop()!;
    if (mask[seed] === 1) continue;
    const row = Math.floor(seed / width);
    const [first, end] = [row * width, (row + 1) * width];
    let from = seed;
    while (from > first && data[from - 1] === id) from--;
    let to = seed + 1;
    while (to < end && data[to] === id) to++;
    mask.fill(1, from, to);
    left = Math.min(left, from - first);
    right = Math.max(right, to - 1 - first);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
    // One seed for each run of the neighbouring rows.
    for (const step of [-width, width]) {
      if (step < 0 ? row === 0 : row === height - 1) continue;
      let open = false;
      for (let i = from + step; i < to + step; i++) {
        const wanted = data[i] === id && mask[i] === 0;
        if (wanted && !open) stack.push(i);
        open = wanted;
      }
    }
  }
  return { width, height, mask, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } };
}

/** All pixels of one label, wherever they are. */
export function areaOfLabel({ width, height, data }: LabelMap, id: number): Area {
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) mask[i] = data[i] === id ? 1 : 0;
  return { width, height, mask, box: { x: 0, y: 0, width, height } };
}
