import * as vscode from 'vscode';
import type { JobName, JobResult } from '../../jobs/jobTable.ts';
import { formatDuration } from '../../jobs/progress.ts';
import { COMMANDS } from '../ids.ts';
import type { NextAction } from '../services.ts';

/** What a job made, and what the person should know besides. */
export interface ResultMessage {
  readonly sentence: string;
  readonly notes: readonly string[];
}

/** @param result of that job: it has been checked against the table */
export function resultSentence(job: JobName, result: unknown): ResultMessage {
  const plain = (sentence: string): ResultMessage => ({ sentence, notes: [] });
  switch (job) {
    case 'init':
      return plain(vscode.l10n.t('Made {0}.', (result as JobResult<'init'>).file));
    case 'import': {
      const { name, family, resolution, condition, samples, attributed } = result as JobResult<'import'>;
      const size = `${resolution}×${resolution}`;
      const notes = attributed ? [] : [vscode.l10n.t('Nothing is recorded about whose work it is.')];
      const sentence = condition
        ? vscode.l10n.t('Imported class {0} of {1}: {2}, {3} pixels.', condition.chosen, name, family, size)
        : vscode.l10n.t('Imported {0}: {1}, {2} pixels.', name, family, size);
      const whole = samples ? sentence : `${sentence} ${vscode.l10n.t('Its sheet of samples was not drawn.')}`;
      return { sentence: whole, notes };
    }
    case 'sample':
      return plain(
        vscode.l10n.t('{0} samples are ready to be labelled.', (result as JobResult<'sample'>).files.length),
      );
    case 'import-labels': {
      const { files, notes } = result as JobResult<'import-labels'>;
      const sentence =
        files.length === 1
          ? vscode.l10n.t('A sample got its labels.')
          : vscode.l10n.t('{0} samples got their labels.', files.length);
      return { sentence, notes };
    }
    case 'train': {
      const { heldOutAccuracy, samples, seconds, warnings } = result as JobResult<'train'>;
      const accuracy = (100 * heldOutAccuracy).toFixed(1);
      const sentence = vscode.l10n.t(
        'Trained on {0} samples in {1}: {2} % of the held-out pixels are labelled right.',
        samples,
        formatDuration(seconds),
        accuracy,
      );
      return { sentence, notes: warnings };
    }
    case 'generate': {
      const { made, count, kept, warnings } = result as JobResult<'generate'>;
      const sentence =
        kept === undefined
          ? vscode.l10n.t('{0} of {1} labelled images made.', made, count)
          : vscode.l10n.t('{0} of {1} labelled images made; the filter keeps {2}.', made, count, kept);
      return { sentence, notes: warnings };
    }
    case 'export': {
      const { out, format, warnings } = result as JobResult<'export'>;
      return { sentence: vscode.l10n.t('Exported as {0} to {1}.', format, out), notes: warnings };
    }
    case 'export-factory': {
      const { out, bytes } = result as JobResult<'export-factory'>;
      return plain(vscode.l10n.t('The factory is in {0} ({1} MB).', out, (bytes / 1e6).toFixed(1)));
    }
    case 'report':
      return plain(vscode.l10n.t('The report is in {0}.', (result as JobResult<'report'>).out));
    case 'stats':
    case 'doctor':
    case 'demo':
      return plain(vscode.l10n.t('Done.'));
  }
}

/** The obvious next step. */
export function nextActions(job: JobName, result: unknown): readonly NextAction[] {
  const command = (title: string, id: string): NextAction => ({
    title,
    run: () => vscode.commands.executeCommand(id),
  });
  const reveal = (path: string): NextAction => ({
    title: vscode.l10n.t('Show in Folder'),
    run: () => vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(path)),
  });
  switch (job) {
    case 'import':
      return [command(vscode.l10n.t('Generate Samples'), COMMANDS.generateSamples)];
    case 'train':
      return [
        command(vscode.l10n.t('Generate Data Set'), COMMANDS.generateDataSet),
        command(vscode.l10n.t('Annotate Most Uncertain'), COMMANDS.annotateNextUncertain),
      ];
    case 'generate':
      return [
        command(vscode.l10n.t('Show Gallery'), COMMANDS.showGallery),
        command(vscode.l10n.t('Export'), COMMANDS.exportDataSet),
      ];
    case 'export':
      return [reveal((result as JobResult<'export'>).out)];
    case 'export-factory':
      return [reveal((result as JobResult<'export-factory'>).out)];
    case 'report':
      return [command(vscode.l10n.t('Show Report'), COMMANDS.showReport)];
    case 'import-labels':
      return [command(vscode.l10n.t('Train Interpreter'), COMMANDS.trainInterpreter)];
    case 'init':
    case 'sample':
    case 'stats':
    case 'doctor':
    case 'demo':
      return [];
  }
}
