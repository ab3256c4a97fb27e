import { UNLABELLED, type LabelMap } from '../labelMap.ts';
import { grown, type Rectangle } from './rectangle.ts';

/**
 * Marks the labelled pixels that have a 4-neighbour of another label, for drawing contours only. The edge of the image is no contour.
 * @param contours one byte per pixel, 1 = contour; changed in place
 * @param dirty where labels changed; the whole map when left out
 * @returns where contours may have changed
 */
export function updateContours(
  { width, height, data }: LabelMap,
  contours: Uint8Array,
  dirty: Rectangle = { x: 0, y: 0, width, height },
): Rectangle {
  const box = grown(dirty, 1, { width, height });
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      const i = y * width + x;
      const id = data[i]!;
      contours[i] =
        id !== UNLABELLED &&
        ((x > 0 && data[i - 1] !== id) ||
          (x < width - 1 && data[i + 1] !== id) ||
          (y > 0 && data[i - width] !== id) ||
          (y < height - 1 && data[i + width] !== id))
          ? 1
          : 0;
    }
  }
  return box;
}
