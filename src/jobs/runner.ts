import type { JobName, JOBS, JobOptions, JobResult } from './jobTable.ts';
import type { Progress } from './progress.ts';
import type { Compute } from './protocol.ts';

/** What a job's body gets besides its options. */
export interface JobContext {
  /** Aborted when the job is to stop: end between two runs, leave whole files, and throw the signal's reason. */
  readonly signal: AbortSignal;
  readonly compute: Compute;
  /** May be called as often as is convenient. */
  readonly progress: (progress: Progress) => void;
  /** One line for the job's log. */
  readonly log: (line: string) => void;
  /** Tells which execution provider won, by its label. */
  readonly provider: (label: string) => void;
}

type ProjectOf<J extends JobName> = (typeof JOBS)[J]['project'] extends 'required'
  ? string
  : (typeof JOBS)[J]['project'] extends 'none'
    ? undefined
    : string | undefined;

/** A job's body. `context.project` is the project's absolute folder. */
export type JobRunner<J extends JobName> = (
  options: JobOptions<J>,
  context: JobContext & {
    readonly project: ProjectOf<J>;
    /** Tells the result as it stands before the job's last part, which may be stopped without harm to it. */
    readonly standing: (result: JobResult<J>) => void;
  },
) => Promise<JobResult<J>>;

/** Loads a body when it is asked for: a statistic shall not wait for onnxruntime to load. */
export type JobRunners = { readonly [J in JobName]?: () => Promise<JobRunner<J>> };
