import { interpolateMagma } from 'd3-scale-chromatic';
import { defaultColour, rgbOf, type LabelClass } from '../../src/dataset/classes.ts';
import { UNLABELLED } from '../../src/dataset/labelMap.ts';

/** 256 colours as the pixels of a canvas: bytes r, g, b, a, read as little-endian words (all that browsers run on). */
export type ColourTable = Uint32Array;

export function pixelOf(red: number, green: number, blue: number, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A colour per class id; what is hidden or not labelled is clear. Ids that no class has (any more) keep a colour of their own. */
export function classColourTable(classes: readonly LabelClass[], hidden: readonly number[]): ColourTable {
  const table = new Uint32Array(256);
  for (let id = 0; id < UNLABELLED; id++) table[id] = pixelOf(...rgbOf(defaultColour(id)));
  for (const { id, colour } of classes) table[id] = pixelOf(...rgbOf(colour));
  for (const id of hidden) table[id] = 0;
  table[UNLABELLED] = 0;
  return table;
}

/**
 * Magma: even steps to the eye, also without colour vision. What is certain only dims the image, so that one sees where the uncertain
 * places are.
 */
export function heatTable(): ColourTable {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const alpha = Math.round(255 * Math.min(1, 0.5 + i / 255));
    return pixelOf(...rgb(interpolateMagma(i / 255)), alpha);
  });
}

function rgb(colour: string): readonly [number, number, number] {
  if (colour.startsWith('#')) return rgbOf(colour);
  const [red, green, blue] = colour.match(/\d+/g)!.map(Number);
  return [red!, green!, blue!];
}
