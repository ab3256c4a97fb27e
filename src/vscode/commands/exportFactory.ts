import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { requireProject } from './requireProject.ts';

/** Writes generator and interpreter as one .onnx file. */
export async function exportFactory({ projects, jobs }: Services): Promise<void> {
  const { folder } = await requireProject(projects);
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Factory: z in; image, labels and uncertainty out'),
    defaultUri: vscode.Uri.file(join(folder, 'factory.onnx')),
    filters: { ONNX: ['onnx'] },
  });
  if (target !== undefined) await jobs.perform({ job: 'export-factory', options: { out: target.fsPath } }, folder);
}
