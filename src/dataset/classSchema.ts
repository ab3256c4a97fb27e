import * as z from 'zod';
import { classListProblem } from './classes.ts';

/** One class as it stands in a file; ids and names are checked together by {@link classListSchema}. */
const keys = {
  id: z.int().min(0).max(254).meta({
    description: 'The value of the class in label images, 0 to 254. Permanent: never give it to another class.',
  }),
  name: z.string().min(1).meta({ description: 'The name that people read.' }),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'a colour has the form #rrggbb')
    .meta({ description: 'The colour in the editor and in exports, as #rrggbb.' }),
};

/** The classes of a file that a person edits: an unknown key is a typo. */
export const strictClassListSchema = withSense(z.array(z.strictObject(keys)));

/** The classes of a file that programs write: keys of a later version survive. */
export const classListSchema = withSense(z.array(z.looseObject(keys)));

function withSense<T extends z.ZodArray<z.ZodObject<typeof keys, z.core.$strict | z.core.$loose>>>(schema: T): T {
  return schema.check((context) => {
    const problem = classListProblem(context.value);
    if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value });
  });
}
