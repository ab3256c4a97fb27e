import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { projectPaths } from '../../dataset/projectFile.ts';
import { onJobStep } from '../jobs/jobSteps.ts';
import type { Disposable, Jobs, Projects } from '../services.ts';

/** What of the active project's files changed. */
export type ChangedFiles = 'models' | 'dataSets';

/** Tells when the active project's generator, interpreter or data sets change on disk. */
export class ProjectFiles implements Disposable {
  readonly #projects: Projects;
  readonly #changed = new vscode.EventEmitter<ChangedFiles>();
  readonly onDidChange = this.#changed.event;
  readonly #listeners: readonly Disposable[];
  #watched = '';
  #watchers: vscode.Disposable = new vscode.Disposable(() => undefined);

  constructor(projects: Projects, jobs: Jobs) {
    this.#projects = projects;
    this.#listeners = [
      projects.onDidChange(() => this.#follow()),
      onJobStep(jobs, ({ job, ended }) => {
        if (ended) this.#changed.fire('models');
        if (ended || job === 'generate') this.#changed.fire('dataSets');
      }),
    ];
    this.#follow();
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#watchers.dispose();
    this.#changed.dispose();
  }

  #follow(): void {
    const { active } = this.#projects;
    const watched = active === undefined ? '' : JSON.stringify(projectPaths(active));
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#watchers.dispose();
    if (active === undefined) return;
    const { generator, interpreter, dataSets } = projectPaths(active);
    this.#watchers = vscode.Disposable.from(
      ...this.#watch(dirname(generator), basename(generator), 'models'),
      ...this.#watch(dirname(interpreter), basename(interpreter), 'models'),
      // Not the pictures: there are thousands, and none changes without its row.
      ...this.#watch(dataSets, '*/{dataset,filter,rejected}.json', 'dataSets'),
      ...this.#watch(dataSets, '*/index/*.jsonl', 'dataSets'),
    );
  }

  #watch(folder: string, pattern: string, what: ChangedFiles): vscode.Disposable[] {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
    );
    const tell = (): void => this.#changed.fire(what);
    return [watcher, watcher.onDidCreate(tell), watcher.onDidChange(tell), watcher.onDidDelete(tell)];
  }
}
