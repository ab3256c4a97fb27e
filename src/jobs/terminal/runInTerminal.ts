import { OpenQuestion } from '../../base/openQuestion.ts';
import { messageOf, UserError } from '../../base/userError.ts';
import { startJob, type RunningJob } from '../client.ts';
import { JobStopped } from '../jobError.ts';
import { definitionOf, type JobName, type RequestFor } from '../jobTable.ts';
import { LockedError } from '../lock.ts';
import type { Compute } from '../protocol.ts';
import type { WorkerEntry } from '../workerEntry.ts';
import { progressDisplay } from './progressDisplay.ts';

export interface TerminalOptions {
  /** One JSON object per line on stdout instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly project: string | undefined;
  readonly compute: Compute;
  readonly worker?: WorkerEntry;
}

/**
 * Runs one job from a terminal: progress on stderr, the result on stdout. The first Ctrl+C (or SIGTERM, as a scheduler sends it before
 * its time limit) asks the job to stop cleanly, the second ends it.
 * @throws what the job rejects with
 */
export async function runInTerminal<J extends JobName>(
  request: RequestFor<J>,
  options: TerminalOptions,
): Promise<void> {
  const display = progressDisplay(process.stderr);
  const { describe } = definitionOf(request.job);
  const printed = new Set<string>();
  const print = (result: unknown): void => {
    const lines = describe(result).split('\n');
    for (const line of lines) if (line === '' || !printed.has(line)) process.stdout.write(`${line}\n`);
    for (const line of lines) printed.add(line);
  };
  const running = await startJob(request, {
    project: options.project,
    compute: options.compute,
    ...(options.worker === undefined ? {} : { worker: options.worker }),
    onProgress: (progress) => {
      if (options.json) printJson({ type: 'progress', ...progress });
      else if (!options.quiet) display.show(progress);
    },
    onStanding: (result) => {
      if (options.json) {
        printJson({ type: 'standing', job: request.job, result });
      } else {
        display.end();
        print(result);
      }
    },
    onLog: (line) => {
      if (options.json) printJson({ type: 'log', line });
      else if (!options.quiet) display.line(line);
    },
  });
  const letGo = listenForInterrupts(running, (text) => {
    if (!options.quiet && !options.json) display.line(text);
  });
  try {
    const result = await running.result;
    display.end();
    if (options.json) printJson({ type: 'result', job: request.job, result });
    else print(result);
  } finally {
    display.end();
    letGo();
  }
}

function listenForInterrupts(running: RunningJob<unknown>, say: (text: string) => void): () => void {
  let asked = false;
  const interrupt = (): void => {
    if (asked) {
      running.kill();
      return;
    }
    asked = true;
    say('Stopping … (Ctrl+C again ends it at once)');
    running.stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
}

/** Prints why the command failed: a sentence for what the person can act on, a stack for our own defects. */
export function printError(error: unknown, json: boolean, bugs: string): void {
  if (json) {
    const isBug = kindOf(error) === 'bug' && error instanceof Error;
    printJson({
      type: 'error',
      kind: kindOf(error),
      message: messageOf(error),
      ...(error instanceof OpenQuestion ? { question: error.question } : {}),
      ...(isBug ? { stack: error.stack } : {}),
    });
  } else if (kindOf(error) === 'bug') {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      `This is a defect of dgan, not of your data. Please report it at ${bugs} with these lines:\n${stack}\n`,
    );
  } else {
    process.stderr.write(`${messageOf(error)}\n`);
  }
}

/** For a machine that reads stdout. */
export function printUsageError(message: string): void {
  printJson({ type: 'error', kind: 'usage', message });
}

function kindOf(error: unknown): 'locked' | 'stopped' | 'user' | 'bug' {
  if (error instanceof LockedError) return 'locked';
  if (error instanceof JobStopped) return 'stopped';
  return error instanceof UserError ? 'user' : 'bug';
}

function printJson(value: object): void {
  process.stdout.write(JSON.stringify(value) + '\n');
}
