import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { readSettings } from '../../dataset/dataSetFolder.ts';
import type { DataSetRow } from '../../dataset/dataSetRow.ts';
import type { DataSetSettings } from '../../dataset/dataSetSettings.ts';
import type { ScoreName } from '../../dataset/filter.ts';
import { IndexFollower } from '../../dataset/indexFollower.ts';
import { changeRejected } from '../../dataset/rejectedFile.ts';
import { annotatedImages } from '../../dataset/sampleOfImage.ts';
import { readSelection } from '../../dataset/selection.ts';
import { largestUncertainty } from '../../interpreter/uncertainty.ts';
import {
  fromGallerySchema,
  type FromGallery,
  type GalleryDataSet,
  type GalleryFates,
  type ToGallery,
} from '../../messages/galleryMessages.ts';
import { packRows } from '../../messages/packedRows.ts';
import { onJobStep } from '../jobs/jobSteps.ts';
import type { Disposable, Services } from '../services.ts';
import { showError } from '../showError.ts';
import { bundledPage, bundleFolder } from '../pages/bundledPage.ts';

/** A running generation writes rows several times a second; so often they are looked at. */
const SETTLE_MS = 400;

/** What the gallery asks of the rest of the extension. */
export interface GalleryHost {
  readonly services: Services;
  annotate(folder: string, id: number): Promise<void>;
  showReport(folder: string): Promise<void>;
  /** Another data set to show, or undefined when the person chose none. */
  chooseDataSet(folder: string): Promise<string | undefined>;
  closed(panel: GalleryPanel): void;
}

/** What was read of a data set since its page started. */
interface Opened {
  readonly settings: DataSetSettings;
  readonly score: ScoreName;
  readonly follower: IndexFollower;
}

/** One gallery: a data set's folder, its webview, and what keeps the two the same. */
export class GalleryPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #host: GalleryHost;
  readonly #disposables: readonly Disposable[];
  #watchers: vscode.Disposable[] = [];
  #folder: string;
  #opened: Opened | undefined;
  /** Until it is shown. */
  #revealed: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stale = { rows: false, fates: false };
  /** Reading and writing of this data set, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(panel: vscode.WebviewPanel, folder: string, host: GalleryHost) {
    this.panel = panel;
    this.#folder = folder;
    this.#host = host;
    const { samples, jobs } = host.services;
    this.#disposables = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidDispose(() => this.dispose()),
      samples.onDidChange(() => this.#touch('fates')),
      onJobStep(jobs, ({ job, ended }) => {
        if (job === 'generate') this.#touch('rows');
        if (ended) this.#touch('fates');
      }),
    ];
    this.#start();
  }

  get folder(): string {
    return this.#folder;
  }

  /** Brings an image into view, now or when the page is there. */
  reveal(id: number): void {
    this.#revealed = id;
    if (this.#opened !== undefined) this.#queue(() => this.#tellRevealed());
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const each of [...this.#watchers, ...this.#disposables]) each.dispose();
    this.#host.closed(this);
    this.panel.dispose();
  }

  /** A new page for the folder. */
  #start(): void {
    const { webview } = this.panel;
    const { extensionUri } = this.#host.services.context;
    this.#opened = undefined;
    this.panel.title = vscode.l10n.t('Gallery: {0}', basename(this.#folder));
    webview.options = {
      enableScripts: true,
      localResourceRoots: [bundleFolder(extensionUri), vscode.Uri.file(this.#folder)],
    };
    webview.html = bundledPage(webview, extensionUri, 'gallery');
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = [
      ...this.#watch('index', '*.jsonl', 'rows'),
      ...this.#watch('.', '{dataset,filter,rejected}.json', 'fates'),
    ];
  }

  #watch(folder: string, pattern: string, what: 'rows' | 'fates'): vscode.Disposable[] {
    const base = vscode.Uri.joinPath(vscode.Uri.file(this.#folder), folder);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(base, pattern));
    const touched = (): void => this.#touch(what);
    return [watcher, watcher.onDidCreate(touched), watcher.onDidChange(touched), watcher.onDidDelete(touched)];
  }

  #touch(what: 'rows' | 'fates'): void {
    this.#stale[what] = true;
    // Not a timer that starts anew each time: a generation would put it off for ever.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // A hidden page is gone; it reads everything when it is shown again.
      if (this.panel.visible && this.#opened !== undefined) this.#queue(() => this.#update());
    }, SETTLE_MS);
  }

  #receive(message: unknown): void {
    const checked = fromGallerySchema.safeParse(message);
    if (checked.success) this.#handle(checked.data);
    else this.#host.services.log.error(`The gallery said what it may not say: ${checked.error.message}`);
  }

  #handle(message: FromGallery): void {
    const { services } = this.#host;
    switch (message.type) {
      case 'ready':
        this.#queue(() => this.#open());
        break;
      case 'reject':
        this.#queue(async () => {
          try {
            await changeRejected(this.#folder, message.ids, message.rejected);
          } catch (error) {
            showError(services.log, error);
          }
          // Also when it failed: the page shows what it hoped for.
          await this.#tellFates();
        });
        break;
      case 'annotate':
        this.#do(this.#host.annotate(this.#folder, message.id));
        break;
      case 'chooseDataSet':
        this.#do(this.#chooseDataSet());
        break;
      case 'report':
        this.#do(this.#host.showReport(this.#folder));
        break;
      case 'failed':
        services.log.error(`The gallery: ${message.stack ?? message.message}`);
        break;
    }
  }

  async #chooseDataSet(): Promise<void> {
    const chosen = await this.#host.chooseDataSet(this.#folder);
    if (chosen === undefined || chosen === this.#folder || this.#disposed) return;
    this.#folder = chosen;
    this.#revealed = undefined;
    this.#start();
  }

  #do(promise: Promise<void>): void {
    promise.catch((error: unknown) => showError(this.#host.services.log, error));
  }

  #queue(task: () => Promise<void> | void): void {
    const folder = this.#folder;
    this.#work = this.#work.then(async () => {
      if (this.#disposed || folder !== this.#folder) return;
      try {
        await task();
      } catch (error) {
        // Half-written or damaged files: said where the images would stand; the next change is read anew.
        if (!(error instanceof UserError)) showError(this.#host.services.log, error);
        this.#opened = undefined;
        this.#post({ type: 'problem', message: messageOf(error) });
      }
    });
  }

  async #open(): Promise<void> {
    const { projects } = this.#host.services;
    const folder = this.#folder;
    const settings = await readSettings(folder);
    if (!settings) throw new UserError(vscode.l10n.t('{0} is no data set (any more): it has no dataset.json.', folder));
    const follower = new IndexFollower(folder);
    const [{ rows }, { filter }, project] = await Promise.all([
      follower.more(),
      readSelection(folder),
      projects.projectOf(vscode.Uri.file(folder)),
    ]);
    this.#stale = { rows: false, fates: false };
    this.#opened = { settings, score: filter?.score ?? 'top10mean', follower };
    const name = basename(folder);
    const dataSet: GalleryDataSet = {
      folder,
      name: project === undefined ? name : `${basename(project.folder)} · ${name}`,
      uri: this.panel.webview.asWebviewUri(vscode.Uri.file(folder)).toString(),
      width: settings.width,
      height: settings.height,
      classes: settings.classes.map(({ id, name: called, colour }) => ({ id, name: called, colour })),
      count: settings.count,
      largestUncertainty: largestUncertainty(settings.interpreter.members, settings.classes.length),
      score: this.#opened.score,
      canAnnotate: project !== undefined,
    };
    this.#post({
      type: 'dataSet',
      dataSet,
      rows: this.#packed(rows, this.#opened),
      fates: await this.#fates(settings),
    });
    this.#tellRevealed();
  }

  async #update(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    const { rows: newRows, fates } = this.#stale;
    this.#stale = { rows: false, fates: false };
    if (newRows) {
      const { rows, restarted } = await opened.follower.more();
      if (restarted) {
        await this.#open();
        return;
      }
      if (rows.length > 0) this.#post({ type: 'added', rows: this.#packed(rows, opened) });
    }
    if (!fates) return;
    const { filter } = await readSelection(this.#folder);
    // Filtered by the other score: other numbers under every image.
    if ((filter?.score ?? 'top10mean') !== opened.score) await this.#open();
    else await this.#tellFates();
  }

  async #tellFates(): Promise<void> {
    if (this.#opened !== undefined) this.#post({ type: 'fates', fates: await this.#fates(this.#opened.settings) });
  }

  #tellRevealed(): void {
    if (this.#revealed === undefined) return;
    this.#post({ type: 'reveal', id: this.#revealed });
    this.#revealed = undefined;
  }

  #packed(rows: readonly DataSetRow[], { settings, score }: Opened): ReturnType<typeof packRows> {
    return packRows(
      rows,
      score,
      settings.classes.map(({ id }) => id),
    );
  }

  async #fates(settings: DataSetSettings): Promise<GalleryFates> {
    const { filter, rejected } = await readSelection(this.#folder);
    const origins = this.#host.services.samples.entries.map(({ origin }) => origin);
    return {
      dropped: Uint32Array.from(filter?.dropped ?? []),
      rejected: Uint32Array.from(rejected),
      annotated: Uint32Array.from(annotatedImages(settings, origins)),
      threshold: filter?.threshold ?? undefined,
    };
  }

  #post(message: ToGallery): void {
    if (!this.#disposed) void this.panel.webview.postMessage(message);
  }
}
