import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockedError, takeLock } from '../../../src/jobs/lock.ts';
import { thisProcess } from '../../../src/jobs/processIdentity.ts';
import { stateFolder } from '../../../src/jobs/stateFolder.ts';
import { bundles } from './bundles.ts';
import { withProject } from './testProject.ts';

async function spawnTaker(
  project: string,
): Promise<{ readonly process: ChildProcessWithoutNullStreams; readonly said: Promise<string> }> {
  const child = spawn(process.execPath, [(await bundles()).lockTaker, project, 'project']);
  return { process: child, said: once(child.stdout, 'data').then(([data]) => String(data).trim()) };
}

async function kill(child: ChildProcessWithoutNullStreams): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** A lock file as another machine would have left it, last touched `ageMs` ago. */
async function foreignLock(project: string, ageMs: number): Promise<string> {
  const path = join(await stateFolder(project, 'locks'), 'project.lock');
  const holder = { ...thisProcess(), host: 'node17', job: 'train', since: '2026-01-01T00:00:00.000Z', nonce: 'abc123' };
  writeFileSync(`${path}.aside`, JSON.stringify(holder));
  const touched = (Date.now() - ageMs) / 1000;
  utimesSync(`${path}.aside`, touched, touched);
  renameSync(`${path}.aside`, path);
  return path;
}

const filesIn = (project: string): string[] => readdirSync(join(project, '.datasetgan', 'locks'));

describe('the lock of a project', () => {
  it('has one holder, and another when it is given back', () =>
    withProject(async (project) => {
      const first = await takeLock(project, 'project', 'train');
      const heldFor = (job: string) => (error: unknown) => error instanceof LockedError && error.holder?.job === job;
      await assert.rejects(takeLock(project, 'project', 'generate'), heldFor('train'));
      const shard = await takeLock(project, 'generate-3-of-16', 'generate');
      first.release();
      first.release();
      const second = await takeLock(project, 'project', 'generate');
      first.release();
      await assert.rejects(
        takeLock(project, 'project', 'train'),
        heldFor('generate'),
        'an old holder’s release does nothing',
      );
      second.release();
      shard.release();
      assert.deepEqual(filesIn(project), []);
    }));

  it('is taken over from a process that was killed, by one of many', () =>
    withProject(async (project) => {
      const first = await spawnTaker(project);
      assert.equal(await first.said, 'taken');
      await kill(first.process);
      const takers = await Promise.all(Array.from({ length: 6 }, () => spawnTaker(project)));
      const said = await Promise.all(takers.map((other) => other.said));
      assert.deepEqual(said.sort(), ['locked', 'locked', 'locked', 'locked', 'locked', 'taken']);
      for (const other of takers) if (other.process.exitCode === null) await kill(other.process);
    }));

  it('has one winner within one process too, again and again', () =>
    withProject(async (project) => {
      for (let round = 0; round < 20; round++) {
        await foreignLock(project, 3_600_000);
        const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(project, 'project', 'train')));
        const taken = tries.flatMap((t) => (t.status === 'fulfilled' ? [t.value] : []));
        assert.equal(taken.length, 1);
        taken[0]!.release();
        assert.deepEqual(filesIn(project), []);
      }
    }));

  it('is not taken from another machine that gives signs of life', () =>
    withProject(async (project) => {
      const path = await foreignLock(project, 30_000);
      await assert.rejects(takeLock(project, 'project', 'train'), (error: Error) => {
        assert(error instanceof LockedError);
        assert.match(error.message, /"train" is at work in .* on node17, since 2026-01-01.*delete .*project\.lock/);
        assert(error.message.includes(path));
        return true;
      });
    }));

  it('is not taken from a living process that merely has the dead holder’s pid', () =>
    withProject(async (project) => {
      if (process.platform !== 'linux') return;
      const path = join(await stateFolder(project, 'locks'), 'project.lock');
      const holder = {
        ...thisProcess(),
        began: 'another boot/1',
        job: 'train',
        since: '2026-01-01T00:00:00.000Z',
        nonce: 'abc',
      };
      writeFileSync(path, JSON.stringify(holder));
      (await takeLock(project, 'project', 'train')).release();
    }));

  it('goes on after a taker died between its claim and the removal', () =>
    withProject(async (project) => {
      const path = await foreignLock(project, 3_600_000);
      writeFileSync(
        `${path}.abc123.claim0`,
        JSON.stringify({ ...thisProcess(), began: 'another boot/1', job: 'claim', since: '', nonce: '0' }),
      );
      if (process.platform !== 'linux') return;
      (await takeLock(project, 'project', 'train')).release();
      assert.deepEqual(filesIn(project), []);
    }));

  it('tells a holder that lost it while it slept', () =>
    withProject(async (project) => {
      const held = await takeLock(project, 'project', 'train', { beatMs: 20, staleMs: 1_000 });
      await sleep(60);
      assert(!held.lost.aborted);
      await foreignLock(project, 0);
      await sleep(100);
      assert(held.lost.aborted);
      held.release();
      assert.deepEqual(filesIn(project), ['project.lock'], 'and the new holder’s lock stays');
    }));
});
