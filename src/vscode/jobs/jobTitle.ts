import * as vscode from 'vscode';
import type { JobName } from '../../jobs/jobTable.ts';

/** What a job is called: "Train the interpreter". */
export function jobTitle(job: string): string {
  return textsOf(job).title;
}

/** A job at work, also as the subject of a sentence: "Training the interpreter". */
export function jobAtWork(job: string): string {
  return textsOf(job).atWork;
}

interface JobTexts {
  readonly title: string;
  readonly atWork: string;
}

function textsOf(job: string): JobTexts {
  const texts: Readonly<Record<JobName, JobTexts>> = {
    init: { title: vscode.l10n.t('Make a project'), atWork: vscode.l10n.t('Making the project') },
    import: { title: vscode.l10n.t('Import a generator'), atWork: vscode.l10n.t('Importing the generator') },
    sample: { title: vscode.l10n.t('Generate samples'), atWork: vscode.l10n.t('Generating samples') },
    'import-labels': { title: vscode.l10n.t('Import labels'), atWork: vscode.l10n.t('Importing labels') },
    train: { title: vscode.l10n.t('Train the interpreter'), atWork: vscode.l10n.t('Training the interpreter') },
    generate: { title: vscode.l10n.t('Generate a data set'), atWork: vscode.l10n.t('Generating the data set') },
    stats: { title: vscode.l10n.t('Count a data set'), atWork: vscode.l10n.t('Counting the data set') },
    export: { title: vscode.l10n.t('Export a data set'), atWork: vscode.l10n.t('Exporting the data set') },
    'export-factory': { title: vscode.l10n.t('Export the factory'), atWork: vscode.l10n.t('Exporting the factory') },
    report: { title: vscode.l10n.t('Write the report'), atWork: vscode.l10n.t('Writing the report') },
    doctor: { title: vscode.l10n.t('Examine this machine'), atWork: vscode.l10n.t('Trying execution providers') },
    demo: { title: vscode.l10n.t('Run the demo'), atWork: vscode.l10n.t('Running the demo') },
  };
  // A journal of a later version may name another.
  return (texts as Readonly<Partial<Record<string, JobTexts>>>)[job] ?? { title: job, atWork: job };
}
