import * as vscode from 'vscode';
import type { JobInput } from '../../jobs/jobTable.ts';
import type { ImportQuestion } from '../../stylegan/importQuestion.ts';
import { askCount } from './ask.ts';

/**
 * Asks the person what a checkpoint leaves open.
 * @returns the options of the import that answer it; undefined when it was dismissed
 */
export async function askImportQuestion(
  title: string,
  // One kind so far; a second one makes this a switch.
  { classes }: ImportQuestion,
): Promise<Partial<JobInput<'import'>> | undefined> {
  const prompt = vscode.l10n.t(
    'It makes images of {0} classes. The number of the one that you want, from 0 to {1}:',
    classes,
    classes - 1,
  );
  const chosen = await askCount(title, prompt, { value: 0, minimum: 0, maximum: classes - 1 });
  return chosen === undefined ? undefined : { class: chosen };
}
