import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { findProject, PROJECT_FILE, readProject, type Project } from '../../dataset/projectFile.ts';
import type { Disposable, Projects } from '../services.ts';
import { activeFile } from './editorFile.ts';
import { nearestFolder } from './nearestFolder.ts';

const REMEMBERED = 'activeProject';
const SETTLE_MS = 100;

/** Which project is active, and what its file says. */
interface Active {
  readonly folder: string;
  readonly project: Project | undefined;
  readonly problem: string | undefined;
}

/** The projects of the workspace, found by their datasetgan.json; those of open files outside the workspace too. */
export class WorkspaceProjects implements Projects {
  readonly #memory: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #disposables: Disposable[] = [this.#changed];
  readonly #folders = new Set<string>();
  /** The active project, when it lies outside the workspace, is not seen by the workspace's watcher. */
  #outsideWatcher: vscode.Disposable | undefined;
  #active: Active | undefined;
  /** The active editor when the person chose a project: only the next one may claim the choice back. */
  #editorAtChoice: string | undefined;
  #working: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Project files that came, went or changed. */
  #events = 0;
  #disposed = false;

  constructor(memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.#memory = memory;
    this.#log = log;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${PROJECT_FILE}`);
    const deletions = vscode.workspace.createFileSystemWatcher('**', true, true, false);
    this.#disposables.push(
      watcher,
      watcher.onDidCreate((file) => this.#fileCame(file)),
      watcher.onDidChange((file) => this.#fileCame(file)),
      // Of a folder that is deleted with all that is in it, only the folder is said.
      deletions,
      deletions.onDidDelete((gone) => this.#gone(gone)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.#then(() => this.#search())),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#refreshSoon()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#refreshSoon()),
    );
    void this.#then(() => this.#search());
  }

  get active(): Project | undefined {
    return this.#active?.project;
  }

  get activeFolder(): string | undefined {
    return this.#active?.folder;
  }

  get problem(): string | undefined {
    return this.#active?.problem;
  }

  get folders(): readonly string[] {
    return [...this.#folders].sort();
  }

  async choose(folder: string): Promise<void> {
    this.#editorAtChoice = activeFile()?.toString() ?? '';
    await this.#then(() => this.#activate(folder));
  }

  async refreshed(): Promise<Project | undefined> {
    await this.#then(() => this.#refresh());
    return this.active;
  }

  async projectOf(file: vscode.Uri): Promise<Project | undefined> {
    if (file.scheme !== 'file' && file.scheme !== 'git') return undefined;
    const folder = await findProject(dirname(file.fsPath));
    if (folder === undefined) return undefined;
    if (folder === this.#active?.folder && this.#active.project) return this.#active.project;
    return readProject(folder).catch(() => undefined);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#outsideWatcher?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** One after another, so that a slow read never overtakes a later one. */
  #then(step: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(async () => {
      if (this.#disposed) return;
      try {
        await step();
      } catch (error) {
        this.#log.error(`Projects: ${messageOf(error)}`);
      }
    });
    return this.#working;
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#then(() => this.#refresh()), SETTLE_MS);
  }

  #fileCame(file: vscode.Uri): void {
    if (file.scheme !== 'file') return;
    this.#events++;
    this.#folders.add(dirname(file.fsPath));
    this.#refreshSoon();
  }

  #gone({ scheme, fsPath }: vscode.Uri): void {
    if (scheme !== 'file') return;
    const lost = this.folders.filter((folder) => nearestFolder(join(folder, PROJECT_FILE), [fsPath]) !== undefined);
    if (lost.length === 0) return;
    this.#events++;
    for (const folder of lost) this.#folders.delete(folder);
    this.#refreshSoon();
  }

  async #search(): Promise<void> {
    let files: readonly vscode.Uri[];
    let seen: number;
    do {
      seen = this.#events;
      files = await vscode.workspace.findFiles(`**/${PROJECT_FILE}`, '**/{node_modules,.git,.datasetgan}/**');
      // What came and went meanwhile may or may not be among them.
    } while (seen !== this.#events && !this.#disposed);
    this.#folders.clear();
    for (const file of files) if (file.scheme === 'file') this.#folders.add(dirname(file.fsPath));
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    await this.#activate((await this.#folderOfEditor()) ?? this.#stillActive() ?? this.#first());
  }

  async #folderOfEditor(): Promise<string | undefined> {
    const file = activeFile();
    if ((file?.toString() ?? '') === this.#editorAtChoice) return undefined;
    this.#editorAtChoice = undefined;
    if (file?.scheme !== 'file') return undefined;
    return nearestFolder(file.fsPath, this.folders) ?? (await findProject(dirname(file.fsPath)));
  }

  #stillActive(): string | undefined {
    const folder = this.#active?.folder;
    if (folder === undefined) return undefined;
    return this.#folders.has(folder) || this.#editorAtChoice !== undefined ? folder : undefined;
  }

  #first(): string | undefined {
    const remembered = this.#memory.get<string>(REMEMBERED);
    if (remembered !== undefined && this.#folders.has(remembered)) return remembered;
    // The outermost: a copy of a project inside another is the less likely one.
    return this.folders.toSorted((a, b) => a.length - b.length)[0];
  }

  async #activate(folder: string | undefined): Promise<void> {
    const active = folder === undefined ? undefined : await this.#read(folder);
    if (this.#disposed) return;
    const before = this.#state;
    const moved = active?.folder !== this.#active?.folder;
    this.#active = active;
    if (moved) {
      this.#watchOutside(folder);
      if (folder !== undefined) void this.#memory.update(REMEMBERED, folder);
    }
    if (this.#state !== before) this.#changed.fire();
  }

  /** What is said by `onDidChange`, in one string. */
  get #state(): string {
    return JSON.stringify([this.folders, this.#active?.folder, this.#active?.problem, this.#active?.project?.written]);
  }

  async #read(folder: string): Promise<Active> {
    try {
      return { folder, project: await readProject(folder), problem: undefined };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { folder, project: undefined, problem: error.message };
    }
  }

  #watchOutside(folder: string | undefined): void {
    this.#outsideWatcher?.dispose();
    this.#outsideWatcher = undefined;
    if (folder === undefined || vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))) return;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), PROJECT_FILE),
    );
    const refresh = (): void => this.#refreshSoon();
    this.#outsideWatcher = vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidChange(refresh),
      watcher.onDidDelete(refresh),
    );
  }
}
