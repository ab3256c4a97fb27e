import type { ChildProcess } from 'node:child_process';
import { crashSentence } from '../crashSentence.ts';
import { forEachLine } from '../forEachLine.ts';
import { forkWorker } from '../forkWorker.ts';
import { fromJobError, JobCrashed, JobStopped } from '../jobError.ts';
import type { Compute } from '../protocol.ts';
import type { WorkerEntry } from '../workerEntry.ts';
import {
  fromInteractiveSchema,
  INTERACTIVE_PROTOCOL,
  type FromInteractive,
  type InterpreterPrediction,
  type PredictionRequest,
  type ToInteractive,
} from './interactiveProtocol.ts';

export interface InteractiveOptions {
  /** Asked for each new child, so that changed settings hold after {@link InteractiveClient.restart}. */
  readonly compute: () => Compute;
  /** Every line that the child says or prints. */
  readonly onLine?: (line: string) => void;
  /** Another state, provider or amount of memory. */
  readonly onChange?: () => void;
  /** A child without questions ends after so long. */
  readonly idleMs?: number;
  /** A child that has grown beyond so many bytes is replaced after its answer. */
  readonly mostMemory?: number;
  /** The pause before a new child after a crash, doubled each time. */
  readonly backoffMs?: number;
  /** For tests: another worker. */
  readonly worker?: WorkerEntry;
}

export interface PredictOptions {
  /** `background` questions wait until nobody else asks anything; of the others the newest comes first. */
  readonly priority?: 'now' | 'background';
  /** Who asks: a newer question of the same view takes the place of one that still waits. */
  readonly view?: string;
  /** Aborting it gives up the question: its promise rejects with JobStopped. */
  readonly signal?: AbortSignal | undefined;
}

/** In a row (the sentence below says so); then it is said rather than tried again. */
const MOST_CRASHES = 3;
/** A child is not judged by what its first answers need. */
const ANSWERS_BEFORE_REPLACING = 20;

/** How an answer finds its way; `settle` works once. */
class Question {
  readonly id: number;
  readonly request: PredictionRequest;
  readonly background: boolean;
  readonly view: string | undefined;
  readonly answer: Promise<InterpreterPrediction>;
  isSettled = false;
  #resolve!: (prediction: InterpreterPrediction) => void;
  #reject!: (error: Error) => void;

  constructor(id: number, request: PredictionRequest, { priority, view }: PredictOptions) {
    this.id = id;
    this.request = request;
    this.background = priority === 'background';
    this.view = view;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(prediction: InterpreterPrediction): void {
    this.isSettled = true;
    this.#resolve(prediction);
  }

  reject(error: Error): void {
    this.isSettled = true;
    this.#reject(error);
  }
}

/**
 * The editor's side of the interactive child: started when something is asked, ended when nothing has been asked for a
 * while, replaced when it has grown or died. Questions wait here and go one at a time, so that the newest can go first
 * and those that nobody waits for never go.
 */
export class InteractiveClient {
  readonly #options: Required<Omit<InteractiveOptions, 'worker'>> & Pick<InteractiveOptions, 'worker'>;
  #child: Child | undefined;
  #starting = false;
  #waiting: Question[] = [];
  /** The question that the child works on. */
  #asked: Question | undefined;
  #nextId = 0;
  #crashes = 0;
  #pause: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: InteractiveOptions) {
    this.#options = {
      onLine: () => undefined,
      onChange: () => undefined,
      idleMs: 5 * 60_000,
      mostMemory: 3e9,
      backoffMs: 500,
      ...options,
    };
  }

  /** The execution provider that won in the child, when one runs and has said so. */
  get provider(): string | undefined {
    return this.#child?.provider;
  }

  get pid(): number | undefined {
    return this.#child?.process.pid;
  }

  /** The child's resident memory in bytes after its last answer. */
  get memory(): number | undefined {
    return this.#child?.memory;
  }

  get isBusy(): boolean {
    return this.#asked !== undefined;
  }

  /**
   * Rejects with UserError when there can be no prediction (or the child crashes time and again), JobStopped when it was
   * given up or a newer question of its view came.
   */
  predict(request: PredictionRequest, how: PredictOptions = {}): Promise<InterpreterPrediction> {
    const question = new Question(this.#nextId++, request, how);
    if (this.#disposed || how.signal?.aborted === true) {
      question.reject(new JobStopped('Stopped.'));
      return question.answer;
    }
    if (question.view !== undefined) {
      for (const older of this.#waiting.filter(({ view }) => view === question.view))
        this.#giveUp(older, 'A newer question took its place.');
    }
    const abort = (): void => this.#giveUp(question, 'Nobody waits for it any more.');
    how.signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(question);
    this.#dispatch();
    const forget = (): void => how.signal?.removeEventListener('abort', abort);
    question.answer.then(forget, forget);
    return question.answer;
  }

  /** Ends the child as soon as it has answered what it works on; the next question starts a new one, with the settings of then. */
  restart(): void {
    this.#crashes = 0;
    if (this.#child === undefined) return;
    if (this.#asked === undefined) this.#end(this.#child);
    else this.#child.isRetired = true;
  }

  /** Ends the child at once; may be called in the last moment of a process. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#pause);
    if (this.#child) this.#end(this.#child);
    this.#failAll(new JobStopped('Stopped.'));
  }

  #giveUp(question: Question, why: string): void {
    if (question.isSettled) return;
    this.#waiting = this.#waiting.filter((other) => other !== question);
    question.reject(new JobStopped(why));
    if (question === this.#asked) this.#child?.say({ type: 'cancel', id: question.id });
  }

  #dispatch(): void {
    if (this.#asked !== undefined || this.#waiting.length === 0 || this.#pause !== undefined || this.#disposed) return;
    clearTimeout(this.#idle);
    if (this.#child === undefined) {
      if (!this.#starting) void this.#start();
      return;
    }
    const question = this.#waiting.findLast(({ background }) => !background) ?? this.#waiting[0]!;
    this.#waiting = this.#waiting.filter((other) => other !== question);
    this.#asked = question;
    this.#child.say({ type: 'predict', id: question.id, request: question.request });
    this.#options.onChange();
  }

  async #start(): Promise<void> {
    this.#starting = true;
    try {
      const compute = this.#options.compute();
      const forked = await forkWorker('interactive', { ort: compute.ort, worker: this.#options.worker });
      const child = new Child(forked, this.#options.onLine, (said) => this.#heard(child, said));
      child.closed.then(
        (ending) => this.#ended(child, ending),
        () => undefined,
      );
      if (this.#disposed) {
        this.#end(child);
        return;
      }
      this.#child = child;
      child.say({ type: 'begin', protocol: INTERACTIVE_PROTOCOL, compute });
    } catch (error) {
      this.#failAll(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#starting = false;
    }
    this.#dispatch();
    this.#options.onChange();
  }

  #heard(child: Child, said: FromInteractive): void {
    switch (said.type) {
      case 'provider':
        child.provider = said.provider;
        break;
      case 'log':
        this.#options.onLine(said.line);
        return;
      case 'refused':
        this.#options.onLine(`The interactive process refused a message: ${said.problem}`);
        return;
      case 'reply': {
        child.memory = said.memory;
        child.answers++;
        const question = this.#asked;
        if (child !== this.#child || question?.id !== said.id) return;
        this.#asked = undefined;
        this.#crashes = 0;
        if (!question.isSettled) {
          if ('ok' in said.reply) question.resolve(said.reply.ok);
          else question.reject(fromJobError(said.reply.err));
        }
        const hasGrown = said.memory > this.#options.mostMemory && child.answers >= ANSWERS_BEFORE_REPLACING;
        if (hasGrown) this.#options.onLine(`The interactive process holds ${said.memory} bytes: a new one takes over.`);
        if (hasGrown || child.isRetired) this.#end(child);
        this.#dispatch();
        this.#rest();
      }
    }
    this.#options.onChange();
  }

  /** Nothing to do: the child may stay for a while. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#asked !== undefined || this.#child === undefined) return;
    const child = this.#child;
    this.#idle = setTimeout(() => {
      this.#end(child);
      this.#options.onChange();
    }, this.#options.idleMs);
    this.#idle.unref();
  }

  /** Ends a child on purpose. */
  #end(child: Child): void {
    if (this.#child === child) {
      this.#child = undefined;
      clearTimeout(this.#idle);
    }
    child.isEnding = true;
    child.process.kill('SIGKILL');
  }

  #ended(child: Child, { code, signal }: Ending): void {
    if (child.isEnding || this.#child !== child) return;
    this.#child = undefined;
    this.#crashes++;
    const sentence = crashSentence({ job: 'predict', code, signal, lastLines: child.lastLines, log: undefined });
    this.#options.onLine(sentence);
    const question = this.#asked;
    this.#asked = undefined;
    if (question && !question.isSettled) this.#waiting.push(question);
    if (this.#crashes >= MOST_CRASHES) {
      // The next question tries again, from the start.
      this.#crashes = 0;
      this.#failAll(new JobCrashed(`${sentence} That was the third time in a row, so it is not tried again for now.`));
    } else {
      this.#pause = setTimeout(
        () => {
          this.#pause = undefined;
          this.#dispatch();
        },
        this.#options.backoffMs * 2 ** (this.#crashes - 1),
      );
    }
    this.#options.onChange();
  }

  #failAll(error: Error): void {
    const questions = [...this.#waiting, ...(this.#asked && !this.#asked.isSettled ? [this.#asked] : [])];
    this.#waiting = [];
    this.#asked = undefined;
    for (const question of questions) question.reject(error);
  }
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One child process, with what it has said of itself. */
class Child {
  readonly process: ChildProcess;
  readonly lastLines: string[] = [];
  readonly closed: Promise<Ending>;
  provider: string | undefined;
  memory: number | undefined;
  answers = 0;
  /** It ends because it was told to. */
  isEnding = false;
  /** It ends after its next answer. */
  isRetired = false;

  constructor(process: ChildProcess, onLine: (line: string) => void, onMessage: (said: FromInteractive) => void) {
    this.process = process;
    for (const output of [process.stdout!, process.stderr!])
      forEachLine(output, (line) => {
        this.lastLines.push(line);
        if (this.lastLines.length > 60) this.lastLines.shift();
        onLine(line);
      });
    process.on('message', (message) => {
      const parsed = fromInteractiveSchema.safeParse(message);
      if (parsed.success) onMessage(parsed.data);
      else {
        onLine(`The interactive process said something that is not in the protocol: ${parsed.error.message}`);
        // What it was to answer would wait for ever.
        process.kill('SIGKILL');
      }
    });
    this.closed = new Promise((resolve) => {
      process.on('error', (error) => {
        // Failed sends and kills come here too, and 'close' tells the rest.
        if (process.pid !== undefined) return;
        this.lastLines.push(error.message);
        resolve({ code: null, signal: null });
      });
      process.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  say(message: ToInteractive): void {
    // When it can't be told, it has ended, and 'close' says how.
    this.process.send(message, () => undefined);
  }
}
