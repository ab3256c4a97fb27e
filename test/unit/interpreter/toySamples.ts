import { float16Bits } from '../../../src/engine/tensor.ts';
import type { FeatureShape } from '../../../src/interpreter/ensemble.ts';
import type { FeatureMaps, PixelGrid } from '../../../src/interpreter/gather.ts';
import type { LabelledSample } from '../../../src/interpreter/pixelPool.ts';

export const TOY_GRID: PixelGrid = { width: 16, height: 16 };

export const TOY_SHAPES: readonly FeatureShape[] = [
  { name: 'S00', channels: 3, height: 8, width: 8 },
  { name: 'S01', channels: 2, height: 16, width: 16 },
];

/** 1, −1 and multiples of 1/8 between them as raw half-precision bits. */
export function half(value: number): number {
  const eighths = Math.round(Math.abs(value) * 8);
  if (eighths === 0) return 0;
  const exponent = Math.floor(Math.log2(eighths));
  return (value < 0 ? 0x8000 : 0) | ((exponent - 3 + 15) << 10) | (((eighths / 2 ** exponent - 1) * 1024) & 1023);
}

/** Maps whose values are wild but tell the quadrant: channel 0 of S01 is the column's side, channel 1 the row's. */
export function toyMaps(image: number): FeatureMaps {
  const noise = (i: number) => half(Math.round(8 * Math.sin(12.9898 * i + 78.233 * image)) / 8);
  const side = (i: number) => half(i % 16 < 8 ? -1 : 1);
  const row = (i: number) => half(Math.floor(i / 16) % 16 < 8 ? -1 : 1);
  const coarse = Uint16Array.from({ length: 3 * 64 }, (_, i) => noise(i));
  const fine = Uint16Array.from({ length: 2 * 256 }, (_, i) => (i < 256 ? side(i) : row(i)));
  return new Map([
    ['S00', float16Bits([1, 3, 8, 8], coarse)],
    ['S01', float16Bits([1, 2, 16, 16], fine)],
  ]);
}

/** Ids of the four quadrants; 255 in the first row. */
export const TOY_IDS = [0, 7, 30, 254];

export function toyLabels(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) =>
    i < 16 ? 255 : TOY_IDS[(i % 16 < 8 ? 0 : 1) + (Math.floor(i / 16) < 8 ? 0 : 2)]!,
  );
}

export function toySamples(count: number): readonly LabelledSample[] {
  return Array.from({ length: count }, (_, image) => ({
    name: `${image}.dgan`,
    labels: { ...TOY_GRID, data: toyLabels() },
    featureMaps: () => Promise.resolve(toyMaps(image)),
  }));
}
