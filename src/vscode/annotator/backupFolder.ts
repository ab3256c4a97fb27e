import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { Serially } from './serially.ts';

/** What VS Code is given of a backup. */
export interface KeptBackup {
  readonly id: string;
  /** Does nothing once a newer one was kept. */
  readonly delete: () => void;
}

/**
 * The unsaved labels of each open file, in a place that is known by the file alone.
 *
 * VS Code remembers the id of a backup with the state of its window, which it writes now and then: after a crash soon after a backup the
 * file is opened without one. So what a document that nobody closed has left is found here. What the person gave up is set aside,
 * because VS Code may still ask for it by its id.
 */
export class BackupFolder {
  readonly #folder: string;
  readonly #steps = new Serially();
  /** Counts the backups of each file. */
  readonly #kept = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws UserError when it can't be written; an older backup stays whole */
  keep(uri: string, bytes: Uint8Array): Promise<KeptBackup> {
    const count = (this.#kept.get(uri) ?? 0) + 1;
    this.#kept.set(uri, count);
    const { unsaved } = this.#pathsOf(uri);
    const remove = (): Promise<void> =>
      this.#steps.run(async () => {
        if (this.#kept.get(uri) === count) await this.#remove(uri);
      });
    return this.#steps.run(async () => {
      await writeFileWhole(unsaved, bytes);
      return { id: unsaved, delete: () => void remove().catch(() => undefined) };
    });
  }

  /** By its id; undefined when it was deleted, as one is that a save made needless. */
  async read(id: string): Promise<Uint8Array | undefined> {
    // Only a file of this folder: the id comes out of VS Code's stored state.
    const name = /[0-9a-f]{64}(?=\.unsaved$)/.exec(id)?.[0];
    if (name === undefined) return undefined;
    const { unsaved, aside } = this.#pathsFor(name);
    return this.#steps.run(async () => (await bytesOf(unsaved)) ?? (await bytesOf(aside)));
  }

  /** What a document has left that was neither saved nor closed; what was set aside is deleted. */
  async leftOf(uri: string): Promise<Uint8Array | undefined> {
    const { unsaved, aside } = this.#pathsOf(uri);
    return this.#steps.run(async () => {
      await rm(aside, { force: true });
      return bytesOf(unsaved);
    });
  }

  /** The labels were saved, reverted, or the document closed without saving them. */
  async setAside(uri: string): Promise<void> {
    const { unsaved, aside } = this.#pathsOf(uri);
    await this.#steps.run(() => rename(unsaved, aside).catch(unlessMissing));
  }

  async #remove(uri: string): Promise<void> {
    const { unsaved, aside } = this.#pathsOf(uri);
    await rm(unsaved, { force: true });
    await rm(aside, { force: true });
  }

  #pathsOf(uri: string): { readonly unsaved: string; readonly aside: string } {
    return this.#pathsFor(createHash('sha256').update(uri).digest('hex'));
  }

  #pathsFor(name: string): { readonly unsaved: string; readonly aside: string } {
    return { unsaved: join(this.#folder, `${name}.unsaved`), aside: join(this.#folder, `${name}.aside`) };
  }
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(unlessMissing);
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
