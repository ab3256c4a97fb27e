/** A part of an image, in its pixels. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One byte per pixel, cut out; undefined when the part lies outside. Without a part, all of it. */
export function cropped(
  map: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  crop: Crop | undefined,
): Uint8Array | undefined {
  if (!crop) return map;
  // What was computed for the part alone is the part already.
  if (crop.width === width && crop.height === height) return map;
  if (crop.x + crop.width > width || crop.y + crop.height > height) return undefined;
  const part = new Uint8Array(crop.width * crop.height);
  for (let y = 0; y < crop.height; y++) {
    const from = (crop.y + y) * width + crop.x;
    part.set(map.subarray(from, from + crop.width), y * crop.width);
  }
  return part;
}
