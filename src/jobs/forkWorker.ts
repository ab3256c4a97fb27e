import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareOrtFolder } from '../engine/ortFolder.ts';
import { giveWay, NEEDS_OWN_SESSION } from './giveWay.ts';
import { bundledWorker, type WorkerEntry, type WorkerRole } from './workerEntry.ts';

/** Whom the system prefers when the cores are busy: `background` work gives way to what a person waits for. */
export type Priority = 'normal' | 'background';

export interface ForkOptions {
  /** Folder with onnxruntime's provider libraries. */
  readonly ort?: string | undefined;
  /** For tests: another worker. */
  readonly worker?: WorkerEntry | undefined;
  readonly priority?: Priority | undefined;
  readonly returnsMemory?: boolean | undefined;
}

/**
 * Environment of a process that gives every large block of memory back to the system when it frees it. glibc else keeps what was
 * smaller than the largest block freed so far, up to 32 MB: after a network of 1024² was loaded, 370 MB of nothing.
 */
export const RETURNS_MEMORY = { MALLOC_MMAP_THRESHOLD_: String(2 ** 20) } as const;

/**
 * Starts a worker process. Its output comes through pipes, so that also what native libraries print can go to a log.
 * @throws UserError when the folder of provider libraries can't be used; nothing was started then.
 */
export async function forkWorker(
  role: WorkerRole,
  { ort, worker, priority, returnsMemory }: ForkOptions,
): Promise<ChildProcess> {
  const { file, execArgv } = worker ?? bundledWorker();
  const { env, release } = await childEnvironment(ort);
  const background = priority === 'background';
  const child = fork(file, [role], {
    serialization: 'advanced',
    silent: true,
    execArgv: [...execArgv],
    detached: background && NEEDS_OWN_SESSION,
    env: returnsMemory === true ? { ...env, ...RETURNS_MEMORY } : env,
  });
  child.once('close', release);
  if (background && child.pid !== undefined) giveWay(child.pid);
  return child;
}

/** The child's environment; `release` removes what was made for it. */
async function childEnvironment(ort: string | undefined): Promise<{ env: NodeJS.ProcessEnv; release: () => void }> {
  // In VS Code the executable is Electron's.
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  if (ort === undefined) return { env, release: () => undefined };
  const links = await mkdtemp(join(tmpdir(), 'datasetgan-ort-'));
  const release = (): void => rmSync(links, { recursive: true, force: true });
  try {
    return { env: await prepareOrtFolder(ort, links, env), release };
  } catch (error) {
    release();
    throw error;
  }
}
