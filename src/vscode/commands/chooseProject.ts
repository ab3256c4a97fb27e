import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { askChoice, type Choice } from './ask.ts';
import { COMMANDS } from '../ids.ts';

/** Makes another project of the workspace the active one, until an editor of yet another becomes active. */
export async function chooseProject({ projects }: Services): Promise<void> {
  await projects.refreshed();
  const folders = new Set(projects.folders);
  if (projects.activeFolder !== undefined) folders.add(projects.activeFolder);
  const choices: Choice<string | null>[] = [...folders].map((folder) => ({
    label: `${folder === projects.activeFolder ? '$(check)' : '$(folder)'} ${basename(folder)}`,
    description: vscode.workspace.asRelativePath(dirname(folder), true),
    value: folder,
  }));
  choices.push({ label: vscode.l10n.t('$(new-folder) New Project…'), value: null });
  const chosen = await askChoice(vscode.l10n.t('Choose Project'), choices);
  if (chosen === null) await vscode.commands.executeCommand(COMMANDS.newProject);
  else if (chosen !== undefined) await projects.choose(chosen);
}
