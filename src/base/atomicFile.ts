import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { messageOf, UserError } from './userError.ts';

/**
 * Writes a file by temp file and rename, so that a reader sees the old bytes or the new ones and never a part.
 * Makes the folder when it is missing.
 * @throws UserError when the disk is full, the folder can't be written, or the like; the old file stays whole.
 */
export async function writeFileWhole(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const bytes = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    await writeFileAtomic(path, bytes);
  } catch (error) {
    throw new UserError(`Could not write ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
