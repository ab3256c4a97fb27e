import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readJournals } from '../../../src/jobs/journal.ts';
import { definitionOf, JOB_NAMES } from '../../../src/jobs/jobTable.ts';
import { bundles } from './bundles.ts';
import { until, withProject } from './testProject.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `dgan` with the tests' worker; `meddle` may send signals to it. */
async function dgan(
  args: readonly string[],
  cwd: string,
  meddle?: (kill: NodeJS.Process['kill'], pid: number) => Promise<void>,
): Promise<Ended> {
  const { cli, worker } = await bundles();
  const child = spawn(process.execPath, [cli, worker.file, ...args], { cwd });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  await meddle?.(process.kill.bind(process), child.pid!);
  return { code: await closed, out, err };
}

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const isRunning = async (project: string): Promise<boolean> => (await readJournals(project))[0]?.state === 'running';

describe('dgan in a terminal', () => {
  before(bundles);

  it('prints the result on stdout and plain lines of progress on stderr', () =>
    withProject(async (project) => {
      const { code, out, err } = await dgan(['sample', '--out', 'work'], project);
      assert.equal(code, 0);
      assert.match(out, /^0 samples in .*, ready to be labelled\.\n$/);
      assert.match(err, /^drawing: 0\/4 samples\n/);
      assert.match(err, /drawing: 4\/4/);
      const quiet = await dgan(['sample', '--out', 'work', '--quiet'], project);
      assert.deepEqual([quiet.code, quiet.err], [0, '']);
    }));

  it('speaks JSON lines to machines', () =>
    withProject(async (project) => {
      const { code, out, err } = await dgan(['--json', 'sample', '--out', 'work', '--layers', 'all'], project);
      assert.deepEqual([code, err], [0, '']);
      const lines = jsonLines(out);
      assert.deepEqual([...new Set(lines.map((line) => line['type']))].sort(), ['log', 'progress', 'result']);
      assert.deepEqual(lines.at(-1)?.['result'], { folder: project, files: [] });
      const [journal] = await readJournals(project);
      assert.deepEqual(
        journal?.options,
        { count: 16, seed: 0, layers: 'all', out: join(project, 'work') },
        'paths are absolute',
      );

      const failed = await dgan(['sample', '--json', '--out', 'user'], project);
      assert.equal(failed.code, 1);
      assert.deepEqual(jsonLines(failed.out).at(-1), {
        type: 'error',
        kind: 'user',
        message: 'samples/007.dgan is truncated: copy it again.',
      });
    }));

  it('prints one sentence for the person’s errors, and a stack with a request for our defects', () =>
    withProject(async (project) => {
      const user = await dgan(['sample', '--out', 'user'], project);
      assert.deepEqual([user.code, user.err], [1, 'samples/007.dgan is truncated: copy it again.\n']);
      const bug = await dgan(['sample', '--out', 'bug', '--quiet'], project);
      assert.equal(bug.code, 1);
      assert.match(bug.err, /defect of dgan.*report it[\s\S]*TypeError: x is not a function\n.*at /);
    }));

  it('exits with 2 for a command it does not understand, and starts nothing', () =>
    withProject(async (project) => {
      for (const [args, sentence] of [
        [['smaple'], /unknown command 'smaple'[\s\S]*sample/],
        [['sample', '--cuont', '3'], /unknown option '--cuont'[\s\S]*--count/],
        [['sample', '--count', 'many'], /--count.*'many' is invalid.*expected number/],
        [['sample', '--count', '0'], /--count.*'0' is invalid.*Too small/],
        [['generate', '--shard', '17/16'], /'17\/16' is invalid.*like 3\/16/],
        [['export', 'folder'], /required option '--format <name>' not specified/],
        [['export', 'folder', '--format', 'csv'], /Allowed choices are voc, coco/],
        [['stats'], /missing required argument 'dataset'/],
        [['sample', '--threads', '0'], /whole number from 1/],
      ] as const) {
        const { code, err, out } = await dgan(args, project);
        assert.equal(code, 2, `${args.join(' ')}: ${err}`);
        assert.match(err, sentence);
        assert.equal(out, '');
      }
      const machine = await dgan(['--json', 'stats'], project);
      assert.deepEqual([machine.code, jsonLines(machine.out)[0]?.['kind']], [2, 'usage']);
      assert.deepEqual(await readJournals(project), []);
    }));

  it('exits with 3 when another job is at work, and with 130 after Ctrl+C', () =>
    withProject(async (project) => {
      const interrupted = await dgan(['sample', '--out', 'wait'], project, async (kill, pid) => {
        await until(() => isRunning(project));
        const locked = await dgan(['sample', '--out', 'work', '--json'], project);
        assert.equal(locked.code, 3);
        assert.equal(jsonLines(locked.out).at(-1)?.['kind'], 'locked');
        kill(pid, 'SIGINT');
      });
      assert.equal(interrupted.code, 130);
      assert.match(interrupted.err, /Stopping … \(Ctrl\+C again/);
      assert.equal((await readJournals(project))[0]?.state, 'stopped');
    }));

  it('ends at once at the second Ctrl+C', () =>
    withProject(async (project) => {
      const { code } = await dgan(['sample', '--out', 'block'], project, async (kill, pid) => {
        await until(async () => (await readJournals(project))[0]?.state === 'running');
        kill(pid, 'SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 300));
        kill(pid, 'SIGINT');
      });
      assert.equal(code, 130);
      assert.equal((await readJournals(project))[0]?.state, 'lost');
    }));

  it('finds the project upwards from where one stands, and says when there is none', () =>
    withProject(async (project) => {
      const { code, out } = await dgan(['sample', '--out', 'x', '--project', project], '/');
      assert.equal(code, 0, out);
      const without = await dgan(['sample', '--project', join(project, 'nowhere')], project);
      assert.equal(without.code, 1);
      assert.match(without.err, /There is no datasetgan\.json in .*nowhere/);
      await writeFile(join(project, 'datasetgan.json'), '{}');
    }));

  it('checks the folder of --ort before anything starts', () =>
    withProject(async (project) => {
      const { code, err } = await dgan(['sample', '--ort', 'nowhere'], project);
      assert.equal(code, 1);
      assert.match(err, /nowhere.*--ort/);
    }));

  it('lists every job in its help, with the exit codes', async () => {
    const { code, out } = await dgan(['--help'], '/');
    assert.equal(code, 0);
    for (const name of JOB_NAMES) assert.equal(out.includes(`\n  ${name} `), name !== 'demo', name);
    assert.match(out, /Exit codes:[\s\S]*130/);
    for (const option of ['--w-avg <path>', '--attribution <text>', '--noise <path>']) {
      assert((await dgan(['import', '--help'], '/')).out.includes(option));
    }
    for (const name of JOB_NAMES) {
      const schema = z.toJSONSchema(definitionOf(name).options, { io: 'input' });
      for (const [key, option] of Object.entries(schema.properties ?? {}))
        assert(typeof option === 'object' && option.description, `${name}: --${key} has no description`);
    }
  });
});
