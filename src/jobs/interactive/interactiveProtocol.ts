import * as z from 'zod';
import { originSchema } from '../../dataset/sample.ts';
import { jobErrorSchema } from '../jobError.ts';
import { computeSchema } from '../protocol.ts';

/** What an editor and its interactive child say to each other; both sides validate what arrives. */
export const INTERACTIVE_PROTOCOL = 1;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');
const side = z.int().min(1).max(65536);
const id = z.int().min(0);

/** The part of the generator's image that is asked about, in its pixels. */
const cropSchema = z.object({ x: z.int().min(0), y: z.int().min(0), width: side, height: side });
export type Crop = z.infer<typeof cropSchema>;

const predictionRequestSchema = z.strictObject({
  /** The project's folder, absolute. */
  project: z.string().min(1),
  /** What the image was generated from. */
  origin: originSchema.options[0],
  crop: cropSchema.exactOptional(),
  /** Whether scores and small pictures are to be kept in the project's cache (`predictionFiles`). */
  keep: z.boolean(),
});
export type PredictionRequest = z.output<typeof predictionRequestSchema>;

const predictionSchema = z.strictObject({
  width: side,
  height: side,
  /** Class ids, row-major. */
  labels: bytes,
  /** JS / ln(min(members, classes)) in 0 … 255, row-major. */
  uncertainty: bytes,
  /** Of the divergence in nats, before it was rounded. */
  scores: z.strictObject({ sum: z.number(), top10mean: z.number() }),
  /** SHA-256 of the interpreter's file. */
  interpreter: z.string(),
});
export type InterpreterPrediction = z.infer<typeof predictionSchema>;

export const toInteractiveSchema = z.discriminatedUnion('type', [
  /** The first message: on what to compute. */
  z.strictObject({ type: z.literal('begin'), protocol: z.literal(INTERACTIVE_PROTOCOL), compute: computeSchema }),
  z.strictObject({ type: z.literal('predict'), id, request: predictionRequestSchema }),
  /** Nobody waits for this answer any more; one comes all the same. */
  z.strictObject({ type: z.literal('cancel'), id }),
]);
export type ToInteractive = z.input<typeof toInteractiveSchema>;

export const fromInteractiveSchema = z.discriminatedUnion('type', [
  /** The answer to a request, with the child's resident memory in bytes. */
  z.strictObject({
    type: z.literal('reply'),
    id,
    memory: z.number(),
    reply: z.union([z.strictObject({ ok: predictionSchema }), z.strictObject({ err: jobErrorSchema })]),
  }),
  /** The execution provider that won, as people call it. */
  z.strictObject({ type: z.literal('provider'), provider: z.string() }),
  z.strictObject({ type: z.literal('log'), line: z.string() }),
  /** A message that is not in the protocol was not acted upon. */
  z.strictObject({ type: z.literal('refused'), problem: z.string() }),
]);
export type FromInteractive = z.input<typeof fromInteractiveSchema>;
