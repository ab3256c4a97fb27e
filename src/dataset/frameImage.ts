import type { LabelFrame } from '../interpreter/labelFrame.ts';
import { imageFromTensor, type RgbImage } from './image.ts';

/**
 * The image that is labelled, from the generator's whole one: cropped, and averaged over scale × scale pixels before it
 * is rounded to bytes.
 * @param chw float32 [3, R, R], or [1, R, R] for a grey generator
 */
export function frameImage(chw: Float32Array, frame: LabelFrame): RgbImage {
  return imageFromTensor(frameTensor(chw, frame), frame.width, frame.height);
}

function frameTensor(chw: Float32Array, { resolution, crop, scale, width, height }: LabelFrame): Float32Array {
  if (width === resolution && height === resolution) return chw;
  const channels = chw.length / resolution ** 2;
  const part = new Float32Array(channels * width * height);
  const share = 1 / scale ** 2;
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let down = 0; down < scale; down++) {
          const row = (c * resolution + crop.y + y * scale + down) * resolution + crop.x + x * scale;
          for (let across = 0; across < scale; across++) sum += chw[row + across]!;
        }
        part[to++] = sum * share;
      }
    }
  }
  return part;
}
