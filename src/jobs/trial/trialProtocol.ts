import * as z from 'zod';
import { trialSchema } from '../../stylegan/onnx/trial.ts';

/** What an import and the process that runs a strange model say to each other: one question, one answer. */

export const toTrialSchema = z.strictObject({ model: z.string(), zSize: z.int().min(1) });
export type ToTrial = z.input<typeof toTrialSchema>;

export const fromTrialSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('done'), trial: trialSchema }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);
export type FromTrial = z.input<typeof fromTrialSchema>;
