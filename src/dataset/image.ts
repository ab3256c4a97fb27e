/** An RGB image: 8 bits a channel, interleaved, row-major; `data.length` is `width · height · 3`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Generator output to image bytes: clip(round(127.5·x + 127.5)) (design: dataset/).
 * @param chw float32 [3, height, width], or [1, height, width] for a grey generator, nominally in [−1, 1].
 */
export function imageFromTensor(chw: Float32Array, width: number, height: number): RgbImage {
  const pixels = width * height;
  const channels = chw.length / pixels;
  if (channels !== 1 && channels !== 3) throw new Error(`An image has 1 or 3 channels, not ${channels}.`);
  const data = new Uint8Array(pixels * 3);
  for (let c = 0; c < 3; c++) {
    const from = channels === 1 ? 0 : c * pixels;
    // Math.round rounds halves up, numpy's rint rounds them to even; at 127.5·x + 127.5 the two differ only where x is an odd multiple of 1/255.
    for (let i = 0; i < pixels; i++)
      data[i * 3 + c] = Math.min(255, Math.max(0, Math.round(127.5 * chw[from + i]! + 127.5)));
  }
  return { width, height, data };
}
