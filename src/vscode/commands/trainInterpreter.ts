import * as vscode from 'vscode';
import { ANNOTATOR_VIEW_TYPE } from '../ids.ts';
import type { Services } from '../services.ts';
import { requireProject } from './requireProject.ts';

/** Trains on the samples as they are saved; asks when some are not. */
export async function trainInterpreter({ projects, jobs }: Services): Promise<void> {
  const { folder } = await requireProject(projects);
  if (!(await offerToSave())) return;
  await jobs.perform({ job: 'train', options: {} }, folder);
}

/** @returns false when the person would rather not */
async function offerToSave(): Promise<boolean> {
  const unsaved = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input, isDirty }) =>
        isDirty && input instanceof vscode.TabInputCustom && input.viewType === ANNOTATOR_VIEW_TYPE,
    );
  if (unsaved.length === 0) return true;
  const save = vscode.l10n.t('Save All and Train');
  const leave = vscode.l10n.t('Train without Them');
  const chosen = await vscode.window.showWarningMessage(
    unsaved.length === 1
      ? vscode.l10n.t('{0} has strokes that are not saved.', unsaved[0]!.label)
      : vscode.l10n.t('{0} samples have strokes that are not saved.', unsaved.length),
    { modal: true, detail: vscode.l10n.t('The interpreter learns from what is saved.') },
    save,
    leave,
  );
  if (chosen === save) return vscode.workspace.saveAll(false);
  return chosen === leave;
}
