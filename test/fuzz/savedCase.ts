import * as z from 'zod';

/** A damaged file as what it has in common with a fixture at both ends, and what lies between. */
export const savedCaseSchema = z.strictObject({
  fixture: z.string(),
  start: z.int(),
  middle: z.string(),
  end: z.int(),
  /** What was wrong when it was found. */
  found: z.string(),
});
export type SavedCase = z.infer<typeof savedCaseSchema>;

export function savedCase(fixture: string, whole: Uint8Array, damaged: Uint8Array, found: string): SavedCase {
  const most = Math.min(whole.length, damaged.length);
  let start = 0;
  while (start < most && whole[start] === damaged[start]) start++;
  let end = 0;
  while (end < most - start && whole[whole.length - 1 - end] === damaged[damaged.length - 1 - end]) end++;
  const middle = Buffer.from(damaged.subarray(start, damaged.length - end)).toString('base64');
  return { fixture, start, middle, end, found };
}

export function bytesOfCase({ start, middle, end }: SavedCase, whole: Uint8Array): Uint8Array {
  const parts = [whole.subarray(0, start), Buffer.from(middle, 'base64'), whole.subarray(whole.length - end)];
  return new Uint8Array(Buffer.concat(parts));
}
