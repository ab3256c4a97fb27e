import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import type { GeneratedOrigin } from '../../dataset/synthesisInput.ts';
import type { ImageScores } from '../../interpreter/uncertainty.ts';
import type { InteractiveClient } from '../../jobs/interactive/client.ts';
import { JobCrashed, JobStopped } from '../../jobs/jobError.ts';
import type { InteractiveChild, Jobs, Prediction, Predictor, Projects, SampleEntry } from '../services.ts';
import { computeFromSettings } from './computeFromSettings.ts';
import { onJobStep } from './jobSteps.ts';
import { requireTrust } from './requireTrust.ts';

const SETTLE_MS = 100;

/** Asks the interactive child, and keeps the scores of the samples on disk. */
export class PredictorService implements Predictor {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #childChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeChild = this.#childChanged.event;
  readonly #disposables: { dispose(): void }[] = [this.#changed, this.#childChanged];
  #client: InteractiveClient | undefined;
  #watched: { readonly file: string; readonly watcher: vscode.Disposable } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The last interpreter file that was hashed. */
  #hashed: { readonly state: string; readonly sha256: string } | undefined;
  /** Of that interpreter, by the cache's file. */
  readonly #scores = new Map<string, ImageScores>();
  #disposed = false;

  constructor(projects: Projects, jobs: Jobs, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
    this.#disposables.push(
      projects.onDidChange(() => this.#watch()),
      onJobStep(jobs, ({ job, ended }) => ended && job === 'train' && this.#changedSoon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('datasetgan')) this.#client?.restart();
      }),
    );
    this.#watch();
  }

  get child(): InteractiveChild | undefined {
    const client = this.#client;
    if (client?.pid === undefined) return undefined;
    const { pid, provider, memory, isBusy } = client;
    return { pid, provider, memory, isBusy };
  }

  async predict(project: Project, origin: GeneratedOrigin, token?: vscode.CancellationToken): Promise<Prediction> {
    requireTrust();
    const client = await this.#theClient();
    const { signal, release } = signalOf(token);
    try {
      return await client.predict({ project: project.folder, origin, keep: true }, { signal });
    } catch (error) {
      throw error instanceof JobStopped ? new vscode.CancellationError() : error;
    } finally {
      release();
    }
  }

  async scores(
    project: Project,
    samples: readonly SampleEntry[],
    token?: vscode.CancellationToken,
  ): Promise<ReadonlyMap<string, ImageScores>> {
    const scores = new Map<string, ImageScores>();
    const interpreter = await this.#interpreterHash(project);
    if (interpreter === undefined) return scores;
    const { predictionFiles, keptScores, forgetOtherInterpreters } =
      await import('../../jobs/interactive/predictionCache.ts');
    const missing: { readonly path: string; readonly origin: GeneratedOrigin; readonly key: string }[] = [];
    for (const { path, origin } of samples) {
      if (token?.isCancellationRequested === true) return scores;
      if (origin.kind !== 'generated' || isOfAnother(origin, project)) continue;
      const files = predictionFiles(project.folder, interpreter, origin);
      const known = this.#scores.get(files.scores) ?? (await keptScores(files));
      if (known === undefined) missing.push({ path, origin, key: files.scores });
      else {
        this.#scores.set(files.scores, known);
        scores.set(path, known);
      }
    }
    if (missing.length === 0 || !vscode.workspace.isTrusted) return scores;

    const client = await this.#theClient();
    const { signal, release } = signalOf(token);
    try {
      for (const { path, origin, key } of missing) {
        const request = { project: project.folder, origin, keep: true };
        const prediction = await client.predict(request, { priority: 'background', signal });
        // It was trained again meanwhile: `onDidChange` says so, and who still wants to know asks again.
        if (prediction.interpreter !== interpreter) return scores;
        this.#scores.set(key, prediction.scores);
        scores.set(path, prediction.scores);
      }
      await forgetOtherInterpreters(project.folder, interpreter);
    } catch (error) {
      // Some are better than none; what is wrong with one of them is wrong with all.
      if (!(error instanceof JobStopped)) this.#log.warn(`The samples' uncertainty: ${messageOf(error)}`);
      if (!(error instanceof UserError) && !(error instanceof JobStopped)) throw error;
      if (error instanceof JobCrashed) throw error;
    } finally {
      release();
    }
    return scores;
  }

  /** Ends the child at once: a closing window gives no time to wait for anything. */
  dispose(): void {
    this.#disposed = true;
    this.#client?.dispose();
    clearTimeout(this.#timer);
    this.#watched?.watcher.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #theClient(): Promise<InteractiveClient> {
    // Not at the top of the file: activation does not wait for it.
    const { InteractiveClient: Client } = await import('../../jobs/interactive/client.ts');
    if (this.#disposed) throw new JobStopped('The window is closing.');
    this.#client ??= new Client({
      compute: computeFromSettings,
      onLine: (line) => this.#log.info(`[predict] ${line}`),
      onChange: () => {
        if (!this.#disposed) this.#childChanged.fire();
      },
    });
    return this.#client;
  }

  #watch(): void {
    const { active } = this.#projects;
    const file = active && projectPaths(active).interpreter;
    if (file === this.#watched?.file) return;
    this.#watched?.watcher.dispose();
    this.#watched = undefined;
    if (file === undefined) return;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file)),
    );
    const soon = (): void => this.#changedSoon();
    this.#watched = {
      file,
      watcher: vscode.Disposable.from(
        watcher,
        watcher.onDidCreate(soon),
        watcher.onDidChange(soon),
        watcher.onDidDelete(soon),
      ),
    };
  }

  #changedSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), SETTLE_MS);
  }

  /** Undefined: there is no interpreter. */
  async #interpreterHash(project: Project): Promise<string | undefined> {
    const path = projectPaths(project).interpreter;
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) return undefined;
    const state = `${path} ${facts.mtimeMs} ${facts.size} ${facts.ino}`;
    if (this.#hashed?.state === state) return this.#hashed.sha256;
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(path), hash);
    } catch {
      return undefined; // gone meanwhile, or not to be read: a prediction says why
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== this.#hashed?.sha256) this.#scores.clear();
    this.#hashed = { state, sha256 };
    return sha256;
  }
}

function isOfAnother({ generator }: GeneratedOrigin, { settings }: Project): boolean {
  return settings.generator.sha256 !== undefined && settings.generator.sha256 !== generator.sha256;
}

function signalOf(token: vscode.CancellationToken | undefined): { signal: AbortSignal; release: () => void } {
  const abort = new AbortController();
  if (token?.isCancellationRequested === true) abort.abort();
  const listener = token?.onCancellationRequested(() => abort.abort());
  return { signal: abort.signal, release: () => void listener?.dispose() };
}
