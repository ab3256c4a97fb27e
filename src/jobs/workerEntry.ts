import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What a worker is for, its first argument: a client's job, to label batches for a job, to answer an editor's questions, or to run a strange model. */
export type WorkerRole = 'job' | 'labeller' | 'interactive' | 'trial';

/** How to fork the child: its file, and what Node needs to be told to run it. */
export interface WorkerEntry {
  readonly file: string;
  readonly execArgv: readonly string[];
}

/** The worker beside this file: dist/worker.cjs in the bundle, src/jobs/worker.ts from the sources. */
export function bundledWorker(): WorkerEntry {
  const isSource = import.meta.url.endsWith('.ts');
  return workerAt(new URL(isSource ? './worker.ts' : './worker.cjs', import.meta.url));
}

/** TypeScript needs tsx, found from here and not from the folder the person happens to stand in. */
export function workerAt(url: URL): WorkerEntry {
  const file = fileURLToPath(url);
  if (!file.endsWith('.ts')) return { file, execArgv: [] };
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { file, execArgv: [`--import=${tsx}`] };
}
