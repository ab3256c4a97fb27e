import { encode } from 'fast-png';
import { rgbOf, type LabelClass } from '../../dataset/classes.ts';
import type { RgbImage } from '../../dataset/image.ts';
import type { LabelMap } from '../../dataset/labelMap.ts';
import { heatMap } from '../../dataset/report/heatMap.ts';

// Small pictures of large images, for icons and hovers.

/** One number a pixel, row-major. */
export interface Values {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** How opaque labels lie over the image. */
const LABEL_OPACITY = 0.55;

/** An image with its labels over it; where nothing is labelled, or no class is known, the image alone. */
export function withLabels(image: RgbImage, labels: LabelMap, classes: readonly LabelClass[]): RgbImage {
  const colours = coloursById(classes);
  const data = Uint8Array.from(image.data);
  for (let i = 0; i < labels.data.length; i++) {
    const colour = colours[labels.data[i]!];
    if (colour)
      for (let c = 0; c < 3; c++)
        data[3 * i + c] = Math.round((1 - LABEL_OPACITY) * image.data[3 * i + c]! + LABEL_OPACITY * colour[c]!);
  }
  return { width: image.width, height: image.height, data };
}

/** Labels in the colours of their classes; what is not labelled is a fine chequer of greys, as nothing else is. */
export function labelColours(labels: LabelMap, classes: readonly LabelClass[]): RgbImage {
  const { width, height } = labels;
  const colours = coloursById(classes);
  const square = Math.max(1, Math.round(width / 32));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < labels.data.length; i++) {
    const isDark = (Math.floor((i % width) / square) + Math.floor(i / width / square)) % 2 === 0;
    const grey = isDark ? 96 : 160;
    data.set(colours[labels.data[i]!] ?? [grey, grey, grey], 3 * i);
  }
  return { width, height, data };
}

function coloursById(classes: readonly LabelClass[]): (readonly [number, number, number] | undefined)[] {
  const colours: (readonly [number, number, number] | undefined)[] = [];
  for (const { id, colour } of classes) colours[id] = rgbOf(colour);
  return colours;
}

/** Uncertainty in the colours of the report's heat maps. @param top what has the lightest colour */
export function heatColours({ width, height, data }: Values, top: number): RgbImage {
  const map = heatMap(data, width, height, top);
  const rgb = new Uint8Array(3 * map.data.length);
  for (let i = 0; i < map.data.length; i++) rgb.set(map.palette[map.data[i]!]!, 3 * i);
  return { width, height, data: rgb };
}

/** The largest size with the sides' ratio within a square of `most` pixels; small images grow by whole factors only. */
export function fittingSize(
  { width, height }: { readonly width: number; readonly height: number },
  most: number,
): { readonly width: number; readonly height: number } {
  const longest = Math.max(width, height);
  const factor = longest <= most ? Math.floor(most / longest) : most / longest;
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Each new pixel the mean of those that it covers, or the one that covers it. */
export function resizedImage(image: RgbImage, width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from(resized(image, 3, width, height), Math.round) };
}

/** As {@link resizedImage}, for one value a pixel. */
export function resizedValues(values: Values, width: number, height: number): Values {
  return { width, height, data: Float32Array.from(resized(values, 1, width, height)) };
}

function resized(
  from: { readonly width: number; readonly height: number; readonly data: Uint8Array | Float32Array },
  channels: number,
  width: number,
  height: number,
): Float64Array {
  const result = new Float64Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = covered(y, height, from.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = covered(x, width, from.width);
      const share = 1 / ((bottom - top) * (right - left));
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let v = top; v < bottom; v++)
          for (let u = left; u < right; u++) sum += from.data[(v * from.width + u) * channels + c]!;
        result[(y * width + x) * channels + c] = sum * share;
      }
    }
  }
  return result;
}

function covered(at: number, to: number, from: number): [start: number, end: number] {
  const start = Math.min(from - 1, Math.floor((at * from) / to));
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / to))];
}

/** Pictures beside one another with transparent gaps, as PNG. */
export function rowPng(pictures: readonly RgbImage[], gap = 4): Uint8Array {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const data = new Uint8Array(width * height * 4);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++)
      for (let x = 0; x < picture.width; x++) {
        const to = 4 * (y * width + left + x);
        const from = 3 * (y * picture.width + x);
        for (let c = 0; c < 3; c++) data[to + c] = picture.data[from + c]!;
        data[to + 3] = 255;
      }
    left += picture.width + gap;
  }
  return encode({ width, height, data, channels: 4, depth: 8 });
}
