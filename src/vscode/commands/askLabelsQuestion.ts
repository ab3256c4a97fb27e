import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { LabelsQuestion } from '../../dataset/importLabels/labelsQuestion.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import type { JobInput } from '../../jobs/jobTable.ts';
import { askChoice, askFolder, type Choice } from './ask.ts';

type Answer = Partial<JobInput<'import-labels'>>;

/**
 * Asks the person what labels leave open.
 * @returns the options of `import-labels` that answer it; undefined when it was dismissed
 */
export async function askLabelsQuestion(
  title: string,
  question: LabelsQuestion,
  project: Project,
): Promise<Answer | undefined> {
  switch (question.kind) {
    case 'classes':
      return askClasses(title, question, project);
    case 'overwrite': {
      const replace = vscode.l10n.t('Replace');
      const chosen = await vscode.window.showWarningMessage(
        question.samples === 1
          ? vscode.l10n.t('A sample has other labels already. Replace them?')
          : vscode.l10n.t('{0} samples have other labels already. Replace them?', question.samples),
        { modal: true, detail: vscode.l10n.t('What was painted on them is lost.') },
        replace,
      );
      return chosen === replace ? { overwrite: true } : undefined;
    }
    case 'images': {
      const choose = vscode.l10n.t('Choose Folder…');
      const chosen = await vscode.window.showWarningMessage(
        vscode.l10n.t('{0} of {1} label files have no sample of their name.', question.without, question.files),
        { modal: true, detail: vscode.l10n.t('Where are the images that they are labels of?') },
        choose,
      );
      if (chosen !== choose) return undefined;
      const near = vscode.Uri.file(projectPaths(project).dataSets);
      const images = await askFolder(title, vscode.l10n.t('These Are the Images'), near);
      return images === undefined ? undefined : { images };
    }
    case 'latents': {
      const choices = question.files.map((path) => ({ label: basename(path), value: path }));
      const latents = await askChoice(title, choices, vscode.l10n.t('Which file has the latents of the images?'));
      return latents === undefined ? undefined : { latents };
    }
  }
}

type ClassesQuestion = Extract<LabelsQuestion, { kind: 'classes' }>;

async function askClasses(
  title: string,
  { unknown, count }: ClassesQuestion,
  project: Project,
): Promise<Answer | undefined> {
  const shown = `${unknown.join(', ')}${count > unknown.length ? ', …' : ''}`;
  const makeNew: Choice<'new' | 'each'> = { label: vscode.l10n.t('Make New Classes of Them'), value: 'new' };
  const choose: Choice<'new' | 'each'> = {
    label: vscode.l10n.t('Choose for Each'),
    detail: vscode.l10n.t('A class of the project, a new one, or not labelled.'),
    value: 'each',
  };
  const way = await askChoice(
    title,
    count > unknown.length ? [makeNew] : [makeNew, choose],
    vscode.l10n.t('The project has no class for {0}.', shown),
  );
  if (way !== 'each') return way === undefined ? undefined : { addClasses: true };

  const pairs: string[] = [];
  for (const text of unknown) {
    const choices: Choice<string | null>[] = [
      ...project.settings.classes.map(({ name }) => ({ label: name, value: name })),
      { label: vscode.l10n.t('$(add) A New Class'), value: null },
      { label: vscode.l10n.t('$(circle-slash) Not Labelled'), value: 'unlabelled' },
    ];
    const chosen = await askChoice<string | null>(title, choices, vscode.l10n.t('Which class is {0}?', text));
    if (chosen === undefined) return undefined;
    if (chosen !== null) pairs.push(`"${text}"="${chosen}"`);
  }
  return {
    ...(pairs.length > 0 && { classes: pairs.join(',') }),
    ...(pairs.length < unknown.length && { addClasses: true }),
  };
}
