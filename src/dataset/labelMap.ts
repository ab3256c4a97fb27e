/** The id of a pixel that nobody has labelled. It is not background: training and metrics skip it. */
export const UNLABELLED = 255;

/** A class id per pixel, row-major, 8 bits each; 255 = not labelled. Pure data: used by host, webview and tests. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** `width · height` class ids. */
  readonly data: Uint8Array;
}

/** A map in which no pixel is labelled yet. */
export function unlabelledMap(width: number, height: number): LabelMap {
  return { width, height, data: new Uint8Array(width * height).fill(UNLABELLED) };
}

/** How many pixels bear each id; index = id, 256 entries, the last one counts what is not labelled. */
export function pixelsPerId(map: LabelMap): Uint32Array {
  const counts = new Uint32Array(256);
  for (const label of map.data) counts[label]!++;
  return counts;
}
