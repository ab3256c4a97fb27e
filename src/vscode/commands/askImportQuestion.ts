import * as vscode from 'vscode';
import type { JobInput } from '../../jobs/jobTable.ts';
import type { ImportQuestion, QuestionPort } from '../../stylegan/importQuestion.ts';
import { askChoice, askCount } from './ask.ts';

/**
 * Asks the person what a checkpoint leaves open.
 * @returns the options of the import that answer it; undefined when it was dismissed
 */
export async function askImportQuestion(
  title: string,
  question: ImportQuestion,
): Promise<Partial<JobInput<'import'>> | undefined> {
  switch (question.kind) {
    case 'class':
      return askClass(title, question.classes);
    case 'features':
      return askFeatures(title, question.outputs);
    case 'image': {
      const image = await askPort(title, vscode.l10n.t('Which output is the image?'), question.outputs);
      return image === undefined ? undefined : { image };
    }
    case 'latent': {
      const latent = await askPort(title, vscode.l10n.t('Which input is the latent?'), question.inputs);
      return latent === undefined ? undefined : { latent };
    }
  }
}

async function askClass(title: string, classes: number): Promise<{ class: number } | undefined> {
  const prompt = vscode.l10n.t(
    'It makes images of {0} classes. The number of the one that you want, from 0 to {1}:',
    classes,
    classes - 1,
  );
  const chosen = await askCount(title, prompt, { value: 0, minimum: 0, maximum: classes - 1 });
  return chosen === undefined ? undefined : { class: chosen };
}

/** All are chosen unless the person leaves some out. */
async function askFeatures(
  title: string,
  outputs: readonly QuestionPort[],
): Promise<{ features: string[] } | undefined> {
  const items = outputs.map(({ name, text }) => ({ label: text, picked: true, name }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    canPickMany: true,
    placeHolder: vscode.l10n.t('Which outputs are feature maps of the generator?'),
    ignoreFocusOut: true,
  });
  return chosen === undefined || chosen.length === 0 ? undefined : { features: chosen.map(({ name }) => name) };
}

function askPort(title: string, placeHolder: string, ports: readonly QuestionPort[]): Promise<string | undefined> {
  return askChoice(
    title,
    ports.map(({ name, text }) => ({ label: text, value: name })),
    placeHolder,
  );
}
