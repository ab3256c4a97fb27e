import type { RgbImage } from '../image.ts';
import type { LabelMap } from '../labelMap.ts';

/** The smallest whole factor by which both sides come down to `most` pixels. */
export function shrinkFactor(
  { width, height }: { readonly width: number; readonly height: number },
  most: number,
): number {
  return Math.max(1, Math.ceil(Math.max(width, height) / most));
}

// What does not fill a whole block at the right and lower edge is left out: at most `factor` − 1 of many pixels.

/** Each pixel the mean of a block of `factor`² pixels. */
export function shrinkImage({ width, height, data }: RgbImage, factor: number): RgbImage {
  return {
    ...shrunkSize(width, height, factor),
    data: Uint8Array.from(blockMeans(data, width, height, 3, factor), Math.round),
  };
}

/** As {@link shrinkImage}, for one value a pixel. */
export function shrinkValues(values: Float32Array, width: number, height: number, factor: number): Float32Array {
  return Float32Array.from(blockMeans(values, width, height, 1, factor));
}

/** Each pixel the middle one of its block: a mean of class ids would be another class. */
export function shrinkLabels({ width, height, data }: LabelMap, factor: number): LabelMap {
  const size = shrunkSize(width, height, factor);
  const middle = factor >> 1;
  return {
    ...size,
    data: Uint8Array.from({ length: size.width * size.height }, (_, i) => {
      const y = Math.floor(i / size.width) * factor + middle;
      return data[y * width + (i % size.width) * factor + middle]!;
    }),
  };
}

function shrunkSize(width: number, height: number, factor: number): { width: number; height: number } {
  return { width: Math.floor(width / factor), height: Math.floor(height / factor) };
}

function blockMeans(
  data: Uint8Array | Float32Array,
  width: number,
  height: number,
  channels: number,
  factor: number,
): Float64Array {
  const to = shrunkSize(width, height, factor);
  const means = new Float64Array(to.width * to.height * channels);
  for (let y = 0; y < to.height * factor; y++)
    for (let x = 0; x < to.width * factor; x++)
      for (let c = 0; c < channels; c++)
        means[(Math.floor(y / factor) * to.width + Math.floor(x / factor)) * channels + c]! +=
          data[(y * width + x) * channels + c]! / factor ** 2;
  return means;
}
