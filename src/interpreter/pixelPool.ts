import { UserError } from '../base/userError.ts';
import { featureChannels, type FeatureShape } from './ensemble.ts';
import { VectorGatherer, type FeatureMaps } from './gather.ts';
import type { FramePlace } from './labelFrame.ts';
import { samplePixels, UNLABELLED_ID, type LabelGrid } from './pixelSampling.ts';

/** An annotated image. Its maps are asked for one image at a time, and not kept. */
export interface LabelledSample {
  /** What messages call it, for example its file. */
  readonly name: string;
  readonly labels: LabelGrid;
  /** Where the labels lie on the generator's whole image; they are of the whole image unless told. */
  readonly place?: FramePlace | undefined;
  readonly featureMaps: () => Promise<FeatureMaps>;
}

/** Everything that is trained on: the sampled pixels of all images. 16 × 4,096 vectors of 5,056 channels are 660 MB. */
export interface PixelPool {
  /** Half precision, [pixels, channels]. */
  readonly vectors: Uint16Array;
  readonly channels: number;
  /** Index of each pixel's class in `classes`. */
  readonly labels: Uint8Array;
  /** Number of each pixel's image. */
  readonly images: Uint16Array;
  readonly imageCount: number;
  /** How many pixels of each class people painted, sampled or not; index as in `classes`. */
  readonly labelledPixels: Float64Array;
  readonly classes: readonly number[];
}

export interface PoolOptions {
  readonly samples: readonly LabelledSample[];
  readonly featureShapes: readonly FeatureShape[];
  /** Permanent class ids. */
  readonly classes: readonly number[];
  readonly pixelsPerImage: number;
  readonly evenShare: number;
  readonly seed: number;
  /** Threads within one operation; all cores unless told. */
  readonly threads?: number | undefined;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Samples the labelled pixels and gathers their feature vectors.
 * @throws UserError when nothing is labelled, or a label is none of `classes`.
 */
export async function gatherPool(options: PoolOptions): Promise<PixelPool> {
  const { samples, featureShapes, classes, pixelsPerImage, evenShare, seed, threads, onProgress, signal } = options;
  const indexOf = new Map(classes.map((id, index) => [id, index]));
  for (const { name, labels } of samples) {
    const unknown = labels.data.find((id) => id !== UNLABELLED_ID && !indexOf.has(id));
    if (unknown !== undefined)
      throw new UserError(`${name} has pixels of class ${unknown}, which the project does not have.`);
  }
  const pixels = samples.map(({ labels }, member) => samplePixels(labels, pixelsPerImage, evenShare, { seed, member }));
  const total = pixels.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) {
    throw new UserError('No sample has a labelled pixel: paint at least one sample, then train.');
  }
  const channels = featureChannels({ featureShapes });
  const pool = {
    vectors: new Uint16Array(total * channels),
    channels,
    labels: new Uint8Array(total),
    images: new Uint16Array(total),
    imageCount: samples.length,
    labelledPixels: countLabelled(samples, indexOf),
    classes,
  };
  const gatherer = await VectorGatherer.create(featureShapes, Math.min(4096, pixelsPerImage), threads);
  try {
    let at = 0;
    for (const [image, { labels, place, featureMaps }] of samples.entries()) {
      signal?.throwIfAborted();
      const chosen = pixels[image]!;
      if (chosen.length > 0) {
        const { data } = await gatherer.gather(await featureMaps(), chosen, { ...labels, place });
        pool.vectors.set(data, at * channels);
        chosen.forEach((pixel, i) => (pool.labels[at + i] = indexOf.get(labels.data[pixel]!)!));
        pool.images.fill(image, at, at + chosen.length);
        at += chosen.length;
      }
      onProgress?.(image + 1, samples.length);
    }
  } finally {
    await gatherer.release();
  }
  return pool;
}

function countLabelled(samples: readonly LabelledSample[], indexOf: ReadonlyMap<number, number>): Float64Array {
  const counts = new Float64Array(indexOf.size);
  for (const { labels } of samples) {
    for (const id of labels.data) if (id !== UNLABELLED_ID) counts[indexOf.get(id)!]!++;
  }
  return counts;
}

/** The ids of classes that no sampled pixel has: they will never be predicted. */
export function missingClasses(pool: PixelPool): readonly number[] {
  const seen = new Set(pool.labels);
  return pool.classes.filter((_, index) => !seen.has(index));
}
