import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import type { Journal, JournalReader } from '../../jobs/journal.ts';
import type { Disposable } from '../services.ts';

/** A running journal is written twice a second. */
const SETTLE_MS = 250;
/** A process that dies says nothing, and VS Code's watcher misses a folder that is made and filled at once, as the first job's is. */
const POLL_MS = 2_000;

/** The journals of one project, newest first, kept true to the disk; those of jobs that a terminal started too. */
export class JournalsOfProject implements Disposable {
  readonly #folder: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed: () => void;
  readonly #disposables: vscode.Disposable[];
  #reader: JournalReader | undefined;
  #journals: readonly Journal[] = [];
  #text = '';
  #reading: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #poll: NodeJS.Timeout;
  /** {@link JournalReader.lastTouch} as of the last reading. */
  #touched: number | undefined;
  #disposed = false;

  constructor(folder: string, log: vscode.LogOutputChannel, changed: () => void) {
    this.#folder = folder;
    this.#log = log;
    this.#changed = changed;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), '.datasetgan/jobs/*.json'),
    );
    const soon = (): void => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.refresh();
      }, SETTLE_MS);
    };
    this.#disposables = [watcher, watcher.onDidCreate(soon), watcher.onDidChange(soon), watcher.onDidDelete(soon)];
    this.#poll = setInterval(() => void this.#look(), POLL_MS);
    this.#poll.unref();
    soon();
  }

  get folder(): string {
    return this.#folder;
  }

  get journals(): readonly Journal[] {
    return this.#journals;
  }

  /** Resolves when what is on disk now has been read. */
  refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    const read = async (): Promise<void> => {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#mayGoOn());
    };
    this.#reading = read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #mayGoOn(): boolean {
    return this.#again && !this.#disposed;
  }

  async #read(): Promise<void> {
    try {
      // Not at the top of the file: activation does not wait for it.
      this.#reader ??= new (await import('../../jobs/journal.ts')).JournalReader(this.#folder);
      this.#touched = await this.#reader.lastTouch();
      const journals = await this.#reader.read();
      if (this.#disposed) return;
      this.#journals = journals;
      const text = JSON.stringify(journals);
      if (text === this.#text) return;
      this.#text = text;
      this.#changed();
    } catch (error) {
      this.#log.warn(`The journals of ${this.#folder} could not be read: ${messageOf(error)}`);
    }
  }

  async #look(): Promise<void> {
    if (this.#journals.some(isUnderWay) || (await this.#reader?.lastTouch()) !== this.#touched) {
      if (!this.#disposed) await this.refresh();
    }
  }
}
