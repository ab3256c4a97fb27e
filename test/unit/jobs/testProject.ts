import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `body` on a new folder and removes it. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dgan-jobs-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The same with a project file in it. */
export function withProject(body: (project: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'datasetgan.json'), '{}');
    await body(folder);
  });
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, within = 10_000): Promise<void> {
  for (const end = Date.now() + within; !(await condition());) {
    if (Date.now() > end) throw new Error(`Not so within ${within} ms: ${condition.toString()}`);
    await sleep(20);
  }
}

/** Is there a process with this id? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
