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

/** pycocotools' rasterizer of polygons (maskApi.c, rleFrPoly): boundary at five-fold resolution, then column runs. */
export function fillLikePycocotools(xy: readonly number[], width: number, height: number): Mask {
  const scale = 5;
  const k = xy.length / 2;
  const px = Array.from({ length: k + 1 }, (_, j) => Math.trunc(scale * xy[(j % k) * 2]! + 0.5));
  const py = Array.from({ length: k + 1 }, (_, j) => Math.trunc(scale * xy[(j % k) * 2 + 1]! + 0.5));
  const u: number[] = [];
  const v: number[] = [];
  for (let j = 0; j < k; j++) {
    let [xs, xe, ys, ye] = [px[j]!, px[j + 1]!, py[j]!, py[j + 1]!];
    const dx = Math.abs(xe - xs);
    const dy = Math.abs(ys - ye);
    const flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
    if (flip) [xs, xe, ys, ye] = [xe, xs, ye, ys];
    const slope = dx >= dy ? (ye - ys) / dx : (xe - xs) / dy;
    const steps = Math.max(dx, dy);
    for (let d = 0; d <= steps; d++) {
      const t = flip ? steps - d : d;
      u.push(dx >= dy ? t + xs : Math.trunc(xs + slope * t + 0.5));
      v.push(dx >= dy ? Math.trunc(ys + slope * t + 0.5) : t + ys);
    }
  }
  const ends: number[] = [];
  for (let j = 1; j < u.length; j++) {
    if (u[j] === u[j - 1]) continue;
    const xd = (Math.min(u[j]!, u[j]! < u[j - 1]! ? u[j]! : u[j]! - 1) + 0.5) / scale - 0.5;
    if (Math.floor(xd) !== xd || xd < 0 || xd > width - 1) continue;
    const yd = (Math.min(v[j]!, v[j - 1]!) + 0.5) / scale - 0.5;
    ends.push(xd * height + Math.ceil(Math.min(Math.max(yd, 0), height)));
  }
  ends.sort((a, b) => a - b);
  const data = new Uint8Array(width * height);
  for (let i = 0, at = 0, inside = false; i <= ends.length; i++) {
    const end = ends[i] ?? width * height;
    if (!Number.isFinite(end)) throw new Error('a point stands twice in the polygon: pycocotools divides by zero');
    for (; at < end; at++) if (inside) data[(at % height) * width + Math.floor(at / height)] = 1;
    inside = !inside;
  }
  return { width, height, data };
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
