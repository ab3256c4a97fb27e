import type { LossPoint } from './lossPoint.ts';

/** How far a job is. `done` of `total` `unit`s of this stage; a total of 0 means "not known". */
export interface Progress {
  /** What is being done now, in a word or two: "training", "generating". */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Plural noun: "images", "steps". */
  readonly unit: string;
  /** Anything else worth showing: "loss 0.231". */
  readonly detail?: string | undefined;
  /** Of a training: what was measured so far, some ten points. All of them each time, as events may be left out. */
  readonly losses?: readonly LossPoint[] | undefined;
}

/** Progress with what can be said about its speed: units per second and the seconds that are left. */
export interface TimedProgress extends Progress {
  readonly rate?: number | undefined;
  readonly secondsLeft?: number | undefined;
}

/**
 * Estimates rate and time left over a sliding window, so that a slow start (compiling, filling caches) and work that an earlier
 * run already did don't spoil the estimate. Pure: the clock is an argument, in seconds.
 */
export class RateMeter {
  readonly #window: number;
  #stage: string | undefined;
  #points: { readonly time: number; readonly done: number }[] = [];

  constructor(windowSeconds = 30) {
    this.#window = windowSeconds;
  }

  /** Takes the progress at `time` and returns it with what the last points say. */
  add(progress: Progress, time: number): TimedProgress {
    const last = this.#points.at(-1);
    if (progress.stage !== this.#stage || (last !== undefined && progress.done < last.done)) this.#points = [];
    this.#stage = progress.stage;
    this.#points.push({ time, done: progress.done });
    // The newest point outside the window stays, so that slow units (one a minute) have a rate too.
    while (this.#points.length > 2 && this.#points[1]!.time < time - this.#window) this.#points.shift();
    // Many fast points say no more than some of them do.
    if (this.#points.length > 400) this.#points = this.#points.filter((_, i) => i % 2 === 0 || i > 380);

    const first = this.#points[0]!;
    const elapsed = time - first.time;
    const units = progress.done - first.done;
    if (elapsed <= 0 || units <= 0) return progress;
    const rate = units / elapsed;
    const left = progress.total - progress.done;
    return progress.total > 0 && left >= 0 ? { ...progress, rate, secondsLeft: left / rate } : { ...progress, rate };
  }
}

/** "45 s", "3 min 20 s", "2 h 5 min": as exact as is worth reading. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "41 images/s", "6.3 images/s", "12 images/min": at least two figures that mean something. */
export function formatRate(rate: number, unit: string): string {
  if (rate >= 10) return `${Math.round(rate).toLocaleString('en')} ${unit}/s`;
  if (rate >= 0.5) return `${rate.toFixed(1)} ${unit}/s`;
  return `${(rate * 60).toPrecision(2)} ${unit}/min`;
}
