import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import { projectFileIsSaved } from '../project/projectFileIsSaved.ts';
import type { Services } from '../services.ts';
import { askFolder } from './ask.ts';
import { askLabelsQuestion } from './askLabelsQuestion.ts';
import { requireProject } from './requireProject.ts';

/** Makes samples of labels that people have already; asks for their folder, and for what they leave open. */
export async function importLabels({ projects, jobs, openSamples }: Services): Promise<void> {
  const project = await requireProject(projects);
  // Classes may be added to it.
  if (!(await projectFileIsSaved(project))) return;
  if (openSamples.unsaved.size > 0)
    throw new UserError(
      vscode.l10n.t('Samples have strokes that are not saved: save them first, labels may be put on them.'),
    );
  const title = vscode.l10n.t('Import Labels');
  const labels = await askFolder(title, vscode.l10n.t('Import'), vscode.Uri.file(project.folder));
  if (labels === undefined) return;
  await jobs.perform({ job: 'import-labels', options: { labels } }, project.folder, undefined, (question) =>
    askLabelsQuestion(title, question, project),
  );
}
