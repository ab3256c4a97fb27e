import * as vscode from 'vscode';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import { idOfJob } from '../commandArguments.ts';
import type { JobView, Services } from '../services.ts';
import { askChoice } from './ask.ts';

/**
 * Stops a job of the active project.
 * @param argument a job's id or its item in a view; without it the running job, or one of several that the person picks
 */
export async function stopJob({ jobs }: Services, argument?: unknown): Promise<void> {
  const id = idOfJob(argument) ?? (await pickRunning(jobs.all));
  if (id !== undefined) await jobs.stop(id);
}

async function pickRunning(all: readonly JobView[]): Promise<string | undefined> {
  const running = all.filter(({ journal }) => isUnderWay(journal));
  if (running.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t('No job is running.'));
  if (running.length <= 1) return running[0]?.journal.id;
  return askChoice(
    vscode.l10n.t('Stop Job'),
    running.map((job) => ({
      label: job.journal.job,
      description: progressOf(job),
      detail: job.own ? '' : vscode.l10n.t('started in a terminal'),
      value: job.journal.id,
    })),
  );
}

function progressOf({ progress }: JobView): string {
  return progress === undefined ? '' : `${progress.stage} ${progress.done}/${progress.total}`;
}
