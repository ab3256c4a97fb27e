import * as vscode from 'vscode';
import { ANNOTATOR_VIEW_TYPE } from '../ids.ts';
import type { Services } from '../services.ts';
import { askCount } from './ask.ts';
import { requireProject } from './requireProject.ts';

/** What DatasetGAN needs for faces, and a few at a time once there are some. */
const FIRST = 16;
const MORE = 4;

/** Draws the next samples and opens the first of them. */
export async function generateSamples({ projects, samples, jobs }: Services): Promise<void> {
  const { folder } = await requireProject(projects);
  const count = await askCount(vscode.l10n.t('Generate Samples to Annotate'), vscode.l10n.t('How many samples?'), {
    value: samples.entries.length === 0 ? FIRST : MORE,
    maximum: 1000,
  });
  if (count === undefined) return;
  const made = await jobs.perform({ job: 'sample', options: { count } }, folder);
  const first = made?.files[0];
  if (first !== undefined)
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(first), ANNOTATOR_VIEW_TYPE);
}
