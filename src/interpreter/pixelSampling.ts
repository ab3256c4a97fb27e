import type { PixelGrid } from './gather.ts';
import { randomOrder, type RandomAddress } from './randomStreams.ts';

/** The id of a pixel that nobody has labelled (the `.dgan` format's). It is skipped, it is not background. */
export const UNLABELLED_ID = 255;

/** A class id per pixel, row-major; 255 = not labelled. */
export interface LabelGrid extends PixelGrid {
  readonly data: Uint8Array;
}

/**
 * Chooses the pixels of one image to train on: one of every labelled region (a connected patch of one class; section 3.2
 * of the paper), then a share dealt out evenly to the classes so that small parts are seen, then at random. All labelled
 * pixels when there are no more than `count`. When there are more regions than `count`, the largest ones win.
 * @param evenShare share of `count` that is dealt out evenly to the classes
 * @returns pixels (row · width + column) in ascending order, each once
 */
export function samplePixels(
  labels: LabelGrid,
  count: number,
  evenShare: number,
  address: Omit<RandomAddress, 'purpose'>,
): Uint32Array {
  const order = randomOrder({ ...address, purpose: 'pixels' }, labels.data.length).filter(
    (pixel) => labels.data[pixel] !== UNLABELLED_ID,
  );
  if (order.length <= count) return order.sort();

  const chosen = new Set<number>();
  const { regionOf, sizes } = labelledRegions(labels);
  const bySize = Array.from(sizes.keys()).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const wanted = new Set(bySize.slice(0, count));
  for (const pixel of order) if (wanted.delete(regionOf[pixel]!)) chosen.add(pixel);

  const classes = new Set(labels.data);
  classes.delete(UNLABELLED_ID);
  const quota = Math.floor((count * evenShare) / classes.size);
  const left = new Map(Array.from(classes, (id) => [id, quota]));
  for (const pixel of order) {
    if (chosen.size === count) break;
    const id = labels.data[pixel]!;
    const open = left.get(id)!;
    if (open > 0 && !chosen.has(pixel)) {
      left.set(id, open - 1);
      chosen.add(pixel);
    }
  }
  for (const pixel of order) {
    if (chosen.size === count) break;
    chosen.add(pixel);
  }
  return Uint32Array.from(chosen).sort();
}

/** Connected patches (4-neighbourhood) of one class among the labelled pixels, numbered in reading order. */
export function labelledRegions({ width, height, data }: LabelGrid): {
  /** Number of the region of each pixel; −1 where nothing is labelled. */
  readonly regionOf: Int32Array;
  /** Pixels of each region. */
  readonly sizes: readonly number[];
} {
  const regionOf = new Int32Array(data.length).fill(-1);
  const sizes: number[] = [];
  const stack: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (regionOf[start] !== -1 || data[start] === UNLABELLED_ID) continue;
    const region = sizes.length;
    let size = 0;
    const visit = (pixel: number) => {
      if (regionOf[pixel] !== -1 || data[pixel] !== data[start]) return;
      regionOf[pixel] = region;
      size++;
      stack.push(pixel);
    };
    visit(start);
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      const column = pixel % width;
      if (column > 0) visit(pixel - 1);
      if (column < width - 1) visit(pixel + 1);
      if (pixel >= width) visit(pixel - width);
      if (pixel < width * (height - 1)) visit(pixel + width);
    }
    sizes.push(size);
  }
  return { regionOf, sizes };
}
