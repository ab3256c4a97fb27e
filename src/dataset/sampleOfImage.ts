import { isDeepStrictEqual } from 'node:util';
import type { LabelClass } from './classes.ts';
import type { DataSetSettings } from './dataSetSettings.ts';
import type { RgbImage } from './image.ts';
import { unlabelledMap } from './labelMap.ts';
import { SAMPLE_VERSION, type Origin, type Sample } from './sample.ts';
import type { GeneratedOrigin } from './synthesisInput.ts';

/** What image `id` of a data set is made from: latent `id` of the data set's seed (see labelBatch.ts). */
export function originOfImage(settings: DataSetSettings, id: number): GeneratedOrigin {
  const { generator, seed, truncation, noise } = settings;
  return { kind: 'generated', generator, latent: { space: 'z', seed, index: id }, truncation, noise };
}

/**
 * A sample of a generated image to be annotated. Nothing is labelled: the prediction layer offers the labels, and a person
 * accepts what is right.
 * @param classes the project's
 */
export function sampleOfImage(
  settings: DataSetSettings,
  id: number,
  image: RgbImage,
  classes: readonly LabelClass[],
): Sample {
  return {
    manifest: {
      format: 'datasetgan-sample',
      version: SAMPLE_VERSION,
      origin: originOfImage(settings, id),
      ...(settings.crop === undefined ? {} : { crop: { ...settings.crop } }),
      status: 'open',
      classes: classes.map((labelClass) => ({ ...labelClass })),
    },
    image,
    labels: unlabelledMap(image.width, image.height),
  };
}

/** `seed1-000042`, and from the second of that name on `seed1-000042-2`: other settings give other images of one seed. */
export function sampleNameOfImage({ seed }: Pick<DataSetSettings, 'seed'>, id: number, attempt = 1): string {
  return `seed${seed}-${String(id).padStart(6, '0')}${attempt === 1 ? '' : `-${attempt}`}`;
}

/** Whether two samples show the same image of the same generator. Its name may differ; its hash may not. */
export function isSameImage(a: Origin, b: Origin): boolean {
  if (a.kind !== 'generated' || b.kind !== 'generated') return false;
  return (
    a.generator.sha256 === b.generator.sha256 &&
    isDeepStrictEqual(a.latent, b.latent) &&
    isDeepStrictEqual(a.truncation, b.truncation) &&
    isDeepStrictEqual(a.noise, b.noise)
  );
}

/** The images of a data set that have a sample already. */
export function annotatedImages(settings: DataSetSettings, origins: Iterable<Origin>): number[] {
  const ids = new Set<number>();
  for (const origin of origins) {
    if (origin.kind !== 'generated' || !('index' in origin.latent)) continue;
    const { index } = origin.latent;
    if (index < settings.count && isSameImage(origin, originOfImage(settings, index))) ids.add(index);
  }
  return [...ids].sort((a, b) => a - b);
}
