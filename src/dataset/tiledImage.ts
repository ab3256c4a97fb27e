import type { RgbImage } from './image.ts';

/** Pixels between the images, and around them. */
const GAP = 4;

/** Images of one size side by side in rows of `columns`, on white. */
export function tiledImage(images: readonly RgbImage[], columns: number): RgbImage {
  const [first] = images;
  if (!first) throw new Error('There are no images to be shown.');
  const rows = Math.ceil(images.length / columns);
  const width = columns * (first.width + GAP) + GAP;
  const height = rows * (first.height + GAP) + GAP;
  const data = new Uint8Array(width * height * 3).fill(255);
  images.forEach((image, i) => {
    const left = GAP + (i % columns) * (first.width + GAP);
    const top = GAP + Math.floor(i / columns) * (first.height + GAP);
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  });
  return { width, height, data };
}
