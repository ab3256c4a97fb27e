import * as z from 'zod';
import { messageOf, UserError } from '../../base/userError.ts';

/** How our models say in their metadata what they are: one entry, JSON with a `version`. */
export interface DescriptionForm<T> {
  /** Key of the metadata entry. */
  readonly key: string;
  /** "generator", "interpreter": for errors. */
  readonly what: string;
  /** What a person can do when the file is of no use: "import the checkpoint again". */
  readonly remedy: string;
  readonly schema: z.ZodType<T>;
}

const newestVersion = 1;

/** The metadata of a model that says what it is. */
export function description(key: string, content: object): Record<string, string> {
  return { [key]: JSON.stringify({ version: newestVersion, ...content }) };
}

/**
 * Reads what a model says that it is.
 * @throws UserError that names `file`: it says nothing, comes from a newer version of ours, or is damaged.
 */
export function readDescription<T>(
  { metadata }: { readonly metadata: Readonly<Record<string, string>> },
  { key, what, remedy, schema }: DescriptionForm<T>,
  file: string,
): T {
  const text = metadata[key];
  if (text === undefined) throw new UserError(`${file} is an ONNX model, but no ${what} of DatasetGAN: ${remedy}.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(messageOf(error), error);
  }
  const version = z.object({ version: z.number() }).safeParse(json);
  if (version.success && version.data.version > newestVersion) {
    throw new UserError(`${file} was written by a newer version of DatasetGAN: update to read it.`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error).replaceAll('\n', ' '), parsed.error);
  return parsed.data;

  function damaged(detail: string, cause: unknown): UserError {
    return new UserError(`${file}: the description of the ${what} is damaged (${detail}): ${remedy}.`, { cause });
  }
}
