import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import { settingsPath } from '../../dataset/dataSetLayout.ts';
import { parseSplit } from '../../dataset/export/split.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import { EXPORT_FORMATS } from '../../jobs/jobTable.ts';
import type { Services } from '../services.ts';
import { askChoice, askFolder, askText, type Choice } from './ask.ts';
import { exportFormatTexts } from './exportFormatTexts.ts';
import { requireProject } from './requireProject.ts';

/** Writes a data set in the format of other people's programs. */
export async function exportDataSet({ projects, jobs }: Services): Promise<void> {
  const title = vscode.l10n.t('Export Data Set');
  const project = await requireProject(projects);
  const dataset = await askDataSet(title, project);
  if (dataset === undefined) return;

  const texts = exportFormatTexts();
  const format = await askChoice(
    title,
    EXPORT_FORMATS.map((value) => ({ ...texts[value], value })),
    vscode.l10n.t('In which format?'),
  );
  if (format === undefined) return;

  const keptOnly = await askChoice<boolean>(title, [
    {
      label: vscode.l10n.t('Only Kept Images'),
      detail: vscode.l10n.t('Without those that the filter drops as most uncertain, or that were rejected.'),
      value: true,
    },
    { label: vscode.l10n.t('All Images'), value: false },
  ]);
  if (keptOnly === undefined) return;

  const split = await askSplit(title);
  if (split === undefined) return;
  const out = await askTarget(title, project, `${basename(dataset)}-${format}`);
  if (out === undefined) return;

  await jobs.perform(
    { job: 'export', options: { dataset, format, out, keptOnly, ...(split !== '' && { split }) } },
    project.folder,
  );
}

async function askDataSet(title: string, project: Project): Promise<string | undefined> {
  const found = await dataSetsIn(projectPaths(project).dataSets);
  if (found.length === 0)
    throw new UserError(vscode.l10n.t('The project has no data set yet: "DatasetGAN: Generate Data Set" makes one.'));
  if (found.length === 1) return found[0]!.path;
  return askChoice(
    title,
    found.map(({ path, time }) => ({
      label: basename(path),
      description: new Date(time).toLocaleString(),
      value: path,
    })),
    vscode.l10n.t('Which data set?'),
  );
}

/** Newest first. */
async function dataSetsIn(folder: string): Promise<readonly { readonly path: string; readonly time: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const time = (await stat(settingsPath(path)).catch(() => undefined))?.mtimeMs;
      return time === undefined ? [] : [{ path, time }];
    }),
  );
  return found.flat().sort((a, b) => b.time - a.time);
}

/** In percent, "" for none. */
async function askSplit(title: string): Promise<string | undefined> {
  const chosen = await askChoice<string | null>(
    title,
    [
      { label: vscode.l10n.t('One Part'), value: '' },
      { label: '90/10', detail: vscode.l10n.t('train and val'), value: '90/10' },
      { label: '80/10/10', detail: vscode.l10n.t('train, val and test'), value: '80/10/10' },
      { label: vscode.l10n.t('Others…'), value: null },
    ],
    vscode.l10n.t('Divide it into parts?'),
  );
  if (chosen !== null) return chosen;
  return askText(title, vscode.l10n.t('Parts in percent: train/val, or train/val/test'), {
    value: '70/20/10',
    problem: (text) => {
      try {
        parseSplit(text);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
}

async function askTarget(title: string, project: Project, name: string): Promise<string | undefined> {
  const inProject = freePath(join(project.folder, 'exports', name));
  const choices: Choice<string | null>[] = [
    { label: vscode.l10n.t('$(folder) In the Project'), description: inProject, value: inProject },
    {
      label: vscode.l10n.t('$(folder-opened) Another Folder…'),
      detail: vscode.l10n.t('A folder "{0}" is made there.', name),
      value: null,
    },
  ];
  const chosen = await askChoice<string | null>(title, choices, vscode.l10n.t('Where to?'));
  if (chosen !== null) return chosen;
  const parent = await askFolder(title, vscode.l10n.t('Export Here'), vscode.Uri.file(project.folder));
  return parent === undefined ? undefined : freePath(join(parent, name));
}

/** `path`, or with the first number that is free. */
function freePath(path: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}
