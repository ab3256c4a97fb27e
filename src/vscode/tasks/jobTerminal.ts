import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { JobStopped } from '../../jobs/jobError.ts';
import type { JobRequest } from '../../jobs/jobTable.ts';
import { LockedError } from '../../jobs/lock.ts';
import type { TimedProgress } from '../../jobs/progress.ts';
import type { Jobs, StartedJob } from '../services.ts';
import { percentOf, progressText } from '../jobs/progressText.ts';
import { fileProblem, problemLine } from './problemLine.ts';

/** A request and the project it is for. */
export interface TaskRequest {
  readonly request: JobRequest;
  readonly project: string;
}

const BAR = 20;
/** To the start of the line, which is cleared. */
const AGAIN = '\r\x1b[2K';

/** The terminal of a task: one job of the jobs service, so that views and status bar show the same one. */
export class JobTerminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#write.event;
  readonly #close = new vscode.EventEmitter<number>();
  readonly onDidClose = this.#close.event;
  readonly #jobs: Jobs;
  readonly #resolve: () => Promise<TaskRequest>;
  #job: StartedJob<unknown> | undefined;
  #columns: number;
  #hasBar = false;
  #closed = false;

  /** @param resolve throws a UserError when the task's definition is wrong */
  constructor(jobs: Jobs, resolve: () => Promise<TaskRequest>) {
    this.#jobs = jobs;
    this.#resolve = resolve;
    this.#columns = 80;
  }

  /** Not before this: what is written to a terminal that is not open is lost. */
  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.setDimensions(dimensions);
    void this.#run().then((code) => this.#end(code));
  }

  setDimensions(dimensions: vscode.TerminalDimensions | undefined): void {
    this.#columns = dimensions?.columns ?? this.#columns;
  }

  /** Ctrl+C. */
  handleInput(data: string): void {
    if (data === '\x03') this.#stop();
  }

  /** The task was terminated or its terminal closed. */
  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#job && !this.#closed) this.#line(vscode.l10n.t('Stopping…'));
    this.#job?.stop();
  }

  async #run(): Promise<number> {
    try {
      const { request, project } = await this.#resolve();
      this.#line(`\x1b[1mdatasetgan ${request.job}\x1b[0m  ${project}`);
      this.#job = await this.#jobs.start(request, {
        project,
        quiet: true,
        onProgress: (progress) => this.#bar(progress),
        onLog: (line) => this.#line(line),
      });
      if (this.#closed) this.#job.stop();
      const result = await this.#job.result;
      const { definitionOf } = await import('../../jobs/jobTable.ts');
      this.#line(`\x1b[32m✔\x1b[0m ${definitionOf(request.job).describe(result)}`);
      return 0;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @returns the exit code, as `dgan` has it */
  async #failed(error: unknown): Promise<number> {
    if (error instanceof JobStopped) {
      this.#line(vscode.l10n.t('Stopped.'));
      return 130;
    }
    const problem = error instanceof UserError ? fileProblem(error.message) : undefined;
    const text = problem?.key === undefined ? undefined : await readFile(problem.file, 'utf8').catch(() => undefined);
    const stack = error instanceof UserError || !(error instanceof Error) ? undefined : error.stack;
    this.#line(problem ? problemLine(problem, text) : `\x1b[31m${stack ?? messageOf(error)}\x1b[0m`);
    return error instanceof LockedError ? 3 : 1;
  }

  #bar(progress: TimedProgress): void {
    const percent = percentOf(progress);
    const filled = Math.round(((percent ?? 0) / 100) * BAR);
    const bar = percent === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${percent} %  `;
    // A line that wraps could not be written again.
    const line = (bar + progressText(progress)).slice(0, Math.max(20, this.#columns - 1));
    this.#say(AGAIN + line);
    this.#hasBar = true;
  }

  /** One line or several, above the bar that is drawn next. */
  #line(text: string): void {
    const start = this.#hasBar ? '\r\n' : '';
    this.#hasBar = false;
    this.#say(`${start}${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`);
  }

  #say(text: string): void {
    if (!this.#closed) this.#write.fire(text);
  }

  #end(code: number): void {
    if (!this.#closed) this.#close.fire(code);
    this.#write.dispose();
    this.#close.dispose();
  }
}
