import * as vscode from 'vscode';

/** Opens a project's folder: at once in an empty window; else the person says where. In the workspace already, it stays as it is. */
export async function openProjectFolder(folder: string, message: string): Promise<void> {
  const uri = vscode.Uri.file(folder);
  if (vscode.workspace.getWorkspaceFolder(uri)) return;
  const { workspaceFolders } = vscode.workspace;
  if (workspaceFolders === undefined || workspaceFolders.length === 0) {
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceReuseWindow: true });
    return;
  }
  const here = vscode.l10n.t('Open');
  const apart = vscode.l10n.t('Open in New Window');
  const beside = vscode.l10n.t('Add to Workspace');
  const chosen = await vscode.window.showInformationMessage(message, here, apart, beside);
  if (chosen === here || chosen === apart) {
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: chosen === apart });
  } else if (chosen === beside) {
    vscode.workspace.updateWorkspaceFolders(workspaceFolders.length, 0, { uri });
  }
}
