import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import { newestDataSet } from '../../dataset/newestDataSet.ts';
import { PROJECT_FILE, projectPaths, readProject } from '../../dataset/projectFile.ts';
import type { JobName, JobRequest } from '../../jobs/jobTable.ts';
import type { TaskRequest } from './jobTerminal.ts';

/**
 * What a task's definition asks for, with its paths made absolute. Whether the options are right is checked when the job starts.
 * @param base folder that `project` is relative to: the task's workspace folder
 * @param projects folders of the workspace's projects
 * @throws UserError for an unknown job, or without a project
 */
export async function taskRequest(
  definition: vscode.TaskDefinition,
  base: string | undefined,
  projects: readonly string[],
): Promise<TaskRequest> {
  const { TASK_JOBS } = await import('../../jobs/taskDefinition.ts');
  const { definitionOf } = await import('../../jobs/jobTable.ts');
  const { job, project: folder, ...given } = definition as Record<string, unknown>;
  delete given['type'];
  const name = TASK_JOBS.find((known) => known === job);
  if (name === undefined)
    throw new UserError(
      vscode.l10n.t(
        'A task of DatasetGAN needs "job", one of {0}; it is {1}.',
        TASK_JOBS.join(', '),
        JSON.stringify(job),
      ),
    );
  const project = projectFolder(folder, base, projects);
  const shape = definitionOf(name).options.shape as Record<string, { meta(): Record<string, unknown> | undefined }>;
  const options: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(options)) {
    if (typeof value === 'string' && isPath(shape[key])) options[key] = resolve(project, value);
  }
  await fillIn(name, options, project);
  // The jobs service checks it against the job's schema.
  return { request: { job: name, options } as JobRequest, project };
}

/** Options that a task need not name, though a terminal must: there, "the newest data set" would be a guess. */
async function fillIn(job: JobName, options: Record<string, unknown>, project: string): Promise<void> {
  if (job !== 'export' && job !== 'stats') return;
  options['dataset'] ??= await newestDataSet(projectPaths(await readProject(project)).dataSets);
  if (job !== 'export') return;
  const { dataset, format } = options;
  if (typeof dataset === 'string' && typeof format === 'string')
    options['out'] ??= join(project, 'exports', `${basename(dataset)}-${format}`);
}

function isPath(schema: unknown): boolean {
  // Defaults and optionals are wrapped around what bears the description.
  for (let inner = schema as Wrapped | undefined; inner !== undefined; inner = inner.def?.innerType) {
    if (inner.meta()?.['path'] === true) return true;
  }
  return false;
}

interface Wrapped {
  meta(): Record<string, unknown> | undefined;
  readonly def?: { readonly innerType?: Wrapped };
}

function projectFolder(given: unknown, base: string | undefined, projects: readonly string[]): string {
  if (given !== undefined && typeof given !== 'string')
    throw new UserError(vscode.l10n.t('"project" of a task of DatasetGAN is the path of a folder.'));
  if (given !== undefined) return resolve(base ?? '/', given);
  if (base !== undefined && existsSync(join(base, PROJECT_FILE))) return base;
  const [only, ...others] = projects;
  if (only !== undefined && others.length === 0) return only;
  throw new UserError(
    only === undefined
      ? vscode.l10n.t('There is no datasetgan.json in this workspace.')
      : vscode.l10n.t('There are several projects in this workspace: name one by "project" in tasks.json.'),
  );
}
