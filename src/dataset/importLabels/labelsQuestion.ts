import * as z from 'zod';

/** What labels leave open and only a person can decide; each is answered by options of `import-labels`. */
export const labelsQuestionSchema = z.discriminatedUnion('kind', [
  /** What the project has no class for: the first of `count` numbers, colours and names. Answered by `classes`, `addClasses`, or both. */
  z.object({ kind: z.literal('classes'), unknown: z.array(z.string()).min(1), count: z.number().int().min(1) }),
  /** Samples have other labels already. Answered by `overwrite`. */
  z.object({ kind: z.literal('overwrite'), samples: z.number().int().min(1) }),
  /** Of `files` label files `without` have no sample of their name. Answered by `images`. */
  z.object({ kind: z.literal('images'), files: z.number().int().min(1), without: z.number().int().min(1) }),
  /** Absolute paths of several files of latents. Answered by `latents`. */
  z.object({ kind: z.literal('latents'), files: z.array(z.string()).min(1) }),
]);
export type LabelsQuestion = z.output<typeof labelsQuestionSchema>;
