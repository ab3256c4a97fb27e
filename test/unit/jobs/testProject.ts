import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `body` on a new project folder and removes it. */
export async function withProject(body: (project: string) => Promise<void>): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), 'dgan-jobs-'));
  try {
    await writeFile(join(project, 'datasetgan.json'), '{}');
    await body(project);
  } finally {
    await rm(project, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, within = 10_000): Promise<void> {
  for (const end = Date.now() + within; !(await condition());) {
    if (Date.now() > end) throw new Error(`Not so within ${within} ms: ${condition.toString()}`);
    await sleep(20);
  }
}
