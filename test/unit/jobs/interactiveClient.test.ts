import assert from 'node:assert/strict';
import { execFile, fork, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../../../src/base/userError.ts';
import type { GeneratedOrigin } from '../../../src/dataset/synthesisInput.ts';
import { InteractiveClient, type InteractiveOptions } from '../../../src/jobs/interactive/client.ts';
import { fromInteractiveSchema } from '../../../src/jobs/interactive/interactiveProtocol.ts';
import { JobCrashed, JobStopped } from '../../../src/jobs/jobError.ts';
import { bundledWorker } from '../../../src/jobs/workerEntry.ts';
import { copyAvatarProject, originOf, writeRandomInterpreter } from './interactiveProject.ts';
import { isAlive, until, withFolder } from './testProject.ts';

const compute = () => ({ provider: 'cpu' }) as const;

/** A child that answers at once, slowly or never, or dies: as the project's name says. */
const PRETENDER = `
  let asked = 0;
  process.on('disconnect', () => process.exit(1));
  process.on('message', ({ type, id, request }) => {
    if (type === 'begin') process.send({ type: 'provider', provider: 'CPU' });
    if (type !== 'predict') return;
    const how = request.project;
    if (how === 'die' || (how === 'die once' && ++asked === 1 && !process.env.DIED)) process.exit(3);
    if (how === 'hang') for (;;);
    if (how === 'nonsense') return process.send({ type: 'reply', id, reply: 'hello' });
    const ok = { width: 1, height: 1, labels: Uint8Array.of(0), uncertainty: Uint8Array.of(0), scores: { sum: 0, top10mean: 0 },
      interpreter: String(process.pid) };
    setTimeout(() => process.send({ type: 'reply', id, memory: how === 'grow' ? 9e12 : 5, reply: { ok } }), how === 'slow' ? 100 : 0);
  });
`;

describe('the interactive child', () => {
  let folder: string;
  let origin: GeneratedOrigin;
  let pretender: { file: string; execArgv: string[] };
  const clients: InteractiveClient[] = [];
  const lines: string[] = [];

  before(async () => {
    origin = await originOf(0);
    folder = await mkdtemp(join(tmpdir(), 'dgan-pretender-'));
    pretender = { file: join(folder, 'pretender.cjs'), execArgv: [] };
    await writeFile(pretender.file, PRETENDER);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.dispose();
    lines.length = 0;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const make = (options: Partial<InteractiveOptions> = {}): InteractiveClient => {
    const client = new InteractiveClient({ compute, backoffMs: 10, onLine: (line) => lines.push(line), ...options });
    clients.push(client);
    return client;
  };
  const pretend = (options: Partial<InteractiveOptions> = {}) => make({ worker: pretender, ...options });
  const ask = (project: string) => ({ project, origin, keep: false });

  it('answers from the sources, says what it computes on, and stays', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      const client = make();
      assert.equal(client.pid, undefined, 'nothing runs before something is asked');
      await assert.rejects(client.predict(ask(project)), (error: Error) => {
        assert(error instanceof UserError);
        assert.match(error.message, /no trained interpreter yet/);
        return true;
      });
      const { pid } = client;
      await writeRandomInterpreter(project, 1);
      const { labels, width, height } = await client.predict(ask(project));
      assert.equal(labels.length, width * height);
      assert.equal(client.provider, 'CPU');
      assert(client.memory! > 50e6);
      assert.equal(client.pid, pid);

      // It crashes; the next question finds a new one.
      process.kill(pid!, 'SIGKILL');
      const again = await client.predict(ask(project));
      assert.deepEqual(again.labels, labels);
      assert.notEqual(client.pid, pid);
      assert.match(lines.join('\n'), /"predict" ended unexpectedly: somebody killed it/);
    })).timeout(60_000);

  it('answers also what it does not understand, and goes on', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      const { file, execArgv } = bundledWorker();
      const child = fork(file, ['interactive'], { serialization: 'advanced', silent: true, execArgv: [...execArgv] });
      try {
        const replies: ReturnType<(typeof fromInteractiveSchema)['parse']>[] = [];
        child.on('message', (message) => replies.push(fromInteractiveSchema.parse(message)));
        child.send({ type: 'predict', id: 1, request: { ...ask(project), project: 5 } });
        child.send('hello');
        child.send({ type: 'predict', id: 2, request: ask(project) });
        child.send({ type: 'begin', protocol: 99, compute: { provider: 'cpu' } });
        await until(() => replies.length === 4, 20_000);
        const of = (id: number) => replies.find((reply) => reply.type === 'reply' && reply.id === id);
        assert.match(JSON.stringify(of(1)), /does not understand.*project/);
        assert.match(JSON.stringify(of(2)), /asked before it was told to begin/);
        assert.equal(replies.filter(({ type }) => type === 'refused').length, 2);
      } finally {
        child.kill('SIGKILL');
      }
    })).timeout(60_000);

  it('takes the newest question first, those in the background last, and one per view', async () => {
    const client = pretend();
    const order: string[] = [];
    const put = async (name: string, how: Parameters<InteractiveClient['predict']>[1]) => {
      try {
        await client.predict(ask('slow'), how);
        order.push(name);
      } catch (error) {
        assert(error instanceof JobStopped);
        order.push(`no ${name}`);
      }
    };
    await client.predict(ask('now'));
    const first = put('first', {});
    await until(() => client.isBusy);
    await Promise.all([
      first,
      put('background', { priority: 'background' }),
      put('old', { view: 'a' }),
      put('other', { view: 'b' }),
      put('new', { view: 'a' }),
    ]);
    assert.deepEqual(order, ['no old', 'first', 'new', 'other', 'background']);
  });

  it('lets go of questions that nobody waits for', async () => {
    const client = pretend();
    const running = new AbortController();
    const waiting = new AbortController();
    const asked = [
      client.predict(ask('slow'), { signal: running.signal }),
      client.predict(ask('slow'), { signal: waiting.signal }),
    ];
    await until(() => client.isBusy);
    running.abort();
    waiting.abort();
    for (const one of asked) await assert.rejects(one, JobStopped);
    await client.predict(ask('now'));
    await assert.rejects(client.predict(ask('now'), { signal: AbortSignal.abort() }), JobStopped);
  });

  it('is started again after a crash, and says it when that does not help', async () => {
    const client = pretend();
    const before = process.env['DIED'];
    try {
      const answer = client.predict(ask('die once'));
      await until(() => lines.length > 0);
      process.env['DIED'] = '1';
      await answer;
    } finally {
      if (before === undefined) delete process.env['DIED'];
    }
    await assert.rejects(client.predict(ask('die')), (error: Error) => {
      assert(error instanceof JobCrashed);
      assert.match(error.message, /"predict" ended unexpectedly: exit code 3.*third time in a row/);
      return true;
    });
    await client.predict(ask('now'));
  });

  it('takes an answer that is not in the protocol for a crash', async () => {
    await assert.rejects(pretend().predict(ask('nonsense')), JobCrashed);
    assert.match(lines.join('\n'), /not in the protocol/);
  });

  it('ends when nothing is asked for a while', async () => {
    const client = pretend({ idleMs: 50 });
    const { interpreter } = await client.predict(ask('now'));
    await until(() => client.pid === undefined && !isAlive(Number(interpreter)));
    assert.equal((await client.predict(ask('now'))).interpreter, String(client.pid));
  });

  it('is replaced when it has grown', async () => {
    const client = pretend({ mostMemory: 1e9 });
    const pids = new Set<string>();
    for (let i = 0; i < 25; i++) pids.add((await client.predict(ask('grow'))).interpreter);
    assert.equal(pids.size, 2);
  });

  it('is replaced when the settings change, after the answer it works on', async () => {
    const client = pretend();
    const answer = client.predict(ask('slow'));
    await until(() => client.isBusy);
    client.restart();
    const { interpreter } = await answer;
    assert.notEqual((await client.predict(ask('now'))).interpreter, interpreter);
    await until(() => !isAlive(Number(interpreter)));
  });

  it('is gone at once when it is disposed, in the middle of a run too', async () => {
    const client = pretend();
    const answer = client.predict(ask('hang'));
    const isGone = assert.rejects(answer, JobStopped);
    await until(() => client.isBusy);
    const { pid } = client;
    client.dispose();
    await isGone;
    await until(() => !isAlive(pid!), 2_000);
    await assert.rejects(client.predict(ask('now')), JobStopped);
  });

  it('says when it can not even be started', async () => {
    const worker = { file: '/nowhere/worker.cjs', execArgv: [] };
    await assert.rejects(make({ worker }).predict(ask('now')), /ended unexpectedly: exit code 1/);
    const ort = () => ({ provider: 'auto', ort: '/nowhere' }) as const;
    await assert.rejects(make({ compute: ort }).predict(ask('now')), UserError);
  });

  it('loads no onnxruntime into the editor', async () => {
    const modules = [
      'client',
      'interactive/client',
      'interactive/predictionCache',
      'journal',
      'signalJob',
      'taskDefinition',
    ];
    const urls = modules.map((name) => new URL(`../../../src/jobs/${name}.ts`, import.meta.url).href);
    const script = `
      for (const url of ${JSON.stringify(urls)}) await import(url);
      const { createRequire } = await import('node:module');
      const loaded = [...process.report.getReport().sharedObjects, ...Object.keys(createRequire('/').cache)];
      console.log(JSON.stringify(loaded.filter((path) => /onnxruntime/.test(path))));`;
    const { execArgv } = bundledWorker();
    const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, '--input-type=module', '-e', script]);
    assert.equal(stdout.trim(), '[]');
  }).timeout(60_000);

  it('dies with its editor', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      await writeRandomInterpreter(project, 1);
      const { execArgv } = bundledWorker();
      const editor = spawn(
        process.execPath,
        [...execArgv, fileURLToPath(new URL('./interactiveEditor.ts', import.meta.url)), project],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const said = await new Promise<string>((resolve) => editor.stdout.once('data', (data) => resolve(String(data))));
      const child = Number(/\d+/.exec(said)?.[0]);
      assert(isAlive(child));
      editor.kill('SIGKILL');
      await until(() => !isAlive(child), 5_000);
    })).timeout(60_000);
});
