import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { projectPaths, readProject } from '../../dataset/projectFile.ts';
import type { Services } from '../services.ts';
import { askFile, askText } from './ask.ts';
import { askImportQuestion } from './askImportQuestion.ts';

/** A checkpoint, and what goes with everything that is made from it. */
export interface CheckpointChoice {
  readonly path: string;
  readonly attribution: string | undefined;
}

/** Turns somebody's StyleGAN into the active project's generator; without a project, into a file beside the checkpoint. */
export async function importGenerator(services: Services): Promise<void> {
  const title = vscode.l10n.t('Import Generator');
  const project = await services.projects.refreshed();
  if (project) {
    const { generator } = projectPaths(project);
    if (existsSync(generator) && !(await confirmReplacing(generator))) return;
  }
  const checkpoint = await askCheckpoint(title);
  if (checkpoint === undefined) return;
  await importInto(services, checkpoint, project?.folder);
}

/** Asks for the file and whose work it is. */
export async function askCheckpoint(title: string): Promise<CheckpointChoice | undefined> {
  const path = await askFile(title, vscode.l10n.t('Import'), {
    [vscode.l10n.t('StyleGAN checkpoint, or ONNX model with feature outputs')]: ['pt', 'pth', 'pkl', 'onnx'],
    [vscode.l10n.t('All files')]: ['*'],
  });
  if (path === undefined) return undefined;
  const attribution = await askText(
    title,
    vscode.l10n.t(
      'Whose work is {0}, and under which licence? Goes with all that is made from it; may stay empty.',
      basename(path),
    ),
    { placeHolder: 'Karras et al., FFHQ, CC BY-NC-SA 4.0' },
  );
  return attribution === undefined ? undefined : { path, attribution: attribution === '' ? undefined : attribution };
}

/** Runs the import; the job says what was found, and its sheet of samples opens: a wrong import shows at a glance. */
export async function importInto(
  { jobs }: Services,
  { path, attribution }: CheckpointChoice,
  folder: string | undefined,
): Promise<void> {
  const project = folder === undefined ? undefined : await readProject(folder);
  const result = await jobs.perform(
    {
      job: 'import',
      options: {
        checkpoint: path,
        ...(attribution !== undefined && { attribution }),
        // Said, so that one that is there is replaced: the person was asked.
        ...(project && { out: projectPaths(project).generator }),
      },
    },
    folder,
    undefined,
    (question) => askImportQuestion(vscode.l10n.t('Import {0}', basename(path)), question),
  );
  if (result?.samples) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(result.samples.file));
}

async function confirmReplacing(generator: string): Promise<boolean> {
  const replace = vscode.l10n.t('Replace');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('The project has a generator already. Replace it?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0} is overwritten. Samples of the old generator can still be painted, but the interpreter no longer learns from them.',
        generator,
      ),
    },
    replace,
  );
  return chosen === replace;
}
