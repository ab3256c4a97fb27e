import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { packBytes } from '../../dataset/annotation/packedLabels.ts';
import {
  fromAnnotatorSchema,
  type FromAnnotator,
  type SampleSnapshot,
  type ToAnnotator,
} from '../../messages/annotatorMessages.ts';
import type { AnnotatorActionName } from '../../messages/annotatorActions.ts';
import { bundledPage, bundleFolder, pageSources } from '../pages/bundledPage.ts';
import { problemHtml } from '../pages/pageHtml.ts';
import type { Destination } from './queue.ts';
import type { SampleDocument } from './sampleDocument.ts';

/** What is under the cursor. */
export type Hover = Extract<FromAnnotator, { type: 'hover' }>['at'];

/** What a view asks of the rest of the extension. */
export interface ViewHost {
  readonly extensionUri: vscode.Uri;
  readonly imageFolder: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  addressOfImage(document: SampleDocument, webview: vscode.Webview): Promise<string>;
  notesOn(document: SampleDocument): Promise<readonly string[]>;
  /** Zoom, tool and class of the annotator that was used last. */
  rememberedView: unknown;
  /** Beyond the sample itself: queue, prediction, other side. */
  furtherMessages(document: SampleDocument): readonly ToAnnotator[];
  want(view: AnnotatorView, wanted: boolean): void;
  /** Focus, hover or visibility changed. */
  attentionChanged(): void;
  go(view: AnnotatorView, to: Destination): Promise<void>;
  addClass(document: SampleDocument): Promise<void>;
  changeClass(document: SampleDocument, id: number, change: 'rename' | 'recolour' | 'merge' | 'delete'): Promise<void>;
}

/** One webview on a document: validates what it says and tells it what it must know. A hidden one starts again when it is shown. */
export class AnnotatorView {
  readonly document: SampleDocument;
  readonly panel: vscode.WebviewPanel;
  readonly #host: ViewHost;
  readonly #disposables: vscode.Disposable[];
  #focused = false;
  #hover: Hover;
  #showsProblem = false;
  #disposed = false;
  /** Snapshots are made one after another: each shows what came before it. */
  #snapshots = 0;

  constructor(document: SampleDocument, panel: vscode.WebviewPanel, host: ViewHost) {
    this.document = document;
    this.panel = panel;
    this.#host = host;
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [bundleFolder(host.extensionUri), host.imageFolder],
    };
    this.#disposables = [
      panel.webview.onDidReceiveMessage((message) => void this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.active) this.#forgetAttention();
        if (!panel.visible) host.want(this, false);
        host.attentionChanged();
      }),
      document.onDidChange((event) => {
        switch (event.kind) {
          case 'labels':
            // The view that painted has it already.
            if (event.by !== this) this.post({ type: 'edited', version: event.version, edit: event.edit });
            break;
          case 'status':
            this.post({ type: 'status', status: event.status });
            break;
          case 'classes':
            this.post({ type: 'classes', classes: document.annotation.classes });
            break;
          case 'replaced':
            this.#showPage();
            break;
        }
      }),
    ];
    this.#writePage();
  }

  /** Its keys are the annotator's now. */
  get focused(): boolean {
    return this.#focused && this.panel.active;
  }

  get hover(): Hover {
    return this.#hover;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  post(message: ToAnnotator): void {
    if (this.#disposed || this.#showsProblem) return;
    void this.panel.webview.postMessage(message);
  }

  act(action: AnnotatorActionName): void {
    this.post({ type: 'action', action });
  }

  dispose(): void {
    this.#disposed = true;
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Another page where a file became readable or unreadable, else another sample for the page that is there. */
  #showPage(): void {
    if (this.#showsProblem || this.document.problem !== undefined) this.#writePage();
    else void this.#sendSample();
  }

  #writePage(): void {
    const { webview } = this.panel;
    const { problem } = this.document;
    this.#showsProblem = problem !== undefined;
    this.#forgetAttention();
    webview.html =
      problem === undefined
        ? bundledPage(webview, this.#host.extensionUri, 'annotator')
        : problemHtml(pageSources(webview), { problem, reload: vscode.l10n.t('Reload') });
  }

  async #receive(raw: unknown): Promise<void> {
    try {
      if (this.#showsProblem) {
        if (isReload(raw)) await this.document.diskChanged();
        return;
      }
      const parsed = fromAnnotatorSchema.safeParse(raw);
      if (!parsed.success) {
        this.#host.log.error(`The annotator sent something that is no message: ${parsed.error.message}`);
        // What it did may not have arrived; the truth is here.
        await this.#sendSample();
        return;
      }
      await this.#handle(parsed.data);
    } catch (error) {
      this.#host.log.error(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
      await this.#sendSample().catch(() => undefined);
    }
  }

  async #handle(message: FromAnnotator): Promise<void> {
    const { document } = this;
    switch (message.type) {
      case 'ready':
        await this.#sendSample();
        break;
      case 'edit': {
        const problem = document.paint(message.name, message.edit, this);
        if (problem === undefined) {
          this.post({ type: 'accepted', sequence: message.sequence, version: document.annotation.version });
          break;
        }
        this.#host.log.debug(`A stroke on ${document.name} was refused: ${problem}.`);
        await this.#sendSample();
        break;
      }
      case 'setStatus':
        document.setStatus(message.status);
        break;
      case 'focus':
        this.#focused = message.focused;
        this.#host.attentionChanged();
        break;
      case 'hover':
        this.#hover = message.at;
        this.#host.attentionChanged();
        break;
      case 'wantPrediction':
        this.#host.want(this, message.wanted);
        break;
      case 'go':
        await this.#host.go(this, message.to);
        break;
      case 'addClass':
        await this.#host.addClass(document);
        break;
      case 'changeClass':
        await this.#host.changeClass(document, message.id, message.change);
        break;
      case 'view':
        this.#host.rememberedView = message.view;
        break;
      case 'failed':
        this.#host.log.error(`The annotator of ${document.name}: ${message.stack ?? message.message}`);
        break;
    }
  }

  async #sendSample(): Promise<void> {
    const { document } = this;
    if (document.problem !== undefined) return;
    const turn = ++this.#snapshots;
    const imageUri = await this.#host.addressOfImage(document, this.panel.webview);
    const notes = await this.#host.notesOn(document);
    // A later one is on its way, and tells more.
    if (this.#disposed || document.disposed || turn !== this.#snapshots) return;
    this.post({ type: 'sample', sample: snapshotOf(document, imageUri, notes), view: this.#host.rememberedView });
    for (const message of this.#host.furtherMessages(document)) this.post(message);
  }

  #forgetAttention(): void {
    this.#focused = false;
    this.#hover = undefined;
    this.#host.attentionChanged();
  }
}

function snapshotOf(document: SampleDocument, imageUri: string, notes: readonly string[]): SampleSnapshot {
  const { annotation } = document;
  const { width, height, data } = annotation.labels;
  return {
    name: document.uri.path.replace(/^.*\//, '').replace(/\.dgan(\.git)?$/, ''),
    version: annotation.version,
    width,
    height,
    imageUri,
    labels: packBytes(data),
    status: annotation.status,
    classes: annotation.classes,
    canEdit: document.canEdit,
    notes,
  };
}

function isReload(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'reload';
}
