import type { JobRunners } from './runner.ts';

/** The bodies of the jobs, each loaded when it is asked for. */
export const RUNNERS: JobRunners = {
  init: async () => (await import('./run/init.ts')).run,
  import: async () => (await import('./run/import.ts')).run,
  sample: async () => (await import('./run/sample.ts')).run,
  'import-labels': async () => (await import('./run/importLabels.ts')).run,
  train: async () => (await import('./run/train.ts')).run,
  generate: async () => (await import('./run/generate.ts')).run,
  stats: async () => (await import('./run/stats.ts')).run,
  export: async () => (await import('./run/export.ts')).run,
  report: async () => (await import('./run/report.ts')).run,
  'export-factory': async () => (await import('./run/exportFactory.ts')).run,
  demo: async () => (await import('./run/demo.ts')).run,
  doctor: async () => (await import('./run/doctor.ts')).run,
};
