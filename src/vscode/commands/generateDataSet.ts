import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { askCount } from './ask.ts';
import { requireProject } from './requireProject.ts';

/** Generates labelled images; all but their number stands in datasetgan.json. */
export async function generateDataSet({ projects, jobs }: Services): Promise<void> {
  const { folder, settings } = await requireProject(projects);
  const count = await askCount(
    vscode.l10n.t('Generate Data Set'),
    vscode.l10n.t('How many labelled images in all? What was generated before with the same settings stays.'),
    { value: settings.generation.count, maximum: 1_000_000 },
  );
  if (count === undefined) return;
  await jobs.perform({ job: 'generate', options: { count } }, folder);
}
