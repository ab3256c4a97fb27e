// What consumers of the formats do, written from their side: nothing here is shared with the code under test.
import { decode } from 'fast-png';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A binary mask, row-major. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Fills rings as SVG, Cairo, PIL do: at the centres of pixels, by the even-odd or the non-zero rule. */
export function fillRings(
  rings: readonly (readonly number[])[],
  width: number,
  height: number,
  rule: 'even-odd' | 'non-zero',
): Mask {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const crossings: { x: number; turn: number }[] = [];
    for (const ring of rings) {
      for (let k = 0; k < ring.length; k += 2) {
        const to = (k + 2) % ring.length;
        const [x0, y0, x1, y1] = [ring[k]!, ring[k + 1]!, ring[to]!, ring[to + 1]!];
        if (y0 <= y + 0.5 === y1 <= y + 0.5) continue;
        crossings.push({ x: x0 + ((y + 0.5 - y0) / (y1 - y0)) * (x1 - x0), turn: Math.sign(y1 - y0) });
      }
    }
    for (let x = 0; x < width; x++) {
      const before = crossings.filter((c) => c.x <= x + 0.5);
      const winding = before.reduce((sum, { turn }) => sum + turn, 0);
      data[y * width + x] = (rule === 'even-odd' ? before.length % 2 : winding) === 0 ? 0 : 1;
    }
  }
  return { width, height, data };
}

/**
 * Fills a polygon by the rule of pycocotools (COCO's own evaluation): the outline is walked on a grid five times as fine;
 * where it passes the middle of a column of pixels, that column changes between outside and inside from the next row on.
 */
export function fillLikePycocotools(ring: readonly number[], width: number, height: number): Mask {
  const fine = 5;
  const corners = Array.from({ length: ring.length / 2 }, (_, i) => ({
    x: Math.trunc(ring[2 * i]! * fine + 0.5),
    y: Math.trunc(ring[2 * i + 1]! * fine + 0.5),
  }));
  const outline = corners.flatMap((from, i) => pointsBetween(from, corners[(i + 1) % corners.length]!));
  const changes = Array.from({ length: width }, () => [] as number[]);
  outline.slice(1).forEach((to, i) => {
    const from = outline[i]!;
    const column = (Math.min(from.x, to.x) + 0.5) / fine - 0.5;
    if (from.x === to.x || !Number.isInteger(column) || column < 0 || column >= width) return;
    const row = (Math.min(from.y, to.y) + 0.5) / fine - 0.5;
    changes[column]!.push(Math.ceil(Math.min(Math.max(row, 0), height)));
  });
  const data = new Uint8Array(width * height);
  changes.forEach((rows, x) => {
    for (let y = 0; y < height; y++) data[y * width + x] = rows.filter((row) => row <= y).length % 2;
  });
  return { width, height, data };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Every point of a line on the fine grid, both ends included; always reckoned from the smaller end. */
function pointsBetween(from: Point, to: Point): Point[] {
  const flat = Math.abs(to.x - from.x) >= Math.abs(to.y - from.y);
  const backwards = flat ? from.x > to.x : from.y > to.y;
  const [start, end] = backwards ? [to, from] : [from, to];
  const steps = flat ? end.x - start.x : end.y - start.y;
  if (steps === 0) throw new Error('a point stands twice in a row: pycocotools divides by zero there');
  const slope = flat ? (end.y - start.y) / steps : (end.x - start.x) / steps;
  const points = Array.from({ length: steps + 1 }, (_, i) =>
    flat
      ? { x: start.x + i, y: Math.trunc(start.y + slope * i + 0.5) }
      : { x: Math.trunc(start.x + slope * i + 0.5), y: start.y + i },
  );
  return backwards ? points.reverse() : points;
}

/** pycocotools' decoding of compressed run lengths (maskApi.c, rleFrString and rleDecode). */
export function decodeCocoRle({ size: [height, width], counts }: { size: [number, number]; counts: string }): Mask {
  const runs: number[] = [];
  for (let p = 0; p < counts.length;) {
    let x = 0;
    let shift = 0;
    for (let more = true; more; shift += 5) {
      const c = counts.charCodeAt(p++) - 48;
      x |= (c & 31) << shift;
      more = (c & 32) !== 0;
      if (!more && c & 16) x |= -1 << (shift + 5);
    }
    runs.push(runs.length > 2 ? x + runs.at(-2)! : x);
  }
  const data = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((run, i) => {
    if (run < 0) throw new Error(`run ${i} is ${run}`);
    for (let end = at + run; at < end; at++) data[(at % height) * width + Math.floor(at / height)] = i % 2;
  });
  if (at !== width * height) throw new Error(`the runs cover ${at} of ${width * height} pixels`);
  return { width, height, data };
}

/** |A ∩ B| / |A ∪ B|; 1 for two empty masks. */
export function iou(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let any = 0;
  a.forEach((value, i) => {
    both += value && b[i] ? 1 : 0;
    any += value || b[i] ? 1 : 0;
  });
  return any === 0 ? 1 : both / any;
}

/** What PIL gives for a PNG: the raw values (palette indices stay indices). */
export async function readPng(path: string): Promise<ReturnType<typeof decode>> {
  return decode(await readFile(path));
}

/** All files under a folder, as sorted relative paths with `/`. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
