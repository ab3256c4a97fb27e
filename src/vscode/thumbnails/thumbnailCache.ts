import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import type { ReaderThread } from '../reader/readerThread.ts';
import type { PictureRequest } from './makePicture.ts';

export type Drawing = Omit<PictureRequest, 'out'>;

/** Pictures that are drawn at once. The thread draws one after the other; two keep it busy while files are read. */
const AT_ONCE = 2;
/** Who has scrolled past so many does not come back for them soon. */
const MOST_WAITING = 400;
/** Some hundred MB. More than that, and the cache starts anew. */
const MOST_FILES = 20_000;

/** Small pictures in files, drawn in the reader thread when they are first wanted. */
export class ThumbnailCache implements vscode.Disposable {
  readonly #folder: string;
  readonly #reader: ReaderThread;
  readonly #log: vscode.LogOutputChannel;
  #there: Promise<Set<string>> | undefined;
  #known: ReadonlySet<string> = new Set();
  readonly #failed = new Set<string>();
  readonly #made = new Map<string, Promise<vscode.Uri | undefined>>();
  /** The last one is drawn first: it is what the person looks at now. */
  #waiting: { readonly name: string; readonly draw: () => Promise<Drawing | undefined>; readonly done: () => void }[] =
    [];
  #running = 0;
  #disposed = false;

  constructor(folder: string, reader: ReaderThread, log: vscode.LogOutputChannel) {
    this.#folder = folder;
    this.#reader = reader;
    this.#log = log;
  }

  /**
   * The picture's file if it is there. If not, it is put on the list, and `done` is called when it is there.
   * @param key names the picture and everything that it depends on
   * @param draw what to draw; undefined when there can be no picture
   */
  get(
    key: readonly unknown[],
    draw: () => Promise<Drawing | undefined> | Drawing,
    done: () => void,
  ): vscode.Uri | undefined {
    const name = fileName(key);
    if (this.#known.has(name)) return vscode.Uri.file(join(this.#folder, name));
    if (!this.#failed.has(name) && !this.#disposed) {
      this.#waiting = this.#waiting.filter((other) => other.name !== name).slice(-MOST_WAITING + 1);
      this.#waiting.push({ name, draw: async () => draw(), done });
      this.#drawNext();
    }
    return undefined;
  }

  /** The picture's file, drawn before all that waits; undefined when it can't be drawn. */
  make(key: readonly unknown[], draw: () => Promise<Drawing | undefined> | Drawing): Promise<vscode.Uri | undefined> {
    return this.#make(fileName(key), async () => draw());
  }

  /** Forgets what waits: nobody looks any more. */
  forget(): void {
    this.#waiting = [];
  }

  dispose(): void {
    this.#disposed = true;
    this.forget();
  }

  #drawNext(): void {
    while (this.#running < AT_ONCE) {
      const next = this.#waiting.pop();
      if (next === undefined) return;
      this.#running++;
      void this.#make(next.name, next.draw).then((uri) => {
        this.#running--;
        if (this.#disposed) return;
        if (uri) next.done();
        this.#drawNext();
      });
    }
  }

  #make(name: string, draw: () => Promise<Drawing | undefined>): Promise<vscode.Uri | undefined> {
    let made = this.#made.get(name);
    if (made === undefined) {
      made = this.#draw(name, draw).finally(() => this.#made.delete(name));
      this.#made.set(name, made);
    }
    return made;
  }

  async #draw(name: string, draw: () => Promise<Drawing | undefined>): Promise<vscode.Uri | undefined> {
    const out = join(this.#folder, name);
    try {
      const there = await (this.#there ??= this.#look());
      if (!there.has(name)) {
        const drawing = await draw();
        if (drawing === undefined) return undefined;
        await this.#reader.ask('makePicture', { ...drawing, out });
        there.add(name);
      }
      return vscode.Uri.file(out);
    } catch (error) {
      if (this.#disposed) return undefined;
      // What can't be drawn has an icon instead; the sample or the data set says why in its own place.
      this.#failed.add(name);
      this.#log.debug(`No small picture: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #look(): Promise<Set<string>> {
    await mkdir(this.#folder, { recursive: true });
    let names = await readdir(this.#folder);
    if (names.length > MOST_FILES) {
      await Promise.all(names.map((name) => rm(join(this.#folder, name), { force: true })));
      names = [];
    }
    const there = new Set(names);
    this.#known = there;
    return there;
  }
}

function fileName(key: readonly unknown[]): string {
  return `${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32)}.png`;
}
