import * as vscode from 'vscode';
import { classChangeEdit, type ClassChange } from '../../dataset/classChanges.ts';
import type { OpenSamples } from '../services.ts';
import { askThePerson } from './askThePerson.ts';
import { otherSide } from './diffSides.ts';
import type { Questions, SampleDocument } from './sampleDocument.ts';

/** The documents that are open, in the order they were opened. */
export class OpenSampleDocuments implements OpenSamples {
  /** Tests answer by themselves. */
  questions: Questions = askThePerson;
  readonly #documents = new Set<SampleDocument>();
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
