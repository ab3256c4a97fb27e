import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';

/** @throws UserError in a workspace that is not trusted: its models and its settings' folders may come from anybody. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw new UserError(
      vscode.l10n.t(
        'This workspace is not trusted, so no model is loaded and no job is run. "Workspaces: Manage Workspace Trust" changes that.',
      ),
    );
}
