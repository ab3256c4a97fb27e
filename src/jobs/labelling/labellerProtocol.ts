import * as z from 'zod';
import { dataSetRowSchema } from '../../dataset/dataSetRow.ts';
import { dataSetSettingsSchema } from '../../dataset/dataSetSettings.ts';
import { jobErrorSchema } from '../jobError.ts';

/** What a job and its labelling processes say to each other; both sides validate what arrives. */

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'not float32 numbers');
const ids = z.array(z.int().min(0)).readonly();

export const toLabellerSchema = z.discriminatedUnion('type', [
  /** The first message: the model and what is the same for all batches. */
  z.strictObject({
    type: z.literal('load'),
    model: bytes,
    task: z.strictObject({ settings: dataSetSettingsSchema, zSize: z.int().min(1), psi: floats }),
  }),
  /** One at a time. */
  z.strictObject({ type: z.literal('label'), request: z.strictObject({ ids, wanted: ids }) }),
]);
export type ToLabeller = z.input<typeof toLabellerSchema>;

export const fromLabellerSchema = z.discriminatedUnion('type', [
  /** The answer to `load`. */
  z.strictObject({ type: z.literal('ready') }),
  /** The answer to `label`. */
  z.strictObject({
    type: z.literal('labelled'),
    images: z
      .array(
        z.strictObject({
          row: dataSetRowSchema,
          pictures: z.strictObject({ images: bytes, labels: bytes, uncertainty: bytes }),
        }),
      )
      .readonly(),
  }),
  /** The last message: nothing can be labelled here. */
  z.strictObject({ type: z.literal('failed'), error: jobErrorSchema }),
]);
export type FromLabeller = z.input<typeof fromLabellerSchema>;
