import { readdir } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import * as vscode from 'vscode';
import { PROBLEM_MATCHER, TASK_TYPE } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { JobTerminal } from './jobTerminal.ts';
import { taskRequest } from './taskRequest.ts';

/** What is offered for each project, besides an export for each format. */
const OFFERED = ['train', 'generate', 'sample', 'export-factory', 'report'] as const;

/** Tasks of type `datasetgan`: offered for each project of the workspace, and as tasks.json describes them. */
export function registerTasks(services: Services): Disposable {
  return vscode.tasks.registerTaskProvider(TASK_TYPE, {
    provideTasks: () => offeredTasks(services),
    // With the same definition object: VS Code knows the task by it.
    resolveTask: (task) =>
      taskOf(services, task.definition, task.scope ?? vscode.TaskScope.Workspace, task.name, task.detail),
  });
}

async function offeredTasks(services: Services): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  const [{ definitionOf, EXPORT_FORMATS }, { projectPaths, readProject }] = await Promise.all([
    import('../../jobs/jobTable.ts'),
    import('../../dataset/projectFile.ts'),
  ]);
  // The first search for projects may still run: VS Code asks as early as it likes.
  await services.projects.refreshed();
  const { folders } = services.projects;
  const tasks: vscode.Task[] = [];
  for (const folder of folders) {
    const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
    if (scope === undefined) continue;
    const path = relative(scope.uri.fsPath, folder).replaceAll('\\', '/');
    const where = path === '' ? {} : { project: path };
    const suffix = folders.length > 1 ? ` (${path === '' ? basename(folder) : path})` : '';
    const offer = (definition: vscode.TaskDefinition, name: string, detail: string): void => {
      tasks.push(taskOf(services, { ...definition, ...where }, scope, name + suffix, detail));
    };
    for (const job of OFFERED) offer({ type: TASK_TYPE, job }, job, definitionOf(job).summary);
    // A project with mistakes in it still has the tasks above: they say what is wrong.
    const project = await readProject(folder).catch(() => undefined);
    const dataSets = project === undefined ? [] : await readdir(projectPaths(project).dataSets).catch(() => []);
    if (dataSets.length === 0) continue;
    for (const format of EXPORT_FORMATS)
      offer({ type: TASK_TYPE, job: 'export', format }, `export ${format}`, definitionOf('export').summary);
  }
  return tasks;
}

function taskOf(
  { jobs, projects }: Services,
  definition: vscode.TaskDefinition,
  scope: vscode.WorkspaceFolder | vscode.TaskScope.Global | vscode.TaskScope.Workspace,
  name: string,
  detail: string | undefined,
): vscode.Task {
  const base = typeof scope === 'object' ? scope.uri.fsPath : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  // What VS Code hands over has the variables of tasks.json (${workspaceFolder}) filled in.
  const execution = new vscode.CustomExecution((resolved) =>
    Promise.resolve(new JobTerminal(jobs, () => taskRequest(resolved, base, projects.folders))),
  );
  const task = new vscode.Task(definition, scope, name, TASK_TYPE, execution, [PROBLEM_MATCHER]);
  if (detail !== undefined) task.detail = detail;
  return task;
}
