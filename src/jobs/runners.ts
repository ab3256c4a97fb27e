import type { JobRunners } from './runner.ts';

/** The bodies of the jobs, each loaded when it is asked for. */
export const RUNNERS: JobRunners = {};
