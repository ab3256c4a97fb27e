import * as z from 'zod';
import { UserError } from '../base/userError.ts';
import { classListSchema } from './classSchema.ts';
import type { RgbImage } from './image.ts';
import type { LabelClass } from './classes.ts';
import { UNLABELLED, pixelsPerId, type LabelMap } from './labelMap.ts';
import { cropSchema, generatorReferenceSchema, latentSchema, noiseSchema, truncationSchema } from './provenance.ts';

/** The version of the `.dgan` format that is written here. */
export const SAMPLE_VERSION = 1;

/** Where the image comes from. Only a generated one has a latent, and it always has all that makes it again. */
export const originSchema = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('generated'),
    generator: generatorReferenceSchema,
    latent: latentSchema,
    truncation: truncationSchema,
    noise: noiseSchema,
  }),
  z.looseObject({ kind: z.literal('photo'), file: z.string().optional() }),
]);
export type Origin = z.infer<typeof originSchema>;

/** `manifest.json` of a `.dgan` file. Unknown keys are kept. */
export const sampleManifestSchema = z.looseObject({
  format: z.literal('datasetgan-sample'),
  version: z.literal(SAMPLE_VERSION),
  origin: originSchema,
  /**
   * The part of the generator's image, or of the photo, that is the sample's image; in its pixels. A generated image may be
   * smaller than its crop by a whole factor: then a pixel is the mean of that many squared. Absent: the whole image.
   */
  crop: cropSchema.optional(),
  /** Discarded samples stay on disk and are not trained on. */
  status: z.enum(['open', 'reviewed', 'discarded']),
  /** A copy of the project's classes, so that the file can be opened alone; the project's list wins. */
  classes: classListSchema,
});
export type SampleManifest = z.infer<typeof sampleManifestSchema>;
export type SampleStatus = SampleManifest['status'];

/** One annotated image: what stands in a `.dgan` file. Image and labels are of one size. */
export interface Sample {
  readonly manifest: SampleManifest;
  readonly image: RgbImage;
  readonly labels: LabelMap;
  /** Entries of the archive that this version does not know; they are written back as they are. */
  readonly otherEntries?: ReadonlyMap<string, Uint8Array>;
}

/**
 * Checks that a sample's latent means something to this generator.
 * @param sha256 The generator's `networkHash`.
 * @throws UserError for a sample of another generator; photos pass.
 */
export function checkMadeBy({ manifest: { origin } }: Sample, sha256: string, name: string): void {
  if (origin.kind === 'generated' && origin.generator.sha256 !== sha256)
    throw new UserError(
      `${name} was made by another generator ("${origin.generator.name}", SHA-256 ${origin.generator.sha256.slice(0, 12)}…; ` +
        `the project's is ${sha256.slice(0, 12)}…): use that generator or move the sample out of the project.`,
    );
}

/**
 * Checks that every label of a sample is a class of the project, whose list wins over the sample's copy.
 * @throws UserError that names the first class that the project does not have.
 */
export function checkClasses({ manifest, labels }: Sample, classes: readonly LabelClass[], name: string): void {
  const counts = pixelsPerId(labels);
  const stray = counts.findIndex((count, id) => count > 0 && id !== UNLABELLED && !classes.some((c) => c.id === id));
  if (stray < 0) return;
  const called = manifest.classes.find(({ id }) => id === stray)?.name;
  throw new UserError(
    `${name}: ${counts[stray]!} pixels of labels.png are of class ${stray}${called === undefined ? '' : ` ("${called}")`}, ` +
      'which the project does not have: add the class to datasetgan.json or relabel them.',
  );
}
