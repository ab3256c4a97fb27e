import type { RgbImage } from '../image.ts';

/** An image small enough that noise and JPEG do not show: side × side pixels, red, green and blue. */
export type Thumbnail = Float32Array;

const SIDE = 32;

/** The mean colour of each of 32×32 equal parts of the image, whatever its shape. */
export function thumbnail({ width, height, data }: RgbImage): Thumbnail {
  const [across, down] = [overlaps(width), overlaps(height)];
  const small = new Float32Array(SIDE * SIDE * 3);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++)
      for (const { at: y, share: yShare } of down[row]!)
        for (const { at: x, share: xShare } of across[column]!)
          for (let c = 0; c < 3; c++)
            small[(row * SIDE + column) * 3 + c]! += yShare * xShare * data[(y * width + x) * 3 + c]!;
  return small;
}

/** Which pixels lie in each of the equal parts of a side, and how much of the part they are. */
function overlaps(length: number): { readonly at: number; readonly share: number }[][] {
  const part = length / SIDE;
  return Array.from({ length: SIDE }, (_, i) => {
    const [start, end] = [i * part, (i + 1) * part];
    const parts = [];
    for (let at = Math.floor(start); at < Math.min(length, Math.ceil(end)); at++) {
      const share = (Math.min(end, at + 1) - Math.max(start, at)) / part;
      if (share > 0) parts.push({ at, share });
    }
    return parts;
  });
}

/**
 * How much two images agree in what sets them apart from the mean image: their correlation, 1 for the same image, about 0 for two
 * images that have nothing in common but their generator. (The plain correlation of two faces is high: both are faces.)
 */
export function likeness(a: Thumbnail, b: Thumbnail, mean: Thumbnail): number {
  const [p, q] = [centred(a, mean), centred(b, mean)];
  const size = Math.sqrt(dot(p, p) * dot(q, q));
  // Nothing sets them apart: both are the mean image.
  return size < 1e-6 ? (dot(p, p) === dot(q, q) ? 1 : 0) : dot(p, q) / size;
}

/** Mean absolute difference, in grey levels of 0 … 255. */
export function difference(a: Thumbnail, b: Thumbnail): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

function centred(image: Thumbnail, mean: Thumbnail): Float32Array {
  return image.map((value, i) => value - mean[i]!);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
