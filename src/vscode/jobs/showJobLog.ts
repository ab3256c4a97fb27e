import { join } from 'node:path';
import * as vscode from 'vscode';
import { idOfJob } from '../commandArguments.ts';
import type { Services } from '../services.ts';

/** Opens a job's log file; jobs that keep none are in the extension's log. */
export async function showJobLog({ projects, log }: Services, argument: unknown): Promise<void> {
  const id = idOfJob(argument);
  const folder = projects.activeFolder;
  // An id comes from commands, which anybody may call: it is a name here and no path.
  if (id === undefined || folder === undefined || !/^[\w-]+$/.test(id)) {
    log.show();
    return;
  }
  const file = vscode.Uri.file(join(folder, '.datasetgan', 'jobs', `${id}.log`));
  try {
    await vscode.window.showTextDocument(file, { preview: true });
  } catch {
    log.show();
  }
}
