import { isUnderWay } from '../../jobs/isUnderWay.ts';
import type { Disposable, Jobs, JobView } from '../services.ts';

/** A job went on, or came to its end. */
export interface JobStep {
  readonly job: string;
  readonly ended: boolean;
}

/**
 * Tells of each step of the project's jobs, those of terminals too. What follows their files needs it besides a file watcher: VS Code's
 * misses files in a folder that is made and filled at once, as a new data set is.
 */
export function onJobStep(
  jobs: Pick<Jobs, 'all' | 'own' | 'onDidChange'>,
  listener: (step: JobStep) => void,
): Disposable {
  const since = Date.now();
  let running = new Map<string, string>();
  /** Jobs whose end was told. */
  const ended = new Set<string>();
  const look = (): void => {
    const views: readonly JobView[] = [...jobs.all, ...jobs.own];
    const now = new Map<string, string>();
    const steps = new Map<string, JobStep>();
    for (const { journal } of views) {
      const { id, job } = journal;
      if (isUnderWay(journal)) {
        now.set(id, job);
        steps.set(id, { job, ended: false });
      } else if (!ended.has(id) && 'ended' in journal && Date.parse(journal.ended) >= since) {
        // Also one that was over before it was seen running.
        ended.add(id);
        steps.set(id, { job, ended: true });
      }
    }
    for (const [id, job] of running)
      if (!now.has(id) && !ended.has(id)) {
        ended.add(id);
        steps.set(id, { job, ended: true });
      }
    running = now;
    for (const step of steps.values()) listener(step);
  };
  return jobs.onDidChange(look);
}
