import * as z from 'zod';

/** The class that a conditional generator was told to make when it was imported; null for an unconditional one. */
export const conditionSchema = z
  .object({
    classes: z.int().min(1).max(65536),
    /** Length of the class's embedding, which goes into the mapping network after z. */
    width: z.int().min(1).max(65536),
    chosen: z.int().min(0),
  })
  .refine(({ classes, chosen }) => chosen < classes, 'there is no such class')
  .nullable();
export type Condition = z.infer<typeof conditionSchema>;
