import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { projectPaths, updateProject, type Project } from '../../src/dataset/projectFile.ts';
import { predictionFiles } from '../../src/jobs/interactive/predictionCache.ts';
import type { TimedProgress } from '../../src/jobs/progress.ts';
import { askImportQuestion } from '../../src/vscode/commands/askImportQuestion.ts';
import type { JobView, Services } from '../../src/vscode/services.ts';
import { extensionId } from '../harness/repository.ts';
import { tinyGraph, tinyModel } from '../unit/stylegan/foreignModel.ts';

describe('jobs in the window', () => {
  let services: Services;
  let project: Project;
  let cli: string;
  let extensionPath: string;
  const conditional = 'stylegan2-ada-16-grey-conditional-clamp.pkl';

  before(async () => {
    const extension = vscode.extensions.getExtension<Services | undefined>(extensionId);
    assert.ok(extension);
    services = (await extension.activate())!;
    extensionPath = extension.extensionPath;
    cli = join(extensionPath, 'dist/cli.cjs');
    project = (await services.projects.refreshed())!;
    assert.ok(project, services.projects.problem);
  });

  // The workspace is that of the other tests too.
  after(() => updateProject(project.folder, () => project.written));

  const viewOf = (id: string): JobView | undefined => services.jobs.all.find(({ journal }) => journal.id === id);
  const until = async (condition: () => unknown, within = 60_000): Promise<void> => {
    for (const end = Date.now() + within; !condition();) {
      assert.ok(Date.now() < end, `not so within ${within} ms: ${condition.toString()}`);
      await sleep(50);
    }
  };
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  /** Starts a training that is soon done, or one that is not, and waits until it trains. */
  const startTraining = async (length: 'short' | 'long', seed = 0) => {
    const members = length === 'short' ? 2 : 20;
    const steps = length === 'short' ? 20 : 20_000;
    await updateProject(project.folder, (written) => ({
      ...written,
      interpreter: { members, epochs: steps / 1000, minimumSteps: steps, patience: steps },
    }));
    const seen: TimedProgress[] = [];
    const job = await services.jobs.start(
      { job: 'train', options: { seed } },
      { project: project.folder, quiet: true, onProgress: (progress) => seen.push(progress) },
    );
    job.result.catch(() => undefined);
    await until(() => seen.some(({ stage, done }) => stage === 'training' && done > 0), 120_000);
    return { ...job, seen };
  };
  const firstGenerated = async () => {
    for (const { origin, path } of await services.samples.refreshed()) {
      if (origin.kind === 'generated') return { origin, path };
    }
    throw new Error('The sample project has no generated sample.');
  };

  it('asks for the class of a conditional generator, once, and only then imports it', async () => {
    const fixture = (name: string): string => join(extensionPath, 'test/fixtures/checkpoints', name);
    const folder = await mkdtemp(join(tmpdir(), 'dgan-import-'));
    const out = join(folder, 'generator.onnx');
    const asked: unknown[] = [];
    const imported = (checkpoint: string, answer: number | undefined) =>
      services.jobs.perform(
        { job: 'import', options: { checkpoint: fixture(checkpoint), out, withoutSamples: true } },
        undefined,
        undefined,
        (question) => {
          asked.push(question);
          return Promise.resolve(answer === undefined ? undefined : { class: answer });
        },
      );
    try {
      assert.equal(await imported(conditional, undefined), undefined, 'not answered: nothing is done');
      assert.ok(!existsSync(out));
      const result = await imported(conditional, 2);
      assert.deepEqual(result?.condition, { classes: 3, chosen: 2 });
      assert.ok(existsSync(out));
      assert.deepEqual(asked, Array(2).fill({ kind: 'class', classes: 3 }));
      assert.equal((await imported('stylegan1-32.for_g_all.pt', 2))?.condition, undefined);
      assert.equal(asked.length, 2, 'nothing is asked of a generator without classes');
      assert.deepEqual(services.jobs.own, []);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('asks which outputs of an ONNX model are feature maps: all of them, unless some are left out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dgan-import-'));
    const checkpoint = join(folder, 'theirs.onnx');
    const { outputs } = tinyGraph();
    const columns = { name: 'columns', dtype: 'float32' as const, shape: [1, 4, 1, 1] };
    await writeFile(checkpoint, tinyModel({ outputs: [...outputs, columns] }));
    try {
      let asked = 0;
      let done = false;
      const importing = services.jobs
        .perform({ job: 'import', options: { checkpoint, withoutSamples: true } }, undefined, undefined, (question) => {
          asked++;
          return askImportQuestion('Import', question);
        })
        .finally(() => (done = true));
      await until(() => asked === 1);
      while (!done) {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await sleep(100);
      }
      const result = await importing;
      assert.equal(asked, 1);
      assert.deepEqual(
        result?.features.map(({ channels, resolution }) => [channels, resolution]),
        [
          [4, 4],
          [4, 1],
        ],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('trains, shows it, and predicts meanwhile', async () => {
    const first = await startTraining('short');
    const view = viewOf(first.id);
    assert.ok(view?.own && view.progress && view.journal.state === 'running');
    assert.equal(services.jobs.own.length, 1);
    const { out, members } = await first.result;
    assert.equal(members, 2);
    assert.ok(existsSync(out));
    assert.equal(viewOf(first.id)?.journal.state, 'done');
    assert.equal(services.jobs.provider, 'CPU');

    const { origin } = await firstGenerated();
    const second = await startTraining('long');
    const before = await services.predictor.predict(project, origin);
    assert.equal(before.labels.length, before.width * before.height);
    assert.equal(services.predictor.child?.provider, 'CPU');
    assert.equal(viewOf(second.id)?.journal.state, 'running');
    await services.jobs.stop(second.id);

    const { pid } = services.predictor.child;
    const changed = new Promise<void>((resolve) => {
      const listener = services.predictor.onDidChange(() => {
        listener.dispose();
        resolve();
      });
    });
    const third = await startTraining('short', 1);
    await third.result;
    await changed;
    const after = await services.predictor.predict(project, origin);
    assert.notEqual(after.interpreter, before.interpreter);
    assert.equal(services.predictor.child.pid, pid, 'a new interpreter needs no new process');
  }).timeout(300_000);

  it('keeps what was predicted for the samples', async () => {
    const samples = (await services.samples.refreshed()).slice(0, 4);
    const scores = await services.predictor.scores(project, samples);
    assert.deepEqual([...scores.keys()].sort(), samples.map(({ path }) => path).sort());
    const { origin, path } = await firstGenerated();
    const { interpreter, scores: own } = await services.predictor.predict(project, origin);
    assert.deepEqual(scores.get(path), own);
    const files = predictionFiles(project.folder, interpreter, origin);
    for (const file of Object.values(files) as string[]) assert.ok(existsSync(file), file);
    const start = performance.now();
    assert.deepEqual(await services.predictor.scores(project, samples), scores);
    assert.ok(performance.now() - start < 1_000, 'the second time they are read');
  }).timeout(120_000);

  it('answers again after the interactive process was killed', async () => {
    const { origin } = await firstGenerated();
    const expected = await services.predictor.predict(project, origin);
    const { pid } = services.predictor.child!;
    process.kill(pid!, 'SIGKILL');
    const again = await services.predictor.predict(project, origin);
    assert.deepEqual(again.labels, expected.labels);
    assert.notEqual(services.predictor.child!.pid, pid);
  }).timeout(60_000);

  it('gives up a prediction that nobody waits for', async () => {
    const { origin } = await firstGenerated();
    const token = new vscode.CancellationTokenSource();
    const answer = services.predictor.predict(project, origin, token.token);
    token.cancel();
    await assert.rejects(answer, vscode.CancellationError);
  });

  it('says what happened to a job whose process was killed, and can run it again', async () => {
    const job = await startTraining('long');
    const { journal } = viewOf(job.id)!;
    process.kill(journal.process.pid, 'SIGKILL');
    await assert.rejects(job.result, /"train" ended unexpectedly: somebody killed it/);
    assert.equal(viewOf(job.id)?.journal.state, 'lost');
    assert.equal(services.jobs.own.length, 0);
    const again = await startTraining('short');
    await again.result;
  }).timeout(300_000);

  it('stops a job within about two seconds, and writes that down', async () => {
    const job = await startTraining('long');
    const { pid } = viewOf(job.id)!.journal.process;
    const start = performance.now();
    await services.jobs.stop(job.id);
    assert.ok(performance.now() - start < 4_000, `it took ${performance.now() - start} ms`);
    await assert.rejects(job.result);
    assert.ok(!isAlive(pid));
    await until(() => viewOf(job.id)?.journal.state === 'stopped', 5_000);
  }).timeout(120_000);

  it('shows the jobs of a terminal, and stops them', async () => {
    const dgan = spawn(process.execPath, [cli, 'train', '--project', project.folder], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [dgan.stdout, dgan.stderr]) output.on('data', (data) => (said += String(data)));
    const ended = new Promise<number | null>((resolve) => dgan.once('exit', resolve));
    const running = () => services.jobs.all.find(({ journal, own }) => journal.state === 'running' && !own);
    await until(() => {
      assert.equal(dgan.exitCode, null, said);
      return running()?.progress?.stage === 'training';
    }, 120_000);
    const { id } = running()!.journal;
    await services.jobs.stop(id);
    assert.notEqual(await ended, 0);
    assert.equal(viewOf(id)?.journal.state, 'stopped');
    // It is over: nothing more to stop.
    await services.jobs.stop(id);
    await assert.rejects(services.jobs.stop('no-such-job'), /There is no job/);
  }).timeout(180_000);

  it('refuses a second long job of the project, and what the job does not know', async () => {
    const job = await startTraining('long');
    const second = await services.jobs.start({ job: 'train', options: {} }, { project: project.folder, quiet: true });
    await assert.rejects(second.result, /is at work in/);
    await services.jobs.stop(job.id);
    await assert.rejects(
      services.jobs.start({ job: 'train', options: { members: 0 } }, { project: project.folder, quiet: true }),
      /"train" can't be started/,
    );
    await assert.rejects(services.jobs.start({ job: 'train', options: {} }, { project: undefined }), /no project/);
  }).timeout(120_000);

  it('offers tasks for the project and runs one as the same job', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'datasetgan' });
    // By their jobs: those that tasks.json has too come with its labels.
    const of = (job: string) => tasks.find(({ definition }) => definition['job'] === job);
    for (const job of ['train', 'generate', 'sample', 'export-factory', 'report'])
      assert.ok(of(job), `${job} is none of ${tasks.map(({ name }) => name).join()}`);
    const configured = tasks.find(({ name }) => name === 'generate 100 images');
    assert.equal(configured?.definition['count'], 100);
    const task = of('export-factory')!;
    const ended = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== task.name) return;
        listener.dispose();
        resolve(exitCode);
      });
    });
    const shown = new Promise<void>((resolve) => {
      const listener = services.jobs.onDidChange(() => {
        if (!services.jobs.own.some(({ journal }) => journal.job === 'export-factory')) return;
        listener.dispose();
        resolve();
      });
    });
    await vscode.tasks.executeTask(task);
    await shown;
    assert.equal(await ended, 0);
    const [newest] = services.jobs.all;
    assert.equal(newest?.journal.job, 'export-factory');
    assert.equal(newest.journal.state, 'done');
  }).timeout(120_000);

  it('ends a task’s job when the task is terminated', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'datasetgan' });
    const task = tasks.find(({ definition }) => definition['job'] === 'train')!;
    const execution = await vscode.tasks.executeTask(task);
    const own = () => services.jobs.own.find(({ journal }) => journal.job === 'train');
    await until(() => own()?.progress?.stage === 'training', 120_000);
    const { id } = own()!.journal;
    execution.terminate();
    await until(() => services.jobs.own.length === 0, 10_000);
    assert.equal(viewOf(id)?.journal.state, 'stopped');
  }).timeout(180_000);

  it('has one line in the log for what its children say', async () => {
    const [newest] = services.jobs.all.filter(({ journal }) => journal.job === 'train');
    const log = join(project.folder, '.datasetgan/jobs', `${newest!.journal.id}.log`);
    assert.match(await readFile(log, 'utf8'), /Computing on: CPU/);
    assert.ok(existsSync(projectPaths(project).interpreter));
  });
});
