import * as vscode from 'vscode';
import { UNLABELLED } from '../../dataset/labelMap.ts';
import { CONTEXT_KEYS } from '../ids.ts';
import type { AnnotatorView } from './annotatorView.ts';

/** What VS Code must know of where the person looks: the context keys, and what is under the cursor in the status bar. */
export class Attention {
  readonly #item: vscode.StatusBarItem;
  readonly #keys = new Map<string, boolean>();

  constructor() {
    this.#item = vscode.window.createStatusBarItem('datasetgan.cursor', vscode.StatusBarAlignment.Right, 110);
    this.#item.name = vscode.l10n.t('DatasetGAN: Class under the Cursor');
  }

  /** @param active the annotator that is the active editor */
  update(active: AnnotatorView | undefined): void {
    this.#set(CONTEXT_KEYS.annotatorActive, active !== undefined);
    this.#set(CONTEXT_KEYS.annotatorFocused, active?.focused ?? false);
    const hover = active?.hover;
    if (!active || !hover || active.document.problem !== undefined) {
      this.#item.hide();
      return;
    }
    const { x, y, id } = hover;
    const name = active.document.annotation.classes.find((c) => c.id === id)?.name;
    this.#item.text =
      id === UNLABELLED
        ? vscode.l10n.t('{0}, {1} · not labelled', x, y)
        : `${x}, ${y} · ${(name ?? '?').replaceAll('$(', '$\u200b(')} (${id})`;
    this.#item.show();
  }

  dispose(): void {
    this.#set(CONTEXT_KEYS.annotatorActive, false);
    this.#set(CONTEXT_KEYS.annotatorFocused, false);
    this.#item.dispose();
  }

  #set(key: string, value: boolean): void {
    if ((this.#keys.get(key) ?? false) === value) return;
    this.#keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
