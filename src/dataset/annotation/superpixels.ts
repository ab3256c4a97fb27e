import type { RgbImage } from '../image.ts';
import { cielab } from './cielab.ts';

/** An image cut into small connected pieces of similar colour that follow its edges. */
export interface Superpixels {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** Which superpixel each pixel belongs to, 0 … count − 1; each is 4-connected. */
  readonly owner: Int32Array;
  /** Runs of superpixel s: `runs[2·k]` … `runs[2·k + 1] − 1` are row-major pixels of one row, for k from `firstRun[s]` to `firstRun[s + 1] − 1`. */
  readonly firstRun: Uint32Array;
  readonly runs: Uint32Array;
}

export interface SuperpixelOptions {
  /** About so many pixels across. */
  readonly size: number;
  /** How much nearness counts against colour (the paper's m): larger makes them more square. */
  readonly compactness?: number;
  readonly iterations?: number;
}

/**
 * SLIC (Achanta, Shaji, Smith, Lucchi, Fua, Süsstrunk, "SLIC Superpixels Compared to State-of-the-Art Superpixel Methods", TPAMI 2012,
 * algorithm 1): k-means over (L, a, b, x, y) in which each centre looks only at the 2S × 2S pixels around it, D² = d_lab² + (m/S)²·d_xy²
 * (equation 3). Then pieces that hang apart become superpixels of their own or, when they are smaller than a quarter of S², join a neighbour.
 */
export function superpixels(
  image: RgbImage,
  { size, compactness = 10, iterations = 5 }: SuperpixelOptions,
): Superpixels {
  if (!(size >= 2)) throw new Error(`Superpixels of ${size} pixels across cannot be made.`);
  const { width, height } = image;
  const nearest = nearestCentres(cielab(image), width, height, Math.round(size), compactness, iterations);
  const { owner, count } = connected(nearest, width, height, (size * size) / 4);
  return { width, height, count, owner, ...runsOf(owner, count, width) };
}

/** The k-means part: the index of its centre for each pixel. */
function nearestCentres(
  lab: Float32Array,
  width: number,
  height: number,
  size: number,
  compactness: number,
  iterations: number,
): Int32Array {
  const columns = Math.max(1, Math.round(width / size));
  const rows = Math.max(1, Math.round(height / size));
  const count = columns * rows;
  // L, a, b, x, y of each centre.
  const centres = new Float64Array(5 * count);
  for (let k = 0; k < count; k++) {
    const x = Math.floor((((k % columns) + 0.5) * width) / columns);
    const y = Math.floor(((Math.floor(k / columns) + 0.5) * height) / rows);
    const at = flattest(lab, width, height, x, y);
    centres.set([lab[3 * at]!, lab[3 * at + 1]!, lab[3 * at + 2]!, at % width, Math.floor(at / width)], 5 * k);
  }
  const owner = new Int32Array(width * height);
  // Every pixel begins at the centre of its cell, so none is ever without one.
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.floor((y * rows) / height)) * columns;
    for (let x = 0; x < width; x++)
      owner[y * width + x] = row + Math.min(columns - 1, Math.floor((x * columns) / width));
  }
  const distances = new Float32Array(width * height);
  const sums = new Float64Array(6 * count);
  const weight = (compactness / size) ** 2;
  const reach = Math.ceil(Math.max(width / columns, height / rows));
  for (let iteration = 0; iteration < iterations; iteration++) {
    distances.fill(Infinity);
    for (let k = 0; k < count; k++) {
      const l = centres[5 * k]!;
      const a = centres[5 * k + 1]!;
      const b = centres[5 * k + 2]!;
      const cx = centres[5 * k + 3]!;
      const cy = centres[5 * k + 4]!;
      const left = Math.max(0, Math.round(cx) - reach);
      const right = Math.min(width - 1, Math.round(cx) + reach);
      const bottom = Math.min(height - 1, Math.round(cy) + reach);
      for (let y = Math.max(0, Math.round(cy) - reach); y <= bottom; y++) {
        const fromRow = weight * (y - cy) * (y - cy);
        let i = y * width + left;
        let at = 3 * i;
        for (let x = left; x <= right; x++, i++, at += 3) {
          const dx = x - cx;
          const dl = lab[at]! - l;
          const da = lab[at + 1]! - a;
          const db = lab[at + 2]! - b;
          const distance = dl * dl + da * da + db * db + weight * dx * dx + fromRow;
          if (distance < distances[i]!) {
            distances[i] = distance;
            owner[i] = k;
          }
        }
      }
    }
    if (iteration === iterations - 1) break;
    sums.fill(0);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const s = 6 * owner[i]!;
        sums[s]! += lab[3 * i]!;
        sums[s + 1]! += lab[3 * i + 1]!;
        sums[s + 2]! += lab[3 * i + 2]!;
        sums[s + 3]! += x;
        sums[s + 4]! += y;
        sums[s + 5]!++;
      }
    }
    for (let k = 0; k < count; k++) {
      const pixels = sums[6 * k + 5]!;
      if (pixels > 0) for (let d = 0; d < 5; d++) centres[5 * k + d] = sums[6 * k + d]! / pixels;
    }
  }
  return owner;
}

/** The pixel of the 3 × 3 around (x, y) with the smallest gradient: a centre should not begin on an edge (section 3.1 of the paper). */
function flattest(lab: Float32Array, width: number, height: number, x: number, y: number): number {
  let best = y * width + x;
  let least = Infinity;
  for (let ny = Math.max(1, y - 1); ny <= Math.min(height - 2, y + 1); ny++) {
    for (let nx = Math.max(1, x - 1); nx <= Math.min(width - 2, x + 1); nx++) {
      const i = ny * width + nx;
      let gradient = 0;
      for (let c = 0; c < 3; c++)
        gradient +=
          (lab[3 * (i + 1) + c]! - lab[3 * (i - 1) + c]!) ** 2 +
          (lab[3 * (i + width) + c]! - lab[3 * (i - width) + c]!) ** 2;
      if (gradient < least) [least, best] = [gradient, i];
    }
  }
  return best;
}

/**
 * Makes each centre's largest 4-connected piece, and every other piece of at least `smallest` pixels, a superpixel; the rest joins the
 * superpixel above or to the left of its first pixel, and so stays connected with it. (The paper drops every small piece; where an image is
 * all noise these are most, and one superpixel would swallow the others.)
 */
function connected(
  nearest: Int32Array,
  width: number,
  height: number,
  smallest: number,
): { readonly owner: Int32Array; readonly count: number } {
  const pieceOf = new Int32Array(nearest.length).fill(-1);
  const queue = new Int32Array(nearest.length);
  const starts: number[] = [];
  const sizes: number[] = [];
  const largest = new Map<number, number>(); // centre → piece
  for (let start = 0; start < nearest.length; start++) {
    if (pieceOf[start]! >= 0) continue;
    const centre = nearest[start]!;
    const piece = starts.length;
    queue[0] = start;
    pieceOf[start] = piece;
    let size = 1;
    const visit = (i: number): void => {
      if (pieceOf[i]! >= 0 || nearest[i] !== centre) return;
      pieceOf[i] = piece;
      queue[size++] = i;
    };
    for (let done = 0; done < size; done++) {
      const i = queue[done]!;
      const x = i % width;
      if (x > 0) visit(i - 1);
      if (x < width - 1) visit(i + 1);
      if (i >= width) visit(i - width);
      if (i < width * (height - 1)) visit(i + width);
    }
    starts.push(start);
    sizes.push(size);
    const best = largest.get(centre);
    if (best === undefined || size > sizes[best]!) largest.set(centre, piece);
  }
  // Pieces are numbered in reading order, so the one above or to the left of a first pixel has been decided before.
  const superpixelOf = new Int32Array(starts.length);
  let count = 0;
  for (const [piece, start] of starts.entries()) {
    const neighbour = start % width > 0 ? start - 1 : start - width;
    const stands = sizes[piece]! >= smallest || largest.get(nearest[start]!) === piece || neighbour < 0;
    superpixelOf[piece] = stands ? count++ : superpixelOf[pieceOf[neighbour]!]!;
  }
  return { owner: pieceOf.map((piece) => superpixelOf[piece]!), count };
}

function runsOf(
  owner: Int32Array,
  count: number,
  width: number,
): { readonly firstRun: Uint32Array; readonly runs: Uint32Array } {
  const firstRun = new Uint32Array(count + 1);
  const begins = (i: number): boolean => i % width === 0 || owner[i] !== owner[i - 1];
  for (let i = 0; i < owner.length; i++) if (begins(i)) firstRun[owner[i]! + 1]!++;
  for (let s = 0; s < count; s++) firstRun[s + 1]! += firstRun[s]!;
  const runs = new Uint32Array(2 * firstRun[count]!);
  const next = firstRun.slice();
  for (let i = 0; i < owner.length;) {
    let end = i + 1;
    while (end < owner.length && !begins(end)) end++;
    const k = next[owner[i]!]!++;
    runs[2 * k] = i;
    runs[2 * k + 1] = end;
    i = end;
  }
  return { firstRun, runs };
}
