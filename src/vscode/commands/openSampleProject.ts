import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import type { Services } from '../services.ts';
import { askChoice, askFolder } from './ask.ts';
import { openProjectFolder } from './openProjectFolder.ts';

const NAME = 'avatars-64';

/**
 * Copies the sample project and opens the copy.
 * @param into the folder that gets it; asked for when absent
 */
export async function openSampleProject({ context }: Services, into?: unknown): Promise<void> {
  const parent = typeof into === 'string' ? into : await askParent();
  if (parent === undefined) return;
  const folder = await copySampleProject(sampleProjectOf(context), parent);
  await openProjectFolder(folder, vscode.l10n.t('The sample project was copied to {0}.', folder));
}

export function sampleProjectOf(context: vscode.ExtensionContext): string {
  return join(context.extensionPath, 'models', NAME);
}

async function askParent(): Promise<string | undefined> {
  const title = vscode.l10n.t('Open Sample Project');
  const where = await askChoice<'temporary' | 'choose'>(title, [
    {
      label: vscode.l10n.t('$(folder-opened) Choose a Folder…'),
      detail: vscode.l10n.t('A folder "{0}" is made there.', NAME),
      value: 'choose',
    },
    {
      label: vscode.l10n.t('$(watch) Just to Try'),
      detail: vscode.l10n.t('A folder for temporary files, which the system may empty.'),
      value: 'temporary',
    },
  ]);
  if (where === 'temporary') return mkdtemp(join(tmpdir(), 'datasetgan-'));
  return where === 'choose' ? askFolder(title, vscode.l10n.t('Copy Here')) : undefined;
}

/**
 * @returns the new folder: `avatars-64`, `avatars-64-2`, … in `parent`
 * @throws UserError when it can't be written; nothing is left behind then.
 */
async function copySampleProject(source: string, parent: string): Promise<string> {
  const target = await freeName(parent);
  const part = `${target}.part`;
  try {
    await cp(source, part, { recursive: true });
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
    throw new UserError(vscode.l10n.t('Could not copy the sample project to {0}: {1}.', target, messageOf(error)), {
      cause: error,
    });
  }
  return target;
}

async function freeName(parent: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(parent, n === 1 ? NAME : `${NAME}-${n}`);
    if (!(await exists(path))) return path;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
