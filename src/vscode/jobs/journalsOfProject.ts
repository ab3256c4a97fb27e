import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import type { Journal, JournalReader } from '../../jobs/journal.ts';
import type { Disposable } from '../services.ts';

/** A running journal is written twice a second. */
const SETTLE_MS = 250;
/** Only while a job runs: a process that dies says nothing. */
const POLL_MS = 3_000;

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
  #poll: NodeJS.Timeout | undefined;
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
    clearTimeout(this.#poll);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #mayGoOn(): boolean {
    return this.#again && !this.#disposed;
  }

  async #read(): Promise<void> {
    try {
      // Not at the top of the file: activation does not wait for it.
      this.#reader ??= new (await import('../../jobs/journal.ts')).JournalReader(this.#folder);
      const journals = await this.#reader.read();
      if (this.#disposed) return;
      this.#journals = journals;
      this.#pollWhileRunning();
      const text = JSON.stringify(journals);
      if (text === this.#text) return;
      this.#text = text;
      this.#changed();
    } catch (error) {
      this.#log.warn(`The journals of ${this.#folder} could not be read: ${messageOf(error)}`);
    }
  }

  #pollWhileRunning(): void {
    clearTimeout(this.#poll);
    const runs = this.#journals.some(isUnderWay);
    this.#poll = runs ? setTimeout(() => void this.refresh(), POLL_MS) : undefined;
  }
}
