import { createHash } from 'node:crypto';
import { access, constants, realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { messageOf, UserError } from '../../base/userError.ts';
import { MAX_FILE_BYTES } from '../../dataset/dganFile.ts';

/** How messages call a file. */
export function nameOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path;
}

/** @throws UserError when it can't be read; with a `FileSystemError` as cause when it is not there. */
export async function readFileOf(uri: vscode.Uri): Promise<Uint8Array> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_FILE_BYTES) throw new UserError(`${nameOf(uri)} is too large for a sample (${size} bytes).`);
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Could not read ${nameOf(uri)}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Whether an error of {@link readFileOf} means that there is no file. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof UserError ? error.cause : error;
  return cause instanceof vscode.FileSystemError && cause.code === 'FileNotFound';
}

/** By temp file and rename on the disk; as its file system does it elsewhere. A link stays a link. */
export async function writeFileOf(uri: vscode.Uri, bytes: Uint8Array): Promise<void> {
  if (uri.scheme === 'file') {
    await writeFileWhole(await realpath(uri.fsPath).catch(() => uri.fsPath), bytes);
    return;
  }
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    throw new UserError(`Could not write ${nameOf(uri)}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Whether the person may change it: not in a read-only file system (`git:`), and not a file that is locked. */
export async function isWritable(uri: vscode.Uri): Promise<boolean> {
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) return false;
  try {
    if (uri.scheme === 'file') await access(uri.fsPath, constants.W_OK);
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return (permissions & vscode.FilePermission.Readonly) === 0;
  } catch (error) {
    // A missing file can be written; what may not be touched can't.
    return !(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS'));
  }
}

/** Tells whether two states of a file are the same. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
