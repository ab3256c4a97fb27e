import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { packBytes } from '../../dataset/annotation/packedLabels.ts';
import type { ToAnnotator } from '../../messages/annotatorMessages.ts';
import { ANNOTATOR_VIEW_TYPE, COMMANDS } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { showError } from '../showError.ts';
import { AnnotatorView, type ViewHost } from './annotatorView.ts';
import { Attention } from './attention.ts';
import { ImageCache } from './imageCache.ts';
import type { OpenSampleDocuments } from './openSamples.ts';
import { PredictionOfSample } from './predictionOfSample.ts';
import { queueState, type Destination, type Queued } from './queue.ts';
import { DocumentBackups } from './documentBackups.ts';
import { goTo } from './goTo.ts';
import type { SampleDocument, UndoableEdit } from './sampleDocument.ts';

/** While a side of a diff is painted, the other one hears of it this often at most. */
const OTHER_SIDE_MS = 250;
/** A file is often written in several steps; each of them is reported. */
const SETTLE_MS = 50;

/** What belongs to one open document beside itself. */
interface Companions {
  readonly prediction: PredictionOfSample;
  readonly disposables: readonly Disposable[];
}

export class AnnotatorProvider implements vscode.CustomEditorProvider<SampleDocument>, Disposable {
  readonly #services: Services;
  readonly #documents: OpenSampleDocuments;
  readonly #images: ImageCache;
  readonly #backups: DocumentBackups;
  readonly #attention = new Attention();
  readonly #views = new Set<AnnotatorView>();
  readonly #companions = new Map<SampleDocument, Companions>();
  readonly #edits = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<SampleDocument>>();
  readonly onDidChangeCustomDocument = this.#edits.event;
  readonly #disposables: Disposable[];
  #rememberedView: unknown;

  constructor(services: Services, documents: OpenSampleDocuments) {
    this.#services = services;
    this.#documents = documents;
    this.#images = new ImageCache(services.context);
    this.#backups = new DocumentBackups(services, () => documents.all);
    this.#disposables = [
      this.#edits,
      this.#backups,
      this.#attention,
      documents.onDidChange(() => documents.all.forEach((document) => this.#tellOtherSide(document))),
      vscode.workspace.onWillRenameFiles(({ files }) => documents.carryOver(files)),
      services.samples.onDidChange(() => this.#tellQueue()),
      services.projects.onDidChange(() => documents.all.forEach((document) => void this.#readClasses(document))),
    ];
  }

  /** The annotator that is the active editor. */
  get activeView(): AnnotatorView | undefined {
    return [...this.#views].find(({ panel }) => panel.active);
  }

  get views(): readonly AnnotatorView[] {
    return [...this.#views];
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<SampleDocument> {
    const document = await this.#backups.open(uri, backupId, this.#documents.questions);
    await this.#readClasses(document);
    const prediction = new PredictionOfSample(document, this.#services);
    const disposables = [
      prediction,
      prediction.onDidChange((state) => this.#tell(document, { type: 'prediction', prediction: state })),
      document.onDidEdit((edit) =>
        this.#edits.fire({ document, ...edit } satisfies UndoableEdit & { document: unknown }),
      ),
      document.onDidChange(({ kind }) => {
        if (kind === 'labels' || kind === 'replaced') this.#tellOtherSideSoon(document);
        if (kind === 'status' || kind === 'replaced') this.#tellQueue();
      }),
      this.#watch(document),
    ];
    this.#companions.set(document, { prediction, disposables });
    document.onDidDispose(() => {
      for (const disposable of disposables) disposable.dispose();
      this.#companions.delete(document);
    });
    this.#documents.add(document);
    return document;
  }

  resolveCustomEditor(document: SampleDocument, panel: vscode.WebviewPanel): void {
    const view = new AnnotatorView(document, panel, this.#viewHost());
    this.#views.add(view);
    this.#backups.tellRescued(document);
    this.#documents.giveCarried(document);
    panel.onDidDispose(() => {
      this.#views.delete(view);
      view.dispose();
      this.#want(view, false);
      this.#attentionChanged();
    });
    this.#attentionChanged();
  }

  async saveCustomDocument(document: SampleDocument): Promise<void> {
    await document.save();
    this.#backups.settled(document);
  }

  saveCustomDocumentAs(document: SampleDocument, target: vscode.Uri): Promise<void> {
    return document.saveAs(target);
  }

  async revertCustomDocument(document: SampleDocument): Promise<void> {
    await document.revert();
    this.#backups.settled(document);
  }

  backupCustomDocument(document: SampleDocument): Promise<vscode.CustomDocumentBackup> {
    return this.#backups.keep(document);
  }

  /** Opens another sample of the queue. */
  go(to: Destination, from?: AnnotatorView): Promise<void> {
    return goTo(this.#services, this.queue(), to, from);
  }

  /** The project's samples as they stand in the open documents, where they are open. */
  queue(): readonly Queued[] {
    return this.#services.samples.entries.map(({ path, status }) => {
      const open = this.#documents.at(path);
      return { path, status: open && open.problem === undefined ? open.annotation.status : status };
    });
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    for (const { disposables } of this.#companions.values()) for (const disposable of disposables) disposable.dispose();
    this.#companions.clear();
  }

  #viewHost(): ViewHost {
    const remember = (view: unknown): void => {
      this.#rememberedView = view;
    };
    const remembered = (): unknown => this.#rememberedView;
    return {
      extensionUri: this.#services.context.extensionUri,
      imageFolder: this.#images.folder,
      log: this.#services.log,
      get rememberedView() {
        return remembered();
      },
      set rememberedView(view: unknown) {
        remember(view);
      },
      addressOfImage: (document, webview) => this.#images.addressOf(document.imagePng, webview),
      notesOn: (document) => this.#notesOn(document),
      furtherMessages: (document) => this.#furtherMessages(document),
      want: (view, wanted) => this.#want(view, wanted),
      attentionChanged: () => this.#attentionChanged(),
      go: (view, to) => this.go(to, view).catch((error: unknown) => showError(this.#services.log, error)),
      addClass: async () => {
        await vscode.commands.executeCommand(COMMANDS.addClass);
      },
      changeClass: async (_, id, change) => {
        await vscode.commands.executeCommand(COMMANDS[`${change}Class`], id);
      },
    };
  }

  #furtherMessages(document: SampleDocument): readonly ToAnnotator[] {
    const messages: ToAnnotator[] = [this.#queueMessage(document)];
    const prediction = this.#companions.get(document)?.prediction.state;
    if (prediction && prediction.state !== 'none') messages.push({ type: 'prediction', prediction });
    messages.push({ type: 'otherSide', labels: this.#otherSideLabels(document) });
    return messages;
  }

  #tell(document: SampleDocument, message: ToAnnotator): void {
    for (const view of this.#views) if (view.document === document) view.post(message);
  }

  #want(view: AnnotatorView, wanted: boolean): void {
    this.#companions.get(view.document)?.prediction.want(view, wanted);
  }

  #attentionChanged(): void {
    this.#attention.update(this.activeView);
  }

  #queueMessage(document: SampleDocument): ToAnnotator {
    const queue = document.uri.scheme === 'file' ? queueState(this.queue(), document.uri.fsPath) : undefined;
    return { type: 'queue', queue };
  }

  #tellQueue(): void {
    for (const view of this.#views) view.post(this.#queueMessage(view.document));
  }

  #otherSideLabels(document: SampleDocument): Uint8Array | undefined {
    const other = this.#documents.otherSideOf(document);
    if (!other || other.problem !== undefined || document.problem !== undefined) return undefined;
    const [own, labels] = [document.annotation.labels, other.annotation.labels];
    return own.width === labels.width && own.height === labels.height ? packBytes(labels.data) : undefined;
  }

  #tellOtherSide(document: SampleDocument): void {
    if ([...this.#views].some((view) => view.document === document))
      this.#tell(document, { type: 'otherSide', labels: this.#otherSideLabels(document) });
  }

  readonly #otherSideTimers = new Map<SampleDocument, NodeJS.Timeout>();

  #tellOtherSideSoon(painted: SampleDocument): void {
    if (this.#otherSideTimers.has(painted) || !this.#documents.otherSideOf(painted)) return;
    const timer = setTimeout(() => {
      this.#otherSideTimers.delete(painted);
      if (painted.disposed) return;
      for (const document of this.#documents.all)
        if (this.#documents.otherSideOf(document) === painted) this.#tellOtherSide(document);
    }, OTHER_SIDE_MS);
    this.#otherSideTimers.set(painted, timer);
  }

  async #readClasses(document: SampleDocument): Promise<void> {
    try {
      const project = await this.#services.projects.projectOf(document.uri);
      if (!document.disposed) document.projectClasses = project?.settings.classes;
    } catch (error) {
      this.#services.log.warn(`The project of ${document.name} could not be read: ${messageOf(error)}`);
    }
  }

  async #notesOn(document: SampleDocument): Promise<readonly string[]> {
    const notes: string[] = [];
    if (document.missing)
      notes.push(vscode.l10n.t('The file was deleted or moved. Saving, or Save As, writes it again.'));
    const project = await this.#services.projects.projectOf(document.uri).catch(() => undefined);
    if (!project)
      notes.push(
        vscode.l10n.t('This sample is in no project: its own classes are shown, and there are no predictions.'),
      );
    else {
      const { origin } = document;
      const { sha256 } = project.settings.generator;
      if (origin.kind === 'generated' && sha256 !== undefined && origin.generator.sha256 !== sha256)
        notes.push(
          vscode.l10n.t(
            'Another generator ("{0}") made this sample than the project’s: it is not trained on and there are no predictions for it.',
            origin.generator.name,
          ),
        );
    }
    return notes;
  }

  /** Looks at the file whenever something happens to it. */
  #watch(document: SampleDocument): Disposable {
    const { uri, name } = document;
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        document.diskChanged().catch((error: unknown) => this.#services.log.error(`${name}: ${messageOf(error)}`));
      }, SETTLE_MS);
    };
    const folder = vscode.Uri.joinPath(uri, '..').with({ query: uri.query });
    const pattern = new vscode.RelativePattern(folder, globOf(uri.path.replace(/^.*\//, '')));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
      { dispose: () => clearTimeout(timer) },
    );
  }
}

/** A file name as a glob that means just that name. */
function globOf(name: string): string {
  return name.replace(/[[\]{}*?!]/g, (sign) => `[${sign}]`);
}

export function registerProvider(provider: AnnotatorProvider): Disposable {
  return vscode.window.registerCustomEditorProvider(ANNOTATOR_VIEW_TYPE, provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}
