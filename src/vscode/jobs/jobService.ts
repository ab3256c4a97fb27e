import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { UserError } from '../../base/userError.ts';
import type { RunningJob } from '../../jobs/client.ts';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import { JobCrashed, JobStopped } from '../../jobs/jobError.ts';
import type { Journal } from '../../jobs/journal.ts';
import type { JobInput, JobName, JobResult, RequestFor } from '../../jobs/jobTable.ts';
import type { QuestionOf } from '../../jobs/question.ts';
import type { TimedProgress } from '../../jobs/progress.ts';
import type { Jobs, JobView, NextAction, Projects, StartedJob, StartJobOptions } from '../services.ts';
import { showError } from '../showError.ts';
import { computeFromSettings } from './computeFromSettings.ts';
import { jobAtWork } from './jobTitle.ts';
import { JournalsOfProject } from './journalsOfProject.ts';
import { ProgressBar, progressText } from './progressText.ts';
import { requireTrust } from './requireTrust.ts';
import { nextActions, resultSentence } from './resultMessage.ts';

/** How long a job may take to stop by itself. */
const SOFT_STOP_MS = 2_000;
/** Views and status bar show progress at most so often. */
const SHOW_EVERY_MS = 200;

type Ask<J extends JobName> = (question: QuestionOf<J>) => Promise<Partial<JobInput<J>> | undefined>;

/** A job that this window started and that has not ended. */
interface OwnJob {
  readonly running: RunningJob<unknown>;
  /** The project's folder, when it has one. */
  readonly project: string | undefined;
  /** Long ones show in the views. */
  readonly long: boolean;
  /** Stands for the journal until the child has written it. */
  readonly journal: Journal;
  progress: TimedProgress | undefined;
  provider: string | undefined;
  memory: number | undefined;
  isStopping: boolean;
}

/** Jobs of this window and of terminals. Its children end with it. */
export class JobService implements Jobs {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #disposables: { dispose(): void }[] = [this.#changed];
  readonly #own = new Map<string, OwnJob>();
  /** Ids of all that this window started. */
  readonly #started = new Set<string>();
  #journals: JournalsOfProject | undefined;
  #provider: string | undefined;
  #show: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(projects: Projects, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
    this.#disposables.push(projects.onDidChange(() => this.#follow()));
    this.#follow();
  }

  get all(): readonly JobView[] {
    const folder = this.#journals?.folder;
    const journals = this.#journals?.journals ?? [];
    const onDisk = new Set(journals.map(({ id }) => id));
    const unwritten = [...this.#own.values()].filter(
      ({ long, project, journal }) => long && !onDisk.has(journal.id) && (project === undefined || project === folder),
    );
    return [...unwritten.map(({ journal }) => journal).reverse(), ...journals].map((journal) => this.#viewOf(journal));
  }

  get own(): readonly JobView[] {
    const journals = new Map(this.#journals?.journals.map((journal) => [journal.id, journal]));
    return [...this.#own.values()].map(({ journal }) => this.#viewOf(journals.get(journal.id) ?? journal));
  }

  get provider(): string | undefined {
    return this.#provider;
  }

  async start<J extends JobName>(request: RequestFor<J>, how: StartJobOptions): Promise<StartedJob<JobResult<J>>> {
    requireTrust();
    if (this.#disposed) throw new JobStopped('The window is closing.');
    const [{ startJob }, { definitionOf }] = await Promise.all([
      import('../../jobs/client.ts'),
      import('../../jobs/jobTable.ts'),
    ]);
    const { long, project: use } = definitionOf(request.job);
    const project = use === 'none' ? undefined : how.project;
    if (use === 'required' && project === undefined)
      throw new UserError(vscode.l10n.t('There is no project to work on: open one, or make one.'));
    const listeners: { own: OwnJob | undefined; id: string } = { own: undefined, id: request.job };
    const changedOwn = (change: (own: OwnJob) => void): void => {
      if (listeners.own === undefined) return;
      change(listeners.own);
      this.#showSoon();
    };
    const running = await startJob(request, {
      project,
      compute: { ...computeFromSettings(), ...(how.provider !== undefined && { provider: how.provider }) },
      priority: 'background',
      onProgress: (progress) => {
        changedOwn((own) => (own.progress = progress));
        how.onProgress?.(progress);
      },
      onLog: (line) => how.onLog?.(line),
      onStanding: (result) => how.onStanding?.(result),
      onOutput: (line) => this.#log.info(`[${listeners.id}] ${line}`),
      onHeartbeat: (memory) => changedOwn((own) => (own.memory = memory)),
      onProvider: (provider) => {
        this.#provider = provider;
        changedOwn((own) => (own.provider = provider));
      },
    });
    listeners.id = running.id;
    const own: OwnJob = {
      running,
      project,
      long,
      journal: journalOf(running, request),
      progress: undefined,
      provider: undefined,
      memory: undefined,
      isStopping: false,
    };
    listeners.own = own;
    this.#own.set(running.id, own);
    this.#started.add(running.id);
    // The window closed while the job was being started.
    if (this.#isDisposed()) running.kill();
    this.#log.info(`[${running.id}] started (process ${running.pid ?? '?'})`);
    const result = this.#untilEnd(own, running.result);
    // Who starts a job need not wait for it.
    result.catch(() => undefined);
    this.#changed.fire();
    if (long && how.quiet !== true) this.#notify(own, request.job, result);
    return { id: running.id, result, stop: () => void this.stop(running.id) };
  }

  async perform<J extends JobName>(
    request: RequestFor<J>,
    project: string | undefined,
    next?: (result: JobResult<J>) => readonly NextAction[],
    ask?: Ask<J>,
  ): Promise<JobResult<J> | undefined> {
    const tell = (result: JobResult<J>): JobResult<J> => {
      if (!this.#isDisposed())
        this.#tellResult(request.job, result, next?.(result) ?? nextActions(request.job, result));
      return result;
    };
    const made: { standing?: JobResult<J> } = {};
    try {
      return tell(await this.#untilAnswered(request, project, ask, (result) => (made.standing = result)));
    } catch (error) {
      // Somebody did not want to wait for the job's last part.
      if (error instanceof JobStopped && made.standing !== undefined) return tell(made.standing);
      if (error instanceof JobCrashed) this.#offerToRunAgain(error, () => this.perform(request, project, next, ask));
      else if (!this.#isDisposed()) showError(this.#log, error, jobAtWork(request.job));
      return undefined;
    }
  }

  /** Runs the job, and again with each answer that it needs. */
  async #untilAnswered<J extends JobName>(
    request: RequestFor<J>,
    project: string | undefined,
    ask: Ask<J> | undefined,
    stands: (result: JobResult<J>) => void,
  ): Promise<JobResult<J>> {
    const onStanding = (result: unknown): void => stands(result as JobResult<J>);
    const job = await this.start(request, { project, onStanding });
    try {
      return await job.result;
    } catch (error) {
      if (!(error instanceof OpenQuestion) || ask === undefined || this.#isDisposed()) throw error;
      const answer = await ask(error.question as QuestionOf<J>);
      if (answer === undefined) throw new JobStopped('The question was dismissed.');
      return this.#untilAnswered({ ...request, options: { ...request.options, ...answer } }, project, ask, stands);
    }
  }

  async stop(id: string): Promise<void> {
    const own = this.#own.get(id);
    if (own) await this.#stopOwn(own);
    else await this.#stopOther(id);
  }

  /** Ends the children at once: a closing window gives no time to wait for anything. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#show);
    for (const { running } of this.#own.values()) running.kill();
    this.#journals?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #isDisposed(): boolean {
    return this.#disposed;
  }

  #follow(): void {
    const folder = this.#projects.activeFolder;
    if (folder === this.#journals?.folder) return;
    this.#journals?.dispose();
    this.#journals =
      folder === undefined ? undefined : new JournalsOfProject(folder, this.#log, () => this.#changed.fire());
    this.#changed.fire();
  }

  #viewOf(journal: Journal): JobView {
    const own = this.#own.get(journal.id);
    const written = journal.state === 'running' ? journal.progress : undefined;
    return {
      journal,
      progress: own?.progress ?? written,
      own: this.#started.has(journal.id),
      ...(own?.memory !== undefined && { memory: own.memory }),
      ...(own?.provider !== undefined && { provider: own.provider }),
    };
  }

  async #untilEnd<R>(own: OwnJob, result: Promise<R>): Promise<R> {
    const { id } = own.running;
    try {
      const value = await result;
      this.#log.info(`[${id}] done`);
      return value;
    } catch (error) {
      this.#log.info(`[${id}] ${error instanceof Error ? error.message : String(error)}`);
      if (own.isStopping && own.project !== undefined) await this.#recordStop(own.project, id);
      throw error;
    } finally {
      // Its last journal first, so that it is never seen as running after it was done.
      if (!this.#isDisposed()) await this.#journals?.refresh();
      this.#own.delete(id);
      if (!this.#isDisposed()) this.#changed.fire();
    }
  }

  #showSoon(): void {
    if (this.#disposed) return;
    this.#show ??= setTimeout(() => {
      this.#show = undefined;
      this.#readWhatRuns();
      this.#changed.fire();
    }, SHOW_EVERY_MS);
  }

  /** No file watcher tells of a folder that came to be together with its files: the first job of a project makes such a one. */
  #readWhatRuns(): void {
    const running = new Set(this.#journals?.journals.filter(({ state }) => state === 'running').map(({ id }) => id));
    const missing = [...this.#own.values()].some(
      ({ long, progress, journal }) => long && progress !== undefined && !running.has(journal.id),
    );
    if (missing) void this.#journals?.refresh();
  }

  #notify(own: OwnJob, job: JobName, result: Promise<unknown>): void {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: jobAtWork(job), cancellable: true },
      async (bar, token) => {
        token.onCancellationRequested(() => void this.stop(own.running.id));
        const growing = new ProgressBar();
        let shown: TimedProgress | undefined;
        const listener = this.onDidChange(() => {
          if (own.progress === undefined || own.progress === shown) return;
          shown = own.progress;
          const message = own.isStopping ? vscode.l10n.t('stopping…') : progressText(shown);
          bar.report({ message, increment: growing.add(shown) });
        });
        await result.catch(() => undefined);
        listener.dispose();
      },
    );
  }

  async #stopOwn(own: OwnJob): Promise<void> {
    own.isStopping = true;
    const ended = own.running.result.then(
      () => true,
      () => true,
    );
    own.running.stop();
    this.#showSoon();
    const timer = new AbortController();
    const late = sleep(SOFT_STOP_MS, false, { signal: timer.signal, ref: false }).catch(() => true);
    const inTime = await Promise.race([ended, late]);
    timer.abort();
    if (inTime) return;
    this.#log.info(`[${own.running.id}] did not stop within ${SOFT_STOP_MS / 1000} s: it is ended`);
    own.running.kill();
    await ended;
  }

  async #stopOther(id: string): Promise<void> {
    const [{ signalJob }, { isAlive }] = await Promise.all([
      import('../../jobs/signalJob.ts'),
      import('../../jobs/processIdentity.ts'),
    ]);
    const journals = this.#journals;
    const journal = journals?.journals.find((one) => one.id === id);
    if (journals === undefined || journal === undefined)
      throw new UserError(vscode.l10n.t('There is no job {0} in the active project.', id));
    if (!isUnderWay(journal)) return;
    signalJob(journal, 'softly');
    for (const end = Date.now() + SOFT_STOP_MS; Date.now() < end && isAlive(journal.process) === true;) await sleep(50);
    if (isAlive(journal.process) === true) {
      signalJob(journal, 'hard');
      for (const end = Date.now() + SOFT_STOP_MS; Date.now() < end && isAlive(journal.process) === true;)
        await sleep(20);
    }
    await this.#recordStop(journals.folder, id);
    if (!this.#isDisposed()) await journals.refresh();
  }

  /** A process that was ended by force could not write it itself. */
  async #recordStop(project: string, id: string): Promise<void> {
    const { recordStop } = await import('../../jobs/journal.ts');
    await recordStop(project, id).catch((error: unknown) => this.#log.warn(String(error)));
  }

  #tellResult(job: JobName, result: unknown, actions: readonly NextAction[]): void {
    const { sentence, notes } = resultSentence(job, result);
    for (const note of notes) this.#log.info(note);
    const message = [sentence, ...notes.slice(0, 1)].join(' ');
    const show = notes.length > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    void show(message, ...actions.map(({ title }) => title)).then(async (chosen) => {
      try {
        await actions.find(({ title }) => title === chosen)?.run();
      } catch (error) {
        showError(this.#log, error);
      }
    });
  }

  #offerToRunAgain(error: JobCrashed, runAgain: () => Promise<unknown>): void {
    // Its children end with the window; that is no crash.
    if (this.#isDisposed()) return;
    const again = vscode.l10n.t('Run Again');
    const showLog = vscode.l10n.t('Show Log');
    this.#log.warn(error.message);
    void vscode.window.showErrorMessage(error.message, again, showLog).then((chosen) => {
      if (chosen === again) void runAgain();
      if (chosen === showLog) this.#log.show();
    });
  }
}

function journalOf<J extends JobName>(running: RunningJob<unknown>, { job, options }: RequestFor<J>): Journal {
  const now = new Date().toISOString();
  return {
    version: 1,
    id: running.id,
    job,
    options: options,
    process: { pid: running.pid ?? 1, host: hostname(), space: '', began: '' },
    queued: now,
    heartbeat: now,
    state: 'queued',
  };
}
