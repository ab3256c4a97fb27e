import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenQuestion } from '../../../src/base/openQuestion.ts';
import { UserError } from '../../../src/base/userError.ts';
import { startJob, type RunningJob, type StartOptions } from '../../../src/jobs/client.ts';
import { JobBug, JobStopped } from '../../../src/jobs/jobError.ts';
import { readJournals } from '../../../src/jobs/journal.ts';
import type { JobResult } from '../../../src/jobs/jobTable.ts';
import { LockedError } from '../../../src/jobs/lock.ts';
import type { TimedProgress } from '../../../src/jobs/progress.ts';
import { workerAt } from '../../../src/jobs/workerEntry.ts';
import { bundles } from './bundles.ts';
import { isAlive, until, withProject } from './testProject.ts';

async function start(
  project: string,
  behaviour: string,
  more: Partial<StartOptions> = {},
): Promise<RunningJob<JobResult<'sample'>>> {
  const { worker } = await bundles();
  return startJob({ job: 'sample', options: { out: behaviour } }, { project, worker, ...more });
}

/** Starts a job and waits until it shows its first progress. */
async function startAndWait(
  project: string,
  behaviour: string,
  more: Partial<StartOptions> = {},
): Promise<RunningJob<JobResult<'sample'>>> {
  return new Promise((resolve, reject) => {
    const running = start(project, behaviour, { ...more, onProgress: () => resolve(running) });
    running.then((job) => job.result).catch(reject);
  });
}

const stateOf = async (project: string): Promise<string | undefined> => (await readJournals(project))[0]?.state;

describe('a job in its own process', () => {
  before(bundles);

  it('runs from the sources too, wherever one stands', () =>
    withProject(async (project) => {
      const here = process.cwd();
      process.chdir(project);
      try {
        const worker = workerAt(new URL('./testWorker.ts', import.meta.url));
        assert.deepEqual(await (await start(project, 'work', { worker })).result, { folder: project, files: [] });
      } finally {
        process.chdir(here);
      }
    }));

  it('reports progress, logs, answers, and leaves a journal', () =>
    withProject(async (project) => {
      const seen: TimedProgress[] = [];
      const lines: string[] = [];
      const job = await start(project, 'work', { onProgress: (p) => seen.push(p), onLog: (line) => lines.push(line) });
      assert.deepEqual(await job.result, { folder: project, files: [] });
      assert.deepEqual([seen[0]?.done, seen.at(-1)?.done], [0, 4], 'the first and the last progress always arrive');
      assert.deepEqual(lines, ['drew them']);
      assert.deepEqual((await readFile(job.log!, 'utf8')).trim().split('\n').sort(), [
        'a library prints this',
        'drew them',
      ]);

      const [journal] = await readJournals(project);
      assert(journal?.state === 'done');
      assert.equal(journal.id, job.id);
      assert.deepEqual(journal.result, { folder: project, files: [] });
      assert.deepEqual(journal.options, { out: 'work', count: 16, seed: 0 }, 'defaults are written out');
      assert.equal(await readFile(join(project, '.datasetgan', '.gitignore'), 'utf8'), '*\n');
      assert.deepEqual(readdirSync(join(project, '.datasetgan', 'locks')), [], 'the lock is given back');
    }));

  it('asks what must be known first, as data, gives the lock back and leaves no journal', () =>
    withProject(async (project) => {
      const job = await start(project, 'question');
      await assert.rejects(job.result, (error: unknown) => {
        assert.ok(error instanceof OpenQuestion && error instanceof UserError, String(error));
        assert.equal(error.message, 'Choose a class with --class.');
        assert.deepEqual(error.question, { kind: 'class', classes: 3 });
        return true;
      });
      assert.deepEqual(await readJournals(project), []);
      assert.deepEqual(readdirSync(join(project, '.datasetgan', 'locks')), []);
    }));

  it('tells a result that stands before its last part, also when that is ended by force', () =>
    withProject(async (project) => {
      const stood = await new Promise((resolve, reject) => {
        const started = start(project, 'standing', {
          onStanding: (result) => {
            void started.then((job) => {
              job.kill();
              return assert.rejects(job.result, JobStopped).then(() => resolve(result), reject);
            });
          },
        });
        started.catch(reject);
      });
      assert.deepEqual(stood, { folder: project, files: ['first.dgan'] });
    }));

  it('gives way in the background, on Linux with the session that it leads', () =>
    withProject(async (project) => {
      const background = await startAndWait(project, 'wait', { priority: 'background' });
      const pid = background.pid!;
      assert.equal(getPriority(pid), constants.priority.PRIORITY_BELOW_NORMAL);
      if (existsSync('/proc/self/autogroup')) {
        const sessions = await Promise.all([pid, process.pid].map((id) => readFile(`/proc/${id}/autogroup`, 'utf8')));
        assert.match(sessions[0]!, /nice 10$/m);
        assert.notEqual(sessions[0], sessions[1]);
      }
      background.stop();
      await assert.rejects(background.result, JobStopped);
    }));

  it('stops cleanly when it is asked to, also by a signal', () =>
    withProject(async (project) => {
      const job = await startAndWait(project, 'wait');
      job.stop();
      await assert.rejects(job.result, JobStopped);
      assert.equal(await stateOf(project), 'stopped');

      const abort = new AbortController();
      const second = await start(project, 'wait', { signal: abort.signal, onProgress: () => abort.abort() });
      await assert.rejects(second.result, JobStopped);
    }));

  it('is killed within two seconds in the middle of a run, and then counts as lost', () =>
    withProject(async (project) => {
      const job = await startAndWait(project, 'block');
      const before = performance.now();
      job.kill();
      await assert.rejects(job.result, JobStopped);
      assert(performance.now() - before < 2000, `it took ${performance.now() - before} ms`);
      assert.equal(await stateOf(project), 'lost');
      // Its lock does not stand in the way.
      assert.deepEqual(await (await start(project, 'work')).result, { folder: project, files: [] });
    }));

  it('tells the person’s errors from our defects', () =>
    withProject(async (project) => {
      const user = await start(project, 'user');
      await assert.rejects(user.result, (error: Error) => {
        assert(error instanceof UserError);
        assert.equal(error.message, 'samples/007.dgan is truncated: copy it again.');
        return true;
      });
      const [journal] = await readJournals(project);
      assert(journal?.state === 'failed');
      assert.equal(journal.error.kind, 'user');

      const bug = await start(project, 'bug');
      await assert.rejects(bug.result, (error: Error) => {
        assert(error instanceof JobBug);
        assert.match(error.stack ?? '', /TypeError: x is not a function[\s\S]*testWorker/, 'the child’s stack');
        return true;
      });
      assert.match(await readFile(bug.log!, 'utf8'), /x is not a function/);
      await assert.rejects((await start(project, 'later')).result, /thrown from a timer/);
      assert.equal(await stateOf(project), 'failed');
      await assert.rejects((await start(project, 'wrong')).result, /not what the table promises/);
    }));

  it('says what happened when the process dies without a word', () =>
    withProject(async (project) => {
      const gone = await start(project, 'exit');
      await assert.rejects(gone.result, (error: Error) => {
        assert(error instanceof UserError);
        assert.match(error.message, /"sample" ended unexpectedly: exit code 7 .* Its log: .*\.log$/);
        return true;
      });
      assert.match(await readFile(gone.log!, 'utf8'), /something native said this/);
      assert.equal(await stateOf(project), 'lost');
      await assert.rejects((await start(project, 'abort')).result, /it aborted \(SIGABRT\)/);
      const shot = await startAndWait(project, 'wait');
      process.kill(shot.pid!, 'SIGKILL');
      await assert.rejects(shot.result, /somebody killed it \(SIGKILL\)/);
    }));

  it('refuses a second writer and says who is at work', () =>
    withProject(async (project) => {
      const first = await startAndWait(project, 'wait');
      await assert.rejects((await start(project, 'work')).result, (error: Error) => {
        assert(error instanceof LockedError);
        assert.match(
          error.message,
          new RegExp(`"sample" is at work in .* \\(process ${first.pid}, since 20.*Wait for it`),
        );
        return true;
      });
      assert.equal((await readJournals(project)).length, 1, 'a job that never began leaves no journal');
      first.stop();
      await assert.rejects(first.result, JobStopped);
    }));

  for (const background of [false, true]) {
    it(`dies when its client dies${background ? ', also in a session of its own' : ''}`, () =>
      withProject(async (project) => {
        const { cli, worker } = await bundles();
        const client = spawn(
          process.execPath,
          background
            ? ['--import=tsx', join(import.meta.dirname, 'backgroundClient.ts'), project, worker.file]
            : [cli, worker.file, 'sample', '--out', 'wait', '--project', project],
        );
        await until(async () => (await stateOf(project)) === 'running');
        const pid = (await readJournals(project))[0]!.process.pid;
        assert(isAlive(pid));
        client.kill('SIGKILL');
        await until(() => !isAlive(pid), 5_000);
        assert.equal(await stateOf(project), 'lost');
      }));
  }

  it('starts nothing without a project or with wrong options', async () => {
    const nowhere = await mkdtemp(join(tmpdir(), 'dgan-nowhere-'));
    await assert.rejects(start(nowhere, 'work'), /There is no datasetgan\.json in .*dgan init/);
    assert(!existsSync(join(nowhere, '.datasetgan')));
    await writeFile(join(nowhere, 'datasetgan.json'), '{}');
    const options = { count: 0 };
    await assert.rejects(
      startJob({ job: 'sample', options }, { project: nowhere }),
      /"sample" can't be started: count: Too small/,
    );
    await rm(nowhere, { recursive: true });
  });
});
