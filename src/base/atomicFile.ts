import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UserError } from './userError.ts';

/**
 * Writes a file by temp file and rename, so that a reader sees the old bytes or the new ones and never a part, also after
 * a power cut. Makes the folder when it is missing.
 * @throws UserError when the disk is full, the folder can't be written, or the like; the old file stays whole.
 */
export async function writeFileWhole(path: string, data: Uint8Array | string): Promise<void> {
  await (await stageFile(path, data)).commit();
}

/** Bytes that lie beside their file, on disk already, and wait to take its place. */
export interface StagedFile {
  readonly path: string;
  /** @throws UserError when it could not take its place; the old file stays whole and the staged one is gone. */
  commit(): Promise<void>;
  /** Never rejects. */
  discard(): Promise<void>;
}

/**
 * The first half of {@link writeFileWhole}: all that is likely to fail. For several files that shall change together.
 *
 * By hand because write-file-atomic 7 takes a short write (a disk that fills up on the way) for a whole one.
 * @throws UserError as {@link writeFileWhole}
 */
export async function stageFile(path: string, data: Uint8Array | string): Promise<StagedFile> {
  const temp = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const discard = (): Promise<void> => rm(temp, { force: true }).catch(() => undefined);
  const orDiscard = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await discard();
      throw new UserError(`Could not write ${path}: ${messageOf(error)}.`, { cause: error });
    }
  };
  await orDiscard(async () => {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temp, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  });
  return { path, commit: () => orDiscard(() => rename(temp, path)), discard };
}
