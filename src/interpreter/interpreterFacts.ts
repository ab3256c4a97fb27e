import * as z from 'zod';
import { readDescription } from '../engine/onnx/description.ts';

// Apart from the file's weights, so that who only wants to know loads no graph.

const size = z.int().min(1).max(65536);
const share = z.number().min(0).max(1);
const perMember = z.array(z.number()).readonly();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const factsSchema = z.object({
  /** The generator whose feature maps it reads. */
  generator: z.object({ name: z.string(), sha256 }),
  classes: z
    .array(z.object({ id: z.int().min(0).max(254), name: z.string(), colour: z.string() }))
    .min(1)
    .readonly(),
  /** Of the labels it was trained on and gives. */
  labelSize: z.object({ height: size, width: size }),
  /** Where these lie on the generator's whole image, in labels; absent when they are of the whole image. */
  labelPlace: z.object({ side: size, left: z.int().min(0), top: z.int().min(0) }).optional(),
  settings: z.object({
    pixelsPerImage: z.int().min(1),
    batch: z.int().min(2),
    epochs: z.number().positive(),
    minimumSteps: z.int().min(1),
    patience: z.int().min(1),
    heldOut: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('images'), every: z.int().min(2) }),
      z.object({ kind: z.literal('pixels'), share }),
    ]),
    evenShare: share,
    learningRate: z.number().positive(),
    schedule: z.enum(['constant', 'cosine']),
    seed: z.int(),
  }),
  /** Annotated images, and their pixels that it was trained on. */
  samples: z.int().min(1),
  pixels: z.int().min(1),
  /** Mean over the members, each on what it was not trained on. */
  heldOutAccuracy: share,
  curve: z
    .array(z.object({ step: z.int(), trainLoss: perMember, heldOutLoss: perMember, heldOutAccuracy: perMember }))
    .readonly(),
  best: z.array(z.object({ step: z.int(), loss: z.number(), accuracy: share })).readonly(),
  provider: z.string(),
  /** The samples that were trained on, by file name, and a hash of their labels: whether these have changed since. Old files lack it. */
  trainedOn: z
    .array(z.object({ name: z.string(), labels: sha256 }))
    .readonly()
    .optional(),
});

/** How an interpreter came about. No times in it: equal trainings give equal bytes. */
export type InterpreterFacts = z.infer<typeof factsSchema>;

const schema = z.object({
  architecture: z.object({
    members: z.int().min(1).max(1024),
    features: z.enum(['paper', 'released']),
    featureShapes: z.array(z.object({ name: z.string(), channels: size, height: size, width: size })).min(1),
    hidden: z.tuple([size, size]),
    classes: z.array(z.int().min(0).max(254)).min(1),
    dropout: z.union([z.literal('none'), z.tuple([share, share])]),
  }),
  facts: factsSchema,
});

/** Where an interpreter's file describes itself. */
export const INTERPRETER_KEY = 'datasetgan.interpreter';

const form = {
  key: INTERPRETER_KEY,
  what: 'interpreter',
  remedy: 'train one with `dgan train`',
  schema,
};

/** What an interpreter's file says of itself. */
export type DescribedInterpreter = z.infer<typeof schema>;

/**
 * Reads it from the file's metadata.
 * @throws UserError when it is no interpreter of ours, of a newer version, or damaged.
 */
export function describedInterpreter(
  model: { readonly metadata: Readonly<Record<string, string>> },
  file: string,
): DescribedInterpreter {
  return readDescription(model, form, file);
}
