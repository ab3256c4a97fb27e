import { strFromU8, strToU8 } from 'fflate';
import * as z from 'zod';
import { messageOf, UserError } from '../../base/userError.ts';
import type { AnnotationState } from './annotation.ts';
import { packBytes, unpackBytes } from './packedLabels.ts';

// A backup is one line of JSON and the packed labels: only what annotating changes. The image stays in the sample's file.

const headerSchema = z.strictObject({
  format: z.literal('datasetgan-backup'),
  version: z.literal(1),
  /** Which file the changes were made to, so that a restore can tell whether it is still the same. */
  file: z.string(),
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  status: z.enum(['open', 'reviewed', 'discarded']),
});

export interface Backup {
  readonly state: AnnotationState;
  /** What the host said of the file: its hash, say. */
  readonly file: string;
}

/** The bytes of a backup. */
export function encodeBackup({ state: { labels, status }, file }: Backup): Uint8Array {
  const { width, height, data } = labels;
  const header: z.infer<typeof headerSchema> = {
    format: 'datasetgan-backup',
    version: 1,
    file,
    width,
    height,
    status,
  };
  const line = strToU8(`${JSON.stringify(header)}\n`);
  const packed = packBytes(data);
  const bytes = new Uint8Array(line.length + packed.length);
  bytes.set(line);
  bytes.set(packed, line.length);
  return bytes;
}

/**
 * @param name How errors call the backup.
 * @throws UserError when the bytes are no whole backup
 */
export function decodeBackup(bytes: Uint8Array, name: string): Backup {
  try {
    const end = bytes.indexOf(10);
    const header = headerSchema.safeParse(JSON.parse(strFromU8(bytes.subarray(0, end))));
    if (!header.success)
      throw new Error(header.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
    const { file, width, height, status } = header.data;
    const data = unpackBytes(bytes.subarray(end + 1), width * height);
    return { file, state: { labels: { width, height, data }, status } };
  } catch (error) {
    throw new UserError(`${name} is no whole backup of a sample (${messageOf(error)}).`, { cause: error });
  }
}
