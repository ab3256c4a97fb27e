import { fork, type ChildProcess } from 'node:child_process';
import { messageOf, UserError } from '../../base/userError.ts';
import type { BatchRequest, LabelSource } from '../../dataset/generate.ts';
import type { LabellingTask } from '../../dataset/labelBatch.ts';
import type { PreparedImage } from '../../dataset/preparedImage.ts';
import { crashSentence } from '../crashSentence.ts';
import { forEachLine } from '../forEachLine.ts';
import { fromJobError } from '../jobError.ts';
import { bundledWorker, type WorkerEntry, type WorkerRole } from '../workerEntry.ts';
import { fromLabellerSchema, type ToLabeller } from './labellerProtocol.ts';

export interface PoolOptions {
  /** For tests: another worker. */
  readonly worker?: WorkerEntry;
  /** Where what the processes print goes; else to what this process prints, so to the job's log. */
  readonly onLine?: (line: string) => void;
}

interface Pending {
  readonly request: BatchRequest;
  readonly resolve: (images: readonly PreparedImage[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Processes that label batches side by side, one thread each. They compute and encode, this process writes: so nobody is
 * left who could write into the files of a job that was killed. They end by themselves when it is gone.
 *
 * The failure of one ends them all: it is of a kind (out of memory, a defect) that would meet the others too.
 */
export class LabellerPool implements LabelSource {
  readonly concurrency: number;
  readonly #children: readonly ChildProcess[];
  readonly #ended: readonly Promise<void>[];
  readonly #idle: ChildProcess[] = [];
  readonly #busy = new Map<ChildProcess, Pending>();
  readonly #waiting: Pending[] = [];
  #failure: Error | undefined;

  /** Starts the processes; they wait for {@link load}. */
  constructor(processes: number, { worker = bundledWorker(), onLine = console.error }: PoolOptions = {}) {
    // One more for each than it works on, so that none waits while the next images in the order are still being made.
    this.concurrency = 2 * processes;
    this.#children = Array.from({ length: processes }, () =>
      fork(worker.file, ['labeller' satisfies WorkerRole], {
        serialization: 'advanced',
        silent: true,
        execArgv: [...worker.execArgv],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      }),
    );
    this.#ended = this.#children.map((child) => this.#watch(child, onLine));
  }

  get pids(): number[] {
    return this.#children.flatMap(({ pid }) => pid ?? []);
  }

  /** Gives every process its model. Whether they could load it shows in the first batches. */
  load(model: Uint8Array, task: LabellingTask): void {
    for (const child of this.#children) tell(child, { type: 'load', model, task });
  }

  /** @throws UserError when a process ended unexpectedly; else what went wrong in it. */
  label(request: BatchRequest): Promise<readonly PreparedImage[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ request, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the processes at once, whatever they do. */
  async close(): Promise<void> {
    this.#fail(new Error('The labelling processes were ended.'));
    await Promise.all(this.#ended);
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const child = this.#idle.shift()!;
      const pending = this.#waiting.shift()!;
      this.#busy.set(child, pending);
      tell(child, { type: 'label', request: pending.request });
    }
  }

  /** @returns when the process has ended */
  #watch(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
    const lastLines: string[] = [];
    for (const output of [child.stdout!, child.stderr!])
      forEachLine(output, (line) => {
        lastLines.push(line);
        if (lastLines.length > 60) lastLines.shift();
        onLine(line);
      });
    child.on('message', (message) => this.#heard(child, message));
    return new Promise((resolve) => {
      child.on('error', (error) => {
        // Failed sends and kills come here too, and 'close' tells the rest.
        if (child.pid !== undefined) return;
        this.#fail(new UserError(`Could not start a labelling process: ${error.message}.`, { cause: error }));
        resolve();
      });
      child.on('close', (code, signal) => {
        this.#fail(new UserError(crashSentence({ job: 'labelling', code, signal, lastLines, log: undefined })));
        resolve();
      });
    });
  }

  #heard(child: ChildProcess, message: unknown): void {
    const parsed = fromLabellerSchema.safeParse(message);
    if (!parsed.success) {
      this.#fail(
        new Error(`A labelling process said something that is not in the protocol: ${messageOf(parsed.error)}`),
      );
      return;
    }
    const said = parsed.data;
    if (said.type === 'failed') {
      this.#fail(fromJobError(said.error));
      return;
    }
    const pending = this.#busy.get(child);
    this.#busy.delete(child);
    this.#idle.push(child);
    this.#dispatch();
    if (said.type === 'labelled') pending?.resolve(said.images);
  }

  /** The first failure is the one that is told. */
  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of [...this.#busy.values(), ...this.#waiting.splice(0)]) reject(error);
    this.#busy.clear();
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

function tell(child: ChildProcess, message: ToLabeller): void {
  // When it can't be told, it has ended, and 'close' says how.
  child.send(message, () => undefined);
}
