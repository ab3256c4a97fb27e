import * as z from 'zod';
import { classListSchema } from './classSchema.ts';
import { cropSchema, generatorReferenceSchema, noiseSchema, truncationSchema } from './provenance.ts';

/** The version of the data set format that is written here. */
export const DATA_SET_VERSION = 1;

/**
 * `dataset.json`: all that decides what a data set's images and labels are. It is the same for every shard, so that
 * shards merge by copying files; what computed them stands beside each shard ({@link runtimeSchema}).
 */
export const dataSetSettingsSchema = z.looseObject({
  format: z.literal('datasetgan-dataset'),
  version: z.literal(DATA_SET_VERSION),
  generator: generatorReferenceSchema,
  interpreter: z.looseObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits'),
    members: z.int().min(1),
  }),
  classes: classListSchema.refine((classes) => classes.length > 0, 'a data set has at least one class'),
  /** Of images and labels. */
  width: z.int().min(1),
  height: z.int().min(1),
  /** The part of the generator's image that they are, in its pixels: as a sample's (sample.ts). Absent: the whole image. */
  crop: cropSchema.optional(),
  count: z.int().min(1),
  seed: z.int().min(0),
  truncation: truncationSchema,
  noise: noiseSchema,
  /** Images computed at once: other batch sizes may round differently. */
  batch: z.int().min(1),
  /** To be passed on with the images: whose work the generator was trained on, and its licence. */
  attribution: z.string().optional(),
});
export type DataSetSettings = z.infer<typeof dataSetSettingsSchema>;

/** What computed a part of a data set. The bytes are the same only where these are. */
export const runtimeSchema = z.looseObject({
  /** The execution provider that won: `cpu`, `cuda`, `webgpu`, … */
  provider: z.string(),
  /** Name and version of the runtime, such as `onnxruntime-node 1.30.0`. */
  runtime: z.string(),
  /** The kind of processor: model and instruction sets, or the GPU's name. */
  processor: z.string(),
});
export type Runtime = z.infer<typeof runtimeSchema>;

/** The first setting in which two data sets differ, by its key path and both values as JSON; undefined when they agree. */
export function settingsDifference(
  a: DataSetSettings,
  b: DataSetSettings,
): { readonly key: string; readonly a: string; readonly b: string } | undefined {
  return difference(a, b, '');
}

function difference(a: unknown, b: unknown, key: string): { key: string; a: string; b: string } | undefined {
  if (isRecord(a) && isRecord(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const index = Array.isArray(a) ? `[${name}]` : key === '' ? name : `.${name}`;
      const found = difference(a[name], b[name], key + index);
      if (found) return found;
    }
    return undefined;
  }
  return Object.is(a, b) ? undefined : { key, a: text(a), b: text(b) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
