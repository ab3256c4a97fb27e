import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';

/**
 * Before datasetgan.json is written by a command: a text editor with unsaved changes to it is offered to be saved, so that neither
 * overwrites the other.
 * @returns false when the person would rather not
 */
export async function projectFileIsSaved(project: Project): Promise<boolean> {
  const { file } = projectPaths(project);
  const open = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === file);
  if (!open) return true;
  const save = vscode.l10n.t('Save and Continue');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('datasetgan.json has unsaved changes in an editor.'),
    { modal: true, detail: vscode.l10n.t('They have to be saved before a command can write the file.') },
    save,
  );
  if (chosen !== save) return false;
  if (await open.save()) return true;
  throw new UserError(vscode.l10n.t('Could not save {0}.', file));
}
