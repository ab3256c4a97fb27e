import { interpolateMagma } from 'd3-scale-chromatic';
import { rgbOf, type LabelClass } from '../../src/dataset/classes.ts';

/** A colour for each of the 256 values of a grey picture: red, green, blue, alpha in the order of a canvas' bytes. */
export type ColourTable = Uint8ClampedArray;

/** Ids that no class has, 255 (not labelled) among them, stay clear. `only`: the other classes are faint. */
export function labelColours(classes: readonly LabelClass[], only?: number): ColourTable {
  const table = new Uint8ClampedArray(4 * 256);
  for (const { id, colour } of classes)
    table.set([...rgbOf(colour), only === undefined || only === id ? 255 : 28], 4 * id);
  return table;
}

/** 256 colours from certain (dark) to uncertain (light), the report's. `top`: the grey value that is the lightest already. */
export function heatColours(top: number): ColourTable {
  const table = new Uint8ClampedArray(4 * 256);
  for (let value = 0; value < 256; value++)
    table.set([...rgbOf(interpolateMagma(Math.min(1, value / top))), 255], 4 * value);
  return table;
}

/**
 * The grey value (0 … 255) that heat maps show as the lightest, one for all images so that they can be compared. Per-pixel values
 * are not known before the pictures are read, but half as much again as the most uncertain tenth of an uncertain image leaves the
 * calm ones readable.
 * @param scores of the images, nats
 */
export function heatTop(
  scores: Float32Array,
  score: 'sum' | 'top10mean',
  { width, height, largestUncertainty }: { width: number; height: number; largestUncertainty: number },
): number {
  if (scores.length === 0 || largestUncertainty <= 0) return 255;
  const sorted = Float32Array.from(scores).sort();
  const high = sorted[Math.floor(0.95 * (sorted.length - 1))]!;
  // Most of an image is certain: about two thirds of the sum lie in a tenth of the pixels.
  const topTenth = score === 'sum' ? (6 * high) / (width * height) : high;
  return Math.max(2, Math.min(255, (1.5 * topTenth * 255) / largestUncertainty));
}
