import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { copyProject, freePath } from '../../dataset/projectFolder.ts';
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
  const folder = await freePath(join(parent, NAME));
  await copyProject(sampleProjectOf(context), folder);
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
