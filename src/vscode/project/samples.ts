import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { projectPaths } from '../../dataset/projectFile.ts';
import type { ReaderThread } from '../reader/readerThread.ts';
import type { Disposable, Projects, SampleEntry, Samples } from '../services.ts';

/** As the Explorer sorts: 2 before 10. */
const inOrder = new Intl.Collator('en', { numeric: true });

const SETTLE_MS = 150;
/** Reading begins when the window has had time for what the person waits for. */
const FIRST_READ_MS = 300;
/** So many files are given to the reader at once, and shown at once. */
const BATCH = 32;
const SHOW_EVERY_MS = 500;

/** What stands in a file, as of its time and size. */
type Known = { readonly modified: number; readonly size: number } & (
  { readonly entry: SampleEntry } | { readonly problem: string }
);

/** The samples of the active project, kept true to its folder. */
export function createSamples(projects: Projects, reader: ReaderThread, log: vscode.LogOutputChannel): Samples {
  return new FolderSamples(projects, reader, log);
}

class FolderSamples implements Samples {
  readonly #projects: Projects;
  readonly #reader: ReaderThread;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #listeners: Disposable[] = [this.#changed];
  readonly #known = new Map<string, Known>();
  #folder: string | undefined;
  #watcher: vscode.Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Paths that a watcher named; 'all' when the folder itself has to be looked at. */
  #touched: Set<string> | 'all' = new Set();
  /** The reading that runs now, and the one that shall follow it. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #entries: readonly SampleEntry[] | undefined;
  /** Something came, went or changed that nobody was told of yet. */
  #untold = false;
  #disposed = false;

  constructor(projects: Projects, reader: ReaderThread, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#reader = reader;
    this.#log = log;
    this.#listeners.push(projects.onDidChange(() => this.#follow()));
    this.#follow();
  }

  get entries(): readonly SampleEntry[] {
    this.#entries ??= [...this.#known.values()]
      .flatMap((known) => ('entry' in known ? [known.entry] : []))
      .sort((a, b) => inOrder.compare(a.name, b.name));
    return this.#entries;
  }

  get unreadable(): readonly { readonly path: string; readonly problem: string }[] {
    return [...this.#known]
      .flatMap(([path, known]) => ('problem' in known ? [{ path, problem: known.problem }] : []))
      .sort((a, b) => inOrder.compare(a.path, b.path));
  }

  async refreshed(): Promise<readonly SampleEntry[]> {
    this.#follow();
    this.#touched = 'all';
    await this.#read();
    return this.entries;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#watcher?.dispose();
    for (const listener of this.#listeners) listener.dispose();
  }

  /** Turns to the active project's folder. */
  #follow(): void {
    const { active } = this.#projects;
    const folder = active && projectPaths(active).samples;
    if (folder === this.#folder) return;
    this.#folder = folder;
    this.#watcher?.dispose();
    this.#watcher = undefined;
    this.#known.clear();
    this.#untold = true;
    this.#touched = 'all';
    this.#show();
    if (folder === undefined) return;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), '*.dgan'),
    );
    const touch = ({ fsPath }: vscode.Uri): void => {
      if (this.#touched !== 'all') this.#touched.add(fsPath);
      this.#readIn(SETTLE_MS);
    };
    this.#watcher = vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(touch),
      watcher.onDidChange(touch),
      watcher.onDidDelete(touch),
    );
    this.#readIn(FIRST_READ_MS);
  }

  #readIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#read().catch((error: unknown) => this.#log.error(`Reading the samples: ${messageOf(error)}`));
    }, milliseconds);
  }

  /** Resolves when everything that was touched before this call is read. */
  #read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#readTouched().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    const running = this.#reading;
    this.#next ??= running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#read();
      });
    return this.#next;
  }

  async #readTouched(): Promise<void> {
    clearTimeout(this.#timer);
    const folder = this.#folder;
    if (folder === undefined || this.#disposed) return;
    const touched = this.#touched;
    this.#touched = new Set();
    const paths =
      touched === 'all'
        ? (await readdir(folder).catch(() => [] as string[]))
            .filter((name) => name.endsWith('.dgan'))
            .map((name) => join(folder, name))
        : [...touched];
    if (touched === 'all') {
      const there = new Set(paths);
      for (const path of this.#known.keys()) if (!there.has(path)) this.#forget(path);
    }
    let shown = Date.now();
    for (let from = 0; from < paths.length; from += BATCH) {
      await this.#readBatch(paths.slice(from, from + BATCH));
      if (this.#isOver(folder)) return;
      if (Date.now() - shown > SHOW_EVERY_MS) {
        this.#show();
        shown = Date.now();
      }
    }
    this.#show();
  }

  async #readBatch(paths: readonly string[]): Promise<void> {
    const folder = this.#folder;
    const states = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
    if (this.#isOver(folder)) return;
    const changed: { readonly path: string; readonly modified: number; readonly size: number }[] = [];
    paths.forEach((path, i) => {
      const state = states[i];
      if (!state?.isFile()) {
        this.#forget(path);
        return;
      }
      const known = this.#known.get(path);
      if (known?.modified !== state.mtimeMs || known.size !== state.size)
        changed.push({ path, modified: state.mtimeMs, size: state.size });
    });
    if (changed.length === 0) return;
    const summaries = await this.#reader.ask(
      'sampleSummaries',
      changed.map(({ path }) => path),
    );
    if (this.#isOver(folder)) return;
    this.#untold = true;
    changed.forEach(({ path, modified, size }, i) => {
      const summary = summaries[i]!;
      if ('problem' in summary) {
        if (summary.isBug) this.#log.error(`${path}: ${summary.problem}`);
        this.#known.set(path, { modified, size, problem: summary.problem });
        return;
      }
      const { status, labelled, pixelsPerId, labelsHash, origin } = summary.ok;
      const name = basename(path, '.dgan');
      this.#known.set(path, {
        modified,
        size,
        entry: { path, name, status, labelled, pixelsPerId, labelsHash, origin, modified },
      });
    });
  }

  #isOver(folder: string | undefined): boolean {
    return this.#disposed || this.#folder !== folder;
  }

  #forget(path: string): void {
    if (this.#known.delete(path)) this.#untold = true;
  }

  #show(): void {
    if (!this.#untold || this.#disposed) return;
    this.#untold = false;
    this.#entries = undefined;
    this.#changed.fire();
  }
}
