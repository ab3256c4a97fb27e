import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import type { Disposable, Services } from '../services.ts';
import { BackupFolder } from './backupFolder.ts';
import { SampleDocument, type Questions } from './sampleDocument.ts';

/** Keeps the unsaved labels of the open documents, and opens documents with what was kept of them. */
export class DocumentBackups implements Disposable {
  readonly #log: Services['log'];
  readonly #folder: BackupFolder;
  /** Opened with labels that VS Code does not know to be unsaved. */
  readonly #rescued = new Set<SampleDocument>();
  readonly #tabs: Disposable;

  constructor({ context, log }: Pick<Services, 'context' | 'log'>, documents: () => readonly SampleDocument[]) {
    this.#log = log;
    this.#folder = new BackupFolder(
      vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'unsaved').fsPath,
    );
    // Saved, reverted, undone, or closed with "Don't Save", of which VS Code tells nothing else.
    this.#tabs = vscode.window.tabGroups.onDidChangeTabs(({ changed }) => {
      for (const { input, isDirty } of changed) {
        if (isDirty || !(input instanceof vscode.TabInputCustom)) continue;
        const address = input.uri.toString();
        const document = documents().find(({ uri }) => uri.toString() === address);
        if (document && !this.#rescued.has(document)) this.#setAside(document);
      }
    });
  }

  /** Opens a document with its unsaved labels: those that VS Code asks for, or those that a crash left. */
  async open(uri: vscode.Uri, backupId: string | undefined, questions: Questions): Promise<SampleDocument> {
    const name = vscode.workspace.asRelativePath(uri);
    const kept = await this.#read(uri, backupId);
    let document: SampleDocument;
    try {
      document = await SampleDocument.open(uri, kept, questions);
    } catch (error) {
      // Better the saved labels than none.
      this.#log.error(`The unsaved labels of ${name} could not be restored: ${messageOf(error)}`);
      void vscode.window.showWarningMessage(
        vscode.l10n.t('The unsaved labels of {0} could not be restored; it is open as it was saved.', name),
      );
      document = await SampleDocument.open(uri, undefined, questions);
    }
    if (backupId === undefined && document.restored) this.#rescued.add(document);
    document.onDidDispose(() => {
      this.#rescued.delete(document);
      this.#setAside(document);
    });
    return document;
  }

  async keep(document: SampleDocument): Promise<vscode.CustomDocumentBackup> {
    const kept = await this.#folder.keep(document.uri.toString(), document.backupBytes());
    this.#rescued.delete(document);
    return kept;
  }

  /** Its labels were saved or reverted. */
  settled(document: SampleDocument): void {
    this.#rescued.delete(document);
    this.#setAside(document);
  }

  /** To be called once VS Code knows the document: makes rescued labels an edit that can be saved and undone. */
  tellRescued(document: SampleDocument): void {
    if (!this.#rescued.has(document) || !document.tellRestored()) return;
    const name = vscode.workspace.asRelativePath(document.uri);
    this.#log.info(`${name} is open with the unsaved labels that an earlier window left.`);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} has its labels back that were not saved when VS Code ended. Undo gives the saved ones.', name),
    );
  }

  dispose(): void {
    this.#tabs.dispose();
  }

  async #read(uri: vscode.Uri, backupId: string | undefined): Promise<Uint8Array | undefined> {
    try {
      if (backupId === undefined) return await this.#folder.leftOf(uri.toString());
      const kept = await this.#folder.read(backupId);
      // A window that is loaded again right after a save asks for the backup that the save made needless.
      if (!kept) this.#log.warn(`There is no backup any more of ${uri.path}; it is open as it was saved.`);
      return kept;
    } catch (error) {
      this.#log.error(`The backup of ${uri.path} could not be read: ${messageOf(error)}`);
      return undefined;
    }
  }

  #setAside({ uri }: SampleDocument): void {
    this.#folder
      .setAside(uri.toString())
      .catch((error: unknown) => this.#log.warn(`The backup of ${uri.path} stays: ${messageOf(error)}`));
  }
}
