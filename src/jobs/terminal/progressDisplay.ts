import { SingleBar } from 'cli-progress';
import { formatDuration, formatRate, type TimedProgress } from '../progress.ts';

/** Shows a job's progress on stderr, so that stdout holds results only. */
export interface ProgressDisplay {
  show(progress: TimedProgress): void;
  /** Writes a line without tearing the bar. */
  line(text: string): void;
  end(): void;
}

export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? new BarDisplay(stream) : new LineDisplay((text) => stream.write(text + '\n'));
}

/** A bar per stage, for a person at a terminal. */
class BarDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #stage = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(progress: TimedProgress): void {
    if (progress.stage !== this.#stage || this.#bar === undefined) {
      this.#bar?.stop();
      this.#stage = progress.stage;
      this.#bar = new SingleBar({
        stream: this.#stream,
        format: progress.total > 0 ? '{stage} {bar} {value}/{total} {more}' : '{stage} {value} {more}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        hideCursor: true,
        // Commander and the job decide what Ctrl+C means.
        gracefulExit: false,
        emptyOnZero: true,
      });
      this.#bar.start(progress.total, progress.done, payload(progress));
    }
    this.#bar.setTotal(progress.total);
    this.#bar.update(progress.done, payload(progress));
  }

  line(text: string): void {
    this.end();
    this.#stream.write(text + '\n');
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function payload(progress: TimedProgress): object {
  return { stage: progress.stage.padEnd(16), more: more(progress) };
}

/** Lines for a log file or a scheduler: the start and end of a stage, each tenth of it, and a sign of life every half minute. */
export class LineDisplay implements ProgressDisplay {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #stage = '';
  #tenth = -1;
  #last = -Infinity;

  constructor(write: (text: string) => void, now = () => performance.now()) {
    this.#write = write;
    this.#now = now;
  }

  show(progress: TimedProgress): void {
    const now = this.#now();
    const isNewStage = progress.stage !== this.#stage;
    const tenth = progress.total > 0 ? Math.floor((10 * progress.done) / progress.total) : 0;
    const isNewTenth = tenth > this.#tenth && (now - this.#last >= 1_000 || tenth === 10);
    if (!isNewStage && !isNewTenth && now - this.#last < 30_000) return;
    this.#stage = progress.stage;
    this.#tenth = tenth;
    this.#last = now;
    const of = progress.total > 0 ? `/${progress.total}` : '';
    this.#write(`${progress.stage}: ${progress.done}${of} ${more(progress)}`.trimEnd());
  }

  line(text: string): void {
    this.#write(text);
  }

  end(): void {
    // Lines need no end.
  }
}

function more(progress: TimedProgress): string {
  const isOver = progress.total > 0 && progress.done >= progress.total;
  return [
    progress.rate === undefined ? progress.unit : `${progress.unit} · ${formatRate(progress.rate, progress.unit)}`,
    progress.secondsLeft === undefined || isOver ? undefined : `${formatDuration(progress.secondsLeft)} left`,
    progress.detail,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}
