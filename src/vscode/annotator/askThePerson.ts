import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Questions } from './sampleDocument.ts';

export const askThePerson: Questions = {
  async keepOrReload(name) {
    const reload = vscode.l10n.t('Reload');
    const keep = vscode.l10n.t('Keep Mine');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        '{0} was changed by another program, and there are unsaved labels here. Reload takes the file’s (Undo brings yours back); Keep Mine lets the next save write over it.',
        basename(name),
      ),
      keep,
      reload,
    );
    return chosen === reload ? 'reload' : chosen === keep ? 'keep' : 'later';
  },
  async overwrite(name) {
    const overwrite = vscode.l10n.t('Overwrite');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('{0} was changed by another program since it was opened.', basename(name)),
      { modal: true, detail: vscode.l10n.t('Saving writes over what the other program wrote.') },
      overwrite,
    );
    return chosen === overwrite;
  },
};
