import { OpenQuestion } from '../base/openQuestion.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { JobStopped, toJobError, type JobError } from './jobError.ts';
import { JournalWriter } from './journal.ts';
import { definitionOf, type JobDefinition } from './jobTable.ts';
import { LockedError, takeLock, type HeldLock } from './lock.ts';
import { RateMeter, type Progress } from './progress.ts';
import { PROTOCOL, toChildSchema, type ToClient } from './protocol.ts';
import type { JobContext, JobRunners } from './runner.ts';

const HEARTBEAT_MS = 1_000;
const PROGRESS_EVERY_MS = 100;

type Start = Extract<ReturnType<(typeof toChildSchema)['parse']>, { type: 'start' }>;
type StandingContext = JobContext & { project: string | undefined; standing: (made: unknown) => void };
type Runner = (options: unknown, context: StandingContext) => Promise<unknown>;

/**
 * The child's side of the protocol: waits for one `start`, does the job, replies, ends the process.
 *
 * There is no SIGTERM handler on purpose: with one, Node would wait for onnxruntime's current run before it dies
 * (reference: onnxruntime, "Running").
 */
export function serveJobs(runners: JobRunners): void {
  if (process.send === undefined) {
    console.error('This is the worker of "dgan"; it is started by it and not by hand.');
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  let started = false;

  // Ctrl+C in a terminal reaches the whole process group, and its client means the same by it. It is also how another client (an editor
  // that shows the job of a terminal) asks for a stop.
  process.on('SIGINT', () => stop.abort(new JobStopped('Stopped.')));
  // Nobody is left to work for.
  process.on('disconnect', () => process.exit(1));
  // What is thrown outside of the job's own promise ends it all the same.
  const stray = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
  });
  stray.catch(() => undefined);

  process.on('message', (message) => {
    const parsed = toChildSchema.safeParse(message);
    if (!parsed.success) {
      const said = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      end({ err: { kind: 'bug', message: `The worker was told something it does not understand: ${said}.` } });
    } else if (parsed.data.type === 'stop') {
      stop.abort(new JobStopped('Stopped.'));
    } else if (started) {
      end({ err: { kind: 'bug', message: 'The worker was started twice.' } });
    } else {
      started = true;
      void perform(parsed.data, runners, stop.signal, stray).then(
        (ok) => end({ ok }),
        (error: unknown) => end({ err: toJobError(error, stop.signal.aborted) }),
      );
    }
  });

  send({ type: 'hello', protocol: PROTOCOL, pid: process.pid });
  setInterval(() => send({ type: 'heartbeat', memory: process.memoryUsage.rss() }), HEARTBEAT_MS).unref();
}

async function perform(start: Start, runners: JobRunners, stop: AbortSignal, stray: Promise<never>): Promise<unknown> {
  const { job, options } = start.request;
  const definition = definitionOf(job);
  const project = definition.project === 'none' ? undefined : start.project;
  const load = runners[job];
  if (load === undefined) throw new UserError(`"${job}" can't be done yet in this version.`);

  const journal =
    project !== undefined && definition.long ? await JournalWriter.queue(project, start.id, job, options) : undefined;
  let lock: HeldLock | undefined;
  try {
    if (project !== undefined && definition.lock !== undefined) {
      lock = await takeLock(project, definition.lock(options), job);
    }
    await journal?.running();
    const runner = (await load()) as Runner;
    const signal = lock === undefined ? stop : AbortSignal.any([stop, lockLost(lock)]);
    signal.throwIfAborted();
    const standing = (made: unknown): void => send({ type: 'standing', result: checkedResult(definition, made) });
    const context = { project, signal, compute: start.compute, standing, ...reporting(journal) };
    const result = checkedResult(definition, await Promise.race([runner(options, context), stray]));
    await journal?.done(result);
    return result;
  } catch (error) {
    // A job that only asked something is done again with the answer.
    const leavesNoTrace = error instanceof OpenQuestion || (error instanceof LockedError && lock === undefined);
    if (leavesNoTrace) await journal?.withdraw();
    else await journal?.failed(toJobError(error, stop.aborted)).catch(() => undefined);
    throw error;
  } finally {
    lock?.release();
  }
}

function lockLost(lock: HeldLock): AbortSignal {
  const lost = new AbortController();
  lock.lost.addEventListener('abort', () =>
    lost.abort(
      new UserError('Another machine took over the project because this one gave no sign of life for too long.'),
    ),
  );
  return lost.signal;
}

function checkedResult(definition: JobDefinition, result: unknown): unknown {
  const checked = definition.result.safeParse(result);
  if (checked.success) return checked.data;
  throw new Error(`The job's result is not what the table promises: ${checked.error.message}`);
}

function reporting(journal: JournalWriter | undefined): Pick<JobContext, 'progress' | 'log' | 'provider'> {
  const meter = new RateMeter();
  let told: Progress | undefined;
  let last = -Infinity;
  return {
    progress(progress: Progress) {
      const now = performance.now();
      const timed = meter.add(progress, now / 1000);
      const isNews =
        progress.stage !== told?.stage ||
        progress.losses !== told.losses ||
        progress.done === progress.total ||
        now - last >= PROGRESS_EVERY_MS;
      if (!isNews) return;
      told = progress;
      last = now;
      journal?.progress(timed);
      send({ type: 'progress', progress: timed });
    },
    log: (line) => send({ type: 'log', line }),
    provider: (provider) => send({ type: 'provider', provider }),
  };
}

/** After the client has gone, a send would end in EPIPE. */
function send(message: ToClient, then?: () => void): void {
  if (!process.connected || process.send === undefined) {
    then?.();
    return;
  }
  process.send(message, undefined, undefined, (error) => {
    if (error !== null) console.error(`could not reach the client: ${messageOf(error)}`);
    then?.();
  });
}

function end(reply: { ok: unknown } | { err: JobError }): void {
  // At once, so that sessions and timers can't keep the process: every file is whole by now.
  send({ type: 'result', reply }, () => process.exit(0));
}
