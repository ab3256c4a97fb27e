import type { ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { UserError } from '../base/userError.ts';
import { findProject, PROJECT_FILE } from '../dataset/projectFile.ts';
import { crashSentence } from './crashSentence.ts';
import { forEachLine } from './forEachLine.ts';
import { forkWorker, type Priority } from './forkWorker.ts';
import { fromJobError, JobCrashed, JobStopped } from './jobError.ts';
import { logPath, newJobId } from './journal.ts';
import { definitionOf, type JobName, type JobResult, type RequestFor } from './jobTable.ts';
import type { TimedProgress } from './progress.ts';
import { PROTOCOL, toChildSchema, toClientSchema, type Compute, type ToChild, type ToClient } from './protocol.ts';
import type { WorkerEntry } from './workerEntry.ts';

export interface StartOptions {
  /** The project's folder. Without it: the nearest folder with datasetgan.json, from the current one upwards. */
  readonly project?: string | undefined;
  readonly compute?: Compute;
  readonly onProgress?: (progress: TimedProgress) => void;
  /** One line that the job says. What libraries in its process print goes to the log file only. */
  readonly onLog?: (line: string) => void;
  /** The job's result before its last part; it stands also when `result` rejects after it. */
  readonly onStanding?: (result: unknown) => void;
  /** Every line: what the job says, and what libraries in its process print. */
  readonly onOutput?: (line: string) => void;
  /** The execution provider that won, by its label ("CPU"), once it is known. */
  readonly onProvider?: (provider: string) => void;
  /** The child's resident memory in bytes, about once a second. */
  readonly onHeartbeat?: (memory: number) => void;
  /** Aborting it is `stop()`. */
  readonly signal?: AbortSignal;
  /** `background` beside an editor, whose predictions a person waits for. */
  readonly priority?: Priority;
  /** For tests: another worker. */
  readonly worker?: WorkerEntry;
}

export interface RunningJob<R> {
  readonly id: string;
  readonly pid: number | undefined;
  /** Where the job's log is, when it keeps one. */
  readonly log: string | undefined;
  /**
   * The job's result.
   * Rejects with UserError (LockedError, when somebody else is at work; JobCrashed, when its process ended unexpectedly), JobStopped, or JobBug — with the child's stack.
   */
  readonly result: Promise<R>;
  /** Asks the job to stop between two runs; what it has written stays good. */
  stop(): void;
  /** Ends the process now (measured: some 20 ms, also in the middle of a run). Harms no file. */
  kill(): void;
}

/**
 * Starts a job in a process of its own.
 * @throws UserError when the options are wrong or there is no project; nothing was started then.
 */
export async function startJob<J extends JobName>(
  request: RequestFor<J>,
  how: StartOptions = {},
): Promise<RunningJob<JobResult<J>>> {
  const definition = definitionOf(request.job);
  const project = await projectFor(request.job, how.project);
  const id = newJobId(request.job);
  const start = validStart(request, project, id, how.compute ?? { provider: 'auto' });

  const log = project !== undefined && definition.long ? await logPath(project, id) : undefined;
  const logFile = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
  // A full disk must not end the job over its log.
  logFile?.on('error', () => undefined);

  const { worker, priority } = how;
  const child = await forkWorker('job', {
    ort: start.compute.ort,
    worker,
    priority,
    returnsMemory: definition.returnsMemory,
  });
  const running = new Running(request.job, child, how, log, logFile);
  child.send(start satisfies ToChild, (error) => {
    // Its end says more than this would.
    if (error !== null) logFile?.write(`could not reach the worker: ${error.message}\n`);
  });
  how.signal?.addEventListener('abort', () => running.stop(), { once: true });
  if (how.signal?.aborted === true) running.stop();

  return {
    id,
    pid: child.pid,
    log,
    result: running.result.then((ok) => definition.result.parse(ok) as JobResult<J>),
    stop: () => running.stop(),
    kill: () => running.kill(),
  };
}

class Running {
  readonly result: Promise<unknown>;
  readonly #child: ChildProcess;
  #stopAsked = false;
  #killed = false;

  constructor(
    job: JobName,
    child: ChildProcess,
    how: StartOptions,
    log: string | undefined,
    logFile: WriteStream | undefined,
  ) {
    this.#child = child;
    let reply: Extract<ToClient, { type: 'result' }>['reply'] | undefined;
    const lastLines: string[] = [];
    const onLine = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > 60) lastLines.shift();
      logFile?.write(line + '\n');
      how.onOutput?.(line);
    };
    forEachLine(child.stdout!, onLine);
    forEachLine(child.stderr!, onLine);

    child.on('message', (message) => {
      const parsed = toClientSchema.safeParse(message);
      if (!parsed.success) {
        onLine(`The worker said something that is not in the protocol: ${parsed.error.message}`);
        return;
      }
      const said = parsed.data;
      switch (said.type) {
        case 'hello':
          return;
        case 'heartbeat':
          how.onHeartbeat?.(said.memory);
          return;
        case 'progress':
          how.onProgress?.(said.progress);
          return;
        case 'standing':
          how.onStanding?.(said.result);
          return;
        case 'provider':
          how.onProvider?.(said.provider);
          return;
        case 'log':
          onLine(said.line);
          how.onLog?.(said.line);
          return;
        case 'result':
          reply ??= said.reply;
      }
    });

    this.result = new Promise<unknown>((resolveResult, reject) => {
      child.on('error', (error) => {
        // Only a child that never began: failed kills and sends come here too, and its 'close' tells the rest.
        if (child.pid === undefined)
          reject(new UserError(`Could not start the worker: ${error.message}.`, { cause: error }));
      });
      // 'close' and not 'exit': all of its output has arrived then.
      child.on('close', (code, signal) => {
        if (reply !== undefined && 'err' in reply && reply.err.kind === 'bug')
          onLine(reply.err.stack ?? reply.err.message);
        logFile?.end();
        const settle = (): void => {
          if (reply !== undefined && 'ok' in reply) resolveResult(reply.ok);
          else if (reply !== undefined) reject(fromJobError(reply.err));
          else if (this.#killed || (this.#stopAsked && signal !== null)) reject(new JobStopped('Ended at once.'));
          else reject(new JobCrashed(crashSentence({ job, code, signal, lastLines, log })));
        };
        if (logFile === undefined) settle();
        else void finished(logFile).then(settle, settle);
      });
    });
  }

  stop(): void {
    if (this.#stopAsked) return;
    this.#stopAsked = true;
    if (this.#child.connected) this.#child.send({ type: 'stop' } satisfies ToChild, () => undefined);
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }
}

async function projectFor(job: JobName, given: string | undefined): Promise<string | undefined> {
  const { project } = definitionOf(job);
  if (project === 'none') return undefined;
  const folder = given === undefined ? await findProject(process.cwd()) : resolve(given);
  const isProject = folder !== undefined && existsSync(join(folder, PROJECT_FILE));
  if (isProject) return folder;
  if (project === 'optional' && given === undefined) return undefined;
  const where = given === undefined ? `${process.cwd()} and the folders above it` : resolve(given);
  throw new UserError(
    `There is no ${PROJECT_FILE} in ${where}: make a project with "dgan init", or name one with --project <folder>.`,
  );
}

function validStart(
  request: { job: JobName; options: unknown },
  project: string | undefined,
  id: string,
  compute: Compute,
) {
  const parsed = toChildSchema.safeParse({
    type: 'start',
    protocol: PROTOCOL,
    id,
    request,
    ...(project === undefined ? {} : { project }),
    compute,
  });
  if (parsed.success && parsed.data.type === 'start') return parsed.data;
  const said = (parsed.error?.issues ?? []).map((issue) => {
    const where = issue.path.filter((part) => part !== 'request' && part !== 'options').join('.');
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  throw new UserError(`"${request.job}" can't be started: ${said.join('; ')}.`);
}
