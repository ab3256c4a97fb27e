import { formatDuration, formatRate, type TimedProgress } from '../../jobs/progress.ts';

/** "training 120/440 · 23 steps/s · 14 s left · held-out loss 0.168" */
export function progressText({ stage, done, total, unit, rate, secondsLeft, detail }: TimedProgress): string {
  const isOver = total > 0 && done >= total;
  return [
    total > 0 ? `${stage} ${done}/${total}` : `${stage} ${done > 0 ? done : ''}`.trim(),
    rate === undefined ? unit : formatRate(rate, unit),
    secondsLeft === undefined || isOver ? '' : `${formatDuration(secondsLeft)} left`,
    detail ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Whole percent of the stage; undefined when it is not known how much there is. */
export function percentOf({ done, total }: TimedProgress): number | undefined {
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : undefined;
}

/** Stages that come before the work itself, and their share of a bar. */
const SHORT_STAGES: Readonly<Record<string, number>> = { 'reading features': 0.1 };

/** Turns progress by stages into one bar that only grows. */
export class ProgressBar {
  #shown = 0;
  /** Where the bar stood when the stage began. */
  #start = 0;
  #stage: string | undefined;

  /** @returns how many percent the bar grows */
  add({ stage, done, total }: TimedProgress): number {
    if (stage !== this.#stage) this.#start = this.#shown;
    this.#stage = stage;
    if (total <= 0) return 0;
    const share = (100 - this.#start) * (SHORT_STAGES[stage] ?? 1);
    const now = this.#start + share * Math.min(1, done / total);
    const growth = Math.max(0, now - this.#shown);
    this.#shown += growth;
    return growth;
  }
}
