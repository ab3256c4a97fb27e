import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UserError } from './userError.ts';

/**
 * Writes a file by temp file and rename, so that a reader sees the old bytes or the new ones and never a part, also after
 * a power cut. Makes the folder when it is missing.
 *
 * By hand because write-file-atomic 7 takes a short write (a disk that fills up on the way) for a whole one.
 * @throws UserError when the disk is full, the folder can't be written, or the like; the old file stays whole.
 */
export async function writeFileWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temp = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temp, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw new UserError(`Could not write ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
