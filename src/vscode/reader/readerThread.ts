import { Worker } from 'node:worker_threads';
import { UserError } from '../../base/userError.ts';
import type { ReaderReply, ReaderRequest, ReaderTask, ReaderTasks } from './readerTasks.ts';

type Result<T extends ReaderTask> = Awaited<ReturnType<ReaderTasks[T]>>;

/** Nobody asked anything for so long: the thread goes. */
const IDLE_MS = 60_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that reads samples and data sets and draws small pictures of them, so that the extension host, which all extensions share, never
 * decodes a PNG. It starts with the first question and ends when idle; after a crash the next question starts another one.
 */
export class ReaderThread {
  readonly #entry: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  #disposed = false;

  /** @param entry the file of readerEntry.ts, built */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /**
   * Asks the thread.
   * @throws UserError as the task does; when the thread died or the reader was disposed.
   */
  ask<T extends ReaderTask>(task: T, ...args: Parameters<ReaderTasks[T]>): Promise<Result<T>> {
    if (this.#disposed) return Promise.reject(new UserError('DatasetGAN is closing.'));
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, task, args } satisfies ReaderRequest);
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#end(new UserError('DatasetGAN is closing.'));
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      // Flags of the host's own process are not for it.
      execArgv: [],
      // A photo of 8192² pixels needs some hundred MB; more is a mistake or an attack, and must not take the host with it.
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
      stdout: false,
      stderr: false,
    });
    worker.on('message', (reply: ReaderReply) => this.#take(reply));
    const lost = (error: unknown): void => {
      if (this.#worker !== worker) return;
      const why = error instanceof Error ? ` (${error.message})` : '';
      this.#end(
        new UserError(`The thread that reads samples and data sets ended unexpectedly${why}.`, { cause: error }),
      );
    };
    worker.on('error', lost);
    worker.on('exit', lost);
    worker.unref();
    return worker;
  }

  #take(reply: ReaderReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#goWhenIdle();
    if ('ok' in reply) waiting?.resolve(reply.ok);
    else waiting?.reject(reply.isBug ? new Error(reply.problem) : new UserError(reply.problem));
  }

  #goWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(new UserError('The reader was idle.')), IDLE_MS);
    this.#idle.unref();
  }

  #end(error: Error): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
    void worker?.terminate();
  }
}
