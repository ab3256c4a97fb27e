import * as vscode from 'vscode';
import type { JobName } from '../../jobs/jobTable.ts';

/** What a job does, as a title: "Training the interpreter". */
export function jobTitle(job: string): string {
  const titles: Readonly<Record<JobName, string>> = {
    init: vscode.l10n.t('Making the project'),
    import: vscode.l10n.t('Importing the generator'),
    sample: vscode.l10n.t('Generating samples'),
    'import-labels': vscode.l10n.t('Importing labels'),
    train: vscode.l10n.t('Training the interpreter'),
    generate: vscode.l10n.t('Generating the data set'),
    stats: vscode.l10n.t('Counting the data set'),
    export: vscode.l10n.t('Exporting the data set'),
    'export-factory': vscode.l10n.t('Exporting the factory'),
    report: vscode.l10n.t('Writing the report'),
    doctor: vscode.l10n.t('Trying execution providers'),
    demo: vscode.l10n.t('Running the demo'),
  };
  // A journal of a later version may name another.
  return (titles as Readonly<Record<string, string>>)[job] ?? job;
}
