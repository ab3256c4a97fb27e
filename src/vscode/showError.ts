import * as vscode from 'vscode';
import { messageOf, UserError } from '../base/userError.ts';
import { JobBug, JobStopped } from '../jobs/jobError.ts';

/**
 * Tells the person what went wrong: the sentence of a `UserError` as it stands; anything else is a defect of ours, whose stack goes into
 * the log. What the person stopped is no error.
 * @param what What could not be done, for a defect: "Training".
 */
export function showError(log: vscode.LogOutputChannel, error: unknown, what?: string): void {
  if (error instanceof vscode.CancellationError || error instanceof JobStopped) return;
  const sentence = messageOf(error);
  const expected = error instanceof UserError;
  if (expected) log.warn(sentence);
  else log.error(error instanceof Error ? (error.stack ?? sentence) : sentence);
  const message = expected ? sentence : defectSentence(sentence, error instanceof JobBug, what);
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(message, showLog).then((chosen) => {
    if (chosen === showLog) log.show();
  });
}

function defectSentence(sentence: string, inJob: boolean, what: string | undefined): string {
  const subject = what ?? (inJob ? vscode.l10n.t('A job') : vscode.l10n.t('DatasetGAN'));
  return vscode.l10n.t(
    '{0} failed through a mistake of the extension: {1}. The log has the details.',
    subject,
    sentence,
  );
}

/** Wraps a command's body: an error is shown and the promise never rejects, so that VS Code shows no message of its own. */
export function showingErrors<A extends unknown[]>(
  log: vscode.LogOutputChannel,
  body: (...args: A) => unknown,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await body(...args);
    } catch (error) {
      showError(log, error);
    }
  };
}
