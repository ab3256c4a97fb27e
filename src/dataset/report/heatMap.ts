import { interpolateMagma } from 'd3-scale-chromatic';
import { rgbOf } from '../classes.ts';
import type { PaletteImage } from '../png.ts';

/** 256 colours from certain (dark) to uncertain (light), ordered by lightness, so they read in grey and by the colour-blind too. */
const palette = Array.from({ length: 256 }, (_, i) => rgbOf(interpolateMagma(i / 255)));

/** Uncertainty in nats as colours; `top` and everything above it is the lightest. */
export function heatMap(uncertainty: Float32Array, width: number, height: number, top: number): PaletteImage {
  const data = Uint8Array.from(uncertainty, (value) =>
    top > 0 ? Math.round(255 * Math.min(1, Math.max(0, value / top))) : 0,
  );
  return { width, height, data, palette };
}

/** All colours in a row: the scale beside a heat map. */
export function heatScale(): PaletteImage {
  return { width: palette.length, height: 1, data: Uint8Array.from(palette.keys()), palette };
}
