import type { RgbImage } from '../../src/dataset/image.ts';
import type { Size } from './viewport.ts';

/** Loads a picture whose pixels may be read: the webview's resources come from another origin, which allows that when asked. */
export async function loadImage(uri: string): Promise<ImageBitmap> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = uri;
  await image.decode();
  // Decoded for good: of an image element a canvas decodes again when it is drawn.
  return createImageBitmap(image);
}

export function rgbOfImage(image: ImageBitmap, { width, height }: Size): RgbImage {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    rgb[3 * i] = data[4 * i]!;
    rgb[3 * i + 1] = data[4 * i + 1]!;
    rgb[3 * i + 2] = data[4 * i + 2]!;
  }
  return { width, height, data: rgb };
}
