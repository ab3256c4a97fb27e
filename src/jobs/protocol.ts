import * as z from 'zod';
import { jobErrorSchema } from './jobError.ts';
import { JOB_NAMES, JOBS } from './jobTable.ts';
import { progressSchema } from './journal.ts';

/**
 * What a client and its child say to each other over the fork's channel. Both sides validate what arrives: they may be of different
 * versions while an extension is being updated.
 */
export const PROTOCOL = 1;

/** On what to compute. */
export const computeSchema = z.strictObject({
  provider: z.enum(['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu']),
  /** Threads of one operation; without it the engine's choice. */
  threads: z.number().int().min(1).max(1024).exactOptional(),
  /** Folder with onnxruntime's provider libraries (CUDA on Linux). */
  ort: z.string().exactOptional(),
});
export type Compute = z.infer<typeof computeSchema>;

const requestSchema = z.discriminatedUnion(
  'job',
  // One member per job of the table; TypeScript can't see that the list isn't empty.
  JOB_NAMES.map((name) => z.strictObject({ job: z.literal(name), options: JOBS[name].options })) as unknown as [
    z.ZodObject<{ job: z.ZodLiteral<(typeof JOB_NAMES)[number]>; options: z.ZodObject }>,
  ],
);

export const toChildSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    protocol: z.literal(PROTOCOL, 'client and worker are of different versions: build again, or reload the window'),
    id: z.string().regex(/^[\w-]+$/),
    request: requestSchema,
    /** The project's folder, absolute; absent when the job has none. */
    project: z.string().exactOptional(),
    compute: computeSchema,
  }),
  /** Stop cleanly as soon as may be. */
  z.strictObject({ type: z.literal('stop') }),
]);
export type ToChild = z.input<typeof toChildSchema>;

export const toClientSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), protocol: z.literal(PROTOCOL), pid: z.number() }),
  /** A sign of life, with the child's resident memory in bytes. */
  z.strictObject({ type: z.literal('heartbeat'), memory: z.number() }),
  z.strictObject({ type: z.literal('progress'), progress: progressSchema }),
  z.strictObject({ type: z.literal('log'), line: z.string() }),
  /** The execution provider that won, as people call it. */
  z.strictObject({ type: z.literal('provider'), provider: z.string() }),
  /** The result as it stands before the job's last part: it stands too when the job ends in an error. */
  z.strictObject({ type: z.literal('standing'), result: z.unknown() }),
  /** The last message. */
  z.strictObject({
    type: z.literal('result'),
    reply: z.union([z.strictObject({ ok: z.unknown() }), z.strictObject({ err: jobErrorSchema })]),
  }),
]);
export type ToClient = z.output<typeof toClientSchema>;
