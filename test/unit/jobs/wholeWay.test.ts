import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/base/userError.ts';
import { readSample, writeSample } from '../../../src/dataset/dganFile.ts';
import { unlabelledMap } from '../../../src/dataset/labelMap.ts';
import { readDataSet } from '../../../src/dataset/dataSetFolder.ts';
import { updateProject } from '../../../src/dataset/projectFile.ts';
import { loadInterpreter } from '../../../src/interpreter/interpreterFile.ts';
import { startJob } from '../../../src/jobs/client.ts';
import { JobStopped } from '../../../src/jobs/jobError.ts';
import type { JobName, JobResult, RequestFor } from '../../../src/jobs/jobTable.ts';
import { readJournals } from '../../../src/jobs/journal.ts';
import { lossPoint, type LossPoint } from '../../../src/jobs/lossPoint.ts';
import { isAlive, until } from './testProject.ts';

const models = join(import.meta.dirname, '../../../models/avatars-64');

describe('the whole way, in child processes', function () {
  this.timeout(180_000);
  let folder: string;
  let project: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whole-way-'));
    project = await newProject('project');
    await perform({ job: 'train', options: {} });
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

  /** The sample project with settings that make it quick and, for labels, useless. */
  async function newProject(name: string): Promise<string> {
    const path = join(folder, name);
    await cp(models, path, { recursive: true });
    await updateProject(path, (written) => ({
      ...written,
      interpreter: { members: 3, pixelsPerImage: 256, epochs: 0.01, minimumSteps: 20, batch: 32 },
      generation: { ...written.generation, count: 42, batch: 4 },
    }));
    return path;
  }

  async function perform<J extends JobName>(request: RequestFor<J>, where = project): Promise<JobResult<J>> {
    const job = await startJob<J>(request, { project: where, compute: { provider: 'cpu' } });
    return job.result;
  }

  /** All pictures of a data set by name, and its rows. */
  async function contents(path: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const kind of ['images', 'labels', 'uncertainty']) {
      for (const name of (await readdir(join(path, kind))).filter((file) => !file.endsWith('.tmp')).sort()) {
        files.set(`${kind}/${name}`, (await readFile(join(path, kind, name))).toString('base64'));
      }
    }
    const { rows, missing } = await readDataSet(path);
    assert.equal(missing, 0);
    return files.set('rows', JSON.stringify(rows));
  }

  it('trains the same interpreter from the same samples, byte for byte', async () => {
    const again = await newProject('again');
    await perform({ job: 'train', options: {} }, again);
    const read = (where: string) => readFile(join(where, 'interpreters/interpreter.onnx'));
    const [first, second] = [await read(project), await read(again)];
    assert.deepEqual(first, second);
    const { architecture, facts } = loadInterpreter(first, 'interpreter.onnx');
    assert.equal(architecture.members, 3);
    assert.equal(facts.samples, 16);
  });

  it('tells the losses that it has measured while it trains, and leaves them in the journal', async () => {
    const watched = await newProject('watched');
    await updateProject(watched, (written) => ({
      ...written,
      interpreter: { ...written.interpreter, minimumSteps: 120 },
    }));
    const told: (readonly LossPoint[])[] = [];
    const job = await startJob(
      { job: 'train', options: {} },
      {
        project: watched,
        compute: { provider: 'cpu' },
        onProgress: ({ losses }) => losses && losses.length !== told.at(-1)?.length && told.push(losses),
      },
    );
    const { out } = await job.result;
    const { curve } = loadInterpreter(await readFile(out), out).facts;
    const measured = curve.flatMap((point) => lossPoint(point) ?? []);
    assert.ok(measured.length > 1);
    assert.deepEqual(
      told,
      measured.map((_, i) => measured.slice(0, i + 1)),
    );
    const [journal] = await readJournals(watched);
    assert.deepEqual(journal?.state === 'done' && journal.progress?.losses, measured);
  });

  it('generates the same data set in one go, killed again and again, and in shards side by side', async () => {
    const whole = await perform({ job: 'generate', options: {} });
    assert.equal(whole.made, 42);
    const expected = await contents(whole.folder);

    const killed = join(folder, 'killed');
    let kills = 0;
    for (const images of [1, 9, 17, 30]) {
      let seen = 0;
      const job = await startJob(
        { job: 'generate', options: { out: killed } },
        { project, compute: { provider: 'cpu' }, onProgress: ({ done }) => (seen = done) },
      );
      const ended = job.result.then(
        () => 'finished',
        () => 'killed',
      );
      await until(() => seen >= images, 60_000);
      job.kill();
      if ((await ended) === 'killed') kills++;
    }
    assert.ok(kills >= 3, `${kills} of four kills came in time`);
    const rest = await perform({ job: 'generate', options: { out: killed } });
    assert.ok(rest.made < 42, 'what was there was not made again');
    assert.deepEqual(await contents(killed), expected);

    const shards = join(folder, 'shards');
    const parts = await Promise.all(
      ['1/2', '2/2'].map((shard) => perform({ job: 'generate', options: { out: shards, shard } })),
    );
    assert.equal(parts[0]!.made + parts[1]!.made, 42);
    assert.deepEqual(await contents(shards), expected);
  });

  it('makes the same data set with one thread, in the process of the job', async () => {
    const { folder: path } = await perform({ job: 'generate', options: {} });
    const out = join(folder, 'one-thread');
    const job = await startJob(
      { job: 'generate', options: { out } },
      { project, compute: { provider: 'cpu', threads: 1 } },
    );
    await job.result;
    assert.deepEqual(await contents(out), await contents(path));
  });

  /** A data set in the making by several processes, with their ids. */
  async function underWay(out: string) {
    let seen = 0;
    let pids: number[] = [];
    const job = await startJob(
      { job: 'generate', options: { out, count: 2000 } },
      {
        project,
        compute: { provider: 'cpu', threads: 2 },
        onProgress: ({ done }) => (seen = done),
        onLog: (line) => {
          const said = /^Labelling in 2 processes: (\d+), (\d+)\.$/.exec(line);
          if (said) pids = said.slice(1).map(Number);
        },
      },
    );
    job.result.catch(() => undefined);
    await until(() => seen > 0, 60_000);
    assert.equal(pids.length, 2);
    assert.ok(pids.every(isAlive));
    return { job, pids };
  }

  it('leaves no labelling process behind, whether the job is killed or stopped', async () => {
    const { job, pids } = await underWay(join(folder, 'orphans'));
    job.kill();
    await assert.rejects(job.result);
    await until(() => !pids.some(isAlive), 10_000);

    const second = await underWay(join(folder, 'orphans'));
    second.job.stop();
    await assert.rejects(second.job.result, JobStopped);
    assert.ok(!second.pids.some(isAlive));
  });

  it('ends in one sentence when a labelling process crashes, and can be resumed', async () => {
    const { job, pids } = await underWay(join(folder, 'crashed'));
    process.kill(pids[0]!, 'SIGKILL');
    await assert.rejects(job.result, (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /"labelling" ended unexpectedly: somebody killed it/);
      return true;
    });
    assert.ok(!pids.some(isAlive));
    const again = await underWay(join(folder, 'crashed'));
    again.job.kill();
    await assert.rejects(again.job.result, JobStopped);
  });

  it('refuses to go on in a folder that was made with other settings', async () => {
    const out = join(folder, 'other');
    await perform({ job: 'generate', options: { out, count: 2 } });
    await assert.rejects(
      perform({ job: 'generate', options: { out, count: 2, seed: 9 } }),
      /"seed" is 1 there and 9 now/,
    );
  });

  it('writes report and factory', async () => {
    await perform({ job: 'generate', options: {} });
    const { out } = await perform({ job: 'report', options: {} });
    assert.match(await readFile(out, 'utf8'), /eyebrows/);
    const factory = await perform({ job: 'export-factory', options: { out: join(folder, 'factory.onnx') } });
    assert.ok(factory.bytes > 4e6);
  });

  it('says what is missing before there is an interpreter', async () => {
    const fresh = await newProject('fresh');
    await assert.rejects(
      perform({ job: 'generate', options: {} }, fresh),
      /has no trained interpreter yet: run `dgan train`/,
    );
  });

  it('warns of a class that nobody painted, and refuses samples without a label', async () => {
    const bald = await newProject('bald');
    const samples = join(bald, 'samples');
    const repaint = async (change: (id: number) => number) => {
      for (const file of await readdir(samples)) {
        const sample = await readSample(join(samples, file));
        await writeSample(join(samples, file), {
          ...sample,
          labels: { ...sample.labels, data: sample.labels.data.map(change) },
        });
      }
    };
    await repaint((id) => (id === 2 ? 255 : id));
    const { warnings } = await perform({ job: 'train', options: {} }, bald);
    assert.match(warnings.join('\n'), /The class "hair" has no labelled pixel/);
    await repaint(() => unlabelledMap(1, 1).data[0]!);
    await assert.rejects(perform({ job: 'train', options: {} }, bald), /No sample has a labelled pixel/);
  });

  it('names the sample and what is wrong with it', async () => {
    const bad = await newProject('bad');
    const path = join(bad, 'samples/003.dgan');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 500));
    await assert.rejects(perform({ job: 'train', options: {} }, bad), /003\.dgan/);
    const sample = await readSample(join(bad, 'samples/004.dgan'));
    const { origin } = sample.manifest;
    assert.equal(origin.kind, 'generated');
    const stranger = { ...origin, generator: { name: 'cars', sha256: 'c'.repeat(64) } };
    await writeSample(path, { ...sample, manifest: { ...sample.manifest, origin: stranger } });
    await assert.rejects(
      perform({ job: 'train', options: {} }, bad),
      /003\.dgan was made by another generator \("cars"/,
    );
  });

  it('lets one train at a time and says who does', async () => {
    const busy = await newProject('busy');
    await updateProject(busy, (written) => ({
      ...written,
      interpreter: { ...written.interpreter, minimumSteps: 100_000 },
    }));
    let steps = 0;
    const first = await startJob(
      { job: 'train', options: {} },
      {
        project: busy,
        compute: { provider: 'cpu' },
        onProgress: ({ stage, done }) => (steps = stage === 'training' ? done : 0),
      },
    );
    const ended = assert.rejects(first.result, /[Ss]topped/);
    await until(() => steps > 0, 60_000);
    await assert.rejects(
      perform({ job: 'train', options: {} }, busy),
      new RegExp(`train.*${first.pid}|${first.pid}.*train`, 's'),
    );
    first.stop();
    await ended;
    await assert.rejects(readFile(join(busy, 'interpreters/interpreter.onnx')), /ENOENT/);
  });
});
