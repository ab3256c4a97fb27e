import type { Point, Size } from '../viewport.ts';

/** The whole pixel under a point, or undefined outside of the image. */
export function pixelAt({ x, y }: Point, { width, height }: Size): Point | undefined {
  const pixel = { x: Math.floor(x), y: Math.floor(y) };
  return pixel.x >= 0 && pixel.y >= 0 && pixel.x < width && pixel.y < height ? pixel : undefined;
}
