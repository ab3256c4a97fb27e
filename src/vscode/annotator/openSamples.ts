import * as vscode from 'vscode';
import { classChangeEdit, type ClassChange } from '../../dataset/classChanges.ts';
import type { OpenSamples } from '../services.ts';
import { askThePerson } from './askThePerson.ts';
import { otherSide } from './diffSides.ts';
import type { Questions, SampleDocument } from './sampleDocument.ts';

const CARRY_MS = 30_000;

/** The documents that are open, in the order they were opened. */
export class OpenSampleDocuments implements OpenSamples {
  /** Tests put their own answers in. */
  readonly questions: Questions = { ...askThePerson };
  readonly #documents = new Set<SampleDocument>();
  /** Unsaved changes of files that are being renamed, by their new Uri. */
  readonly #carried = new Map<string, Uint8Array>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** One was opened or closed. */
  readonly onDidChange = this.#changed.event;

  add(document: SampleDocument): void {
    this.#documents.add(document);
    document.onDidDispose(() => {
      this.#documents.delete(document);
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  get all(): readonly SampleDocument[] {
    return [...this.#documents];
  }

  /** The working copy of a file. */
  at(path: string): SampleDocument | undefined {
    return this.all.findLast(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
  }

  /**
   * VS Code opens a renamed file anew and (in 1.139: its rename forgets the resource that the backup is kept under) without the backup that it
   * made. So we carry the unsaved changes ourselves.
   */
  carryOver(files: readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[]): void {
    for (const { oldUri, newUri } of files)
      for (const { uri, unsavedChanges } of this.#workingCopies) {
        if (!unsavedChanges || uri.scheme !== oldUri.scheme) continue;
        // A folder takes its files along.
        if (uri.path !== oldUri.path && !uri.path.startsWith(`${oldUri.path}/`)) continue;
        const target = newUri.with({ path: newUri.path + uri.path.slice(oldUri.path.length) }).toString();
        this.#carried.set(target, unsavedChanges);
        // Should the rename fail, it must not come up later.
        setTimeout(() => this.#carried.delete(target), CARRY_MS).unref();
      }
  }

  giveCarried(document: SampleDocument): void {
    const target = document.uri.toString();
    const changes = this.#carried.get(target);
    this.#carried.delete(target);
    if (changes && !document.unsaved) document.takeOver(changes);
  }

  get unsaved(): ReadonlySet<string> {
    return new Set(this.#workingCopies.filter(({ unsaved }) => unsaved).map(({ uri }) => uri.fsPath));
  }

  applyClassChange(paths: ReadonlySet<string>, change: ClassChange): void {
    const label = change.kind === 'merge' ? vscode.l10n.t('Merge Class') : vscode.l10n.t('Delete Class');
    for (const document of this.#workingCopies)
      if (paths.has(document.uri.fsPath)) document.relabel(label, (labels) => classChangeEdit(labels, change));
  }

  get #workingCopies(): readonly SampleDocument[] {
    return this.all.filter(({ uri }) => uri.scheme === 'file');
  }

  otherSideOf(document: SampleDocument): SampleDocument | undefined {
    const side = otherSide(
      document.uri,
      this.all.map(({ uri }) => uri),
    );
    return side && this.all.find(({ uri }) => uri === side);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
