import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import type { ImageScores } from '../../interpreter/uncertainty.ts';
import { ANNOTATOR_VIEW_TYPE } from '../ids.ts';
import type { Services } from '../services.ts';
import type { AnnotatorView } from './annotatorView.ts';
import { sampleAt, type Destination, type Queued } from './queue.ts';

/** Opens another sample of the active project, in the place of the one that is open. */
export async function goTo(
  services: Services,
  queue: readonly Queued[],
  to: Destination,
  from: AnnotatorView | undefined,
): Promise<void> {
  if (queue.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The project has no samples yet: "Generate Samples to Annotate" makes some.'),
    );
    return;
  }
  const scores = to === 'nextUncertain' ? await uncertaintyOf(services) : undefined;
  const path = sampleAt(queue, from?.document.uri.fsPath, to, scores);
  if (path === undefined) {
    vscode.window.setStatusBarMessage(sentenceForNone(to), 5000);
    return;
  }
  await openSample(vscode.Uri.file(path), from);
}

async function openSample(uri: vscode.Uri, from: AnnotatorView | undefined): Promise<void> {
  const viewColumn = from?.panel.viewColumn;
  await vscode.commands.executeCommand('vscode.openWith', uri, ANNOTATOR_VIEW_TYPE, {
    preview: true,
    ...(viewColumn === undefined ? {} : { viewColumn }),
  });
  if (from) await closeUnneeded(from);
}

/** A saved sample is not needed any more when one went on from it; the preview tab has replaced it, a kept one would pile up. */
async function closeUnneeded(view: AnnotatorView): Promise<void> {
  if (view.disposed || view.panel.active || view.document.unsaved) return;
  const uri = view.document.uri.toString();
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === view.panel.viewColumn);
  const tab = group?.tabs.find(({ input }) => input instanceof vscode.TabInputCustom && input.uri.toString() === uri);
  if (tab && !tab.isDirty && !tab.isPinned && !tab.isActive) await vscode.window.tabGroups.close(tab, true);
}

async function uncertaintyOf({ projects, samples, predictor }: Services): Promise<ReadonlyMap<string, number>> {
  const project = projects.active;
  if (!project) throw new UserError(vscode.l10n.t('There is no project here: open a folder with a datasetgan.json.'));
  if (!vscode.workspace.isTrusted)
    throw new UserError(
      vscode.l10n.t('The uncertainty of samples comes from a model, and those are loaded only in trusted workspaces.'),
    );
  const scores = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Computing the uncertainty of the samples'),
      cancellable: true,
    },
    (_, token) => predictor.scores(project, samples.entries, token),
  );
  return new Map([...scores].map(([path, score]) => [path, scoreOf(score, project.settings.generation.score)]));
}

function scoreOf(scores: ImageScores, by: 'top10mean' | 'sum'): number {
  return scores[by];
}

function sentenceForNone(to: Destination): string {
  switch (to) {
    case 'next':
      return vscode.l10n.t('This is the last sample.');
    case 'previous':
      return vscode.l10n.t('This is the first sample.');
    case 'nextUnreviewed':
      return vscode.l10n.t('All samples are reviewed or discarded.');
    case 'nextUncertain':
      return vscode.l10n.t('No other open sample has an uncertainty: train an interpreter, or generate more samples.');
  }
}
