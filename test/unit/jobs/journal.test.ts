import assert from 'node:assert/strict';
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalWriter, newJobId, readJournals } from '../../../src/jobs/journal.ts';
import { thisProcess } from '../../../src/jobs/processIdentity.ts';
import { withFolder } from './testProject.ts';

const at = (done: number) => ({ stage: 'training', done, total: 1000, unit: 'steps' });
const pathOf = (project: string, id: string): string => join(project, '.datasetgan', 'jobs', `${id}.json`);

describe('a job’s journal', () => {
  it('tells queued, running, done, failed and stopped apart', () =>
    withFolder(async (project) => {
      const states = async (): Promise<string[]> => (await readJournals(project)).map(({ state }) => state);
      const first = await JournalWriter.queue(project, newJobId('train'), 'train', {});
      assert.deepEqual(await states(), ['queued']);
      await first.running();
      assert.deepEqual(await states(), ['running']);
      await first.done({ out: 'x' });
      await sleep(2);
      const second = await JournalWriter.queue(project, newJobId('train'), 'train', {});
      await second.running();
      second.progress(at(7));
      await second.failed({ kind: 'user', message: 'No.' });
      await sleep(2);
      const third = await JournalWriter.queue(project, newJobId('train'), 'train', {});
      await third.running();
      await third.failed({ kind: 'stopped', message: 'Stopped.' });
      await sleep(2);
      const fourth = await JournalWriter.queue(project, newJobId('train'), 'train', {});
      await fourth.withdraw();
      assert.deepEqual(await states(), ['stopped', 'failed', 'done'], 'the newest first');
      const [, failed] = await readJournals(project);
      assert(failed?.state === 'failed');
      assert.equal(failed.progress?.done, 7, 'the last progress is kept');
    }));

  it('is written at most about twice a second, with the newest progress', () =>
    withFolder(async (project) => {
      const id = newJobId('train');
      const writer = await JournalWriter.queue(project, id, 'train', {});
      await writer.running();
      let writes = 0;
      const watcher = watch(join(project, '.datasetgan', 'jobs'), (_, name) => {
        if (name === `${id}.json`) writes++;
      });
      for (let done = 0; done < 120; done++) {
        writer.progress(at(done));
        await sleep(10);
      }
      await sleep(600);
      watcher.close();
      assert(writes >= 1 && writes <= 12, `${writes} events`); // a rename may be several events
      const [journal] = await readJournals(project);
      assert(journal?.state === 'running');
      assert.equal(journal.progress?.done, 119);
      await writer.done({});
    }));

  it('counts as lost when its process is gone, or silent on another machine', () =>
    withFolder(async (project) => {
      const id = newJobId('train');
      const writer = await JournalWriter.queue(project, id, 'train', {});
      await writer.running();
      writer.progress(at(3));
      await sleep(600);
      const text = readFileSync(pathOf(project, id), 'utf8');
      await writer.done({});
      const written = JSON.parse(text) as { process: object; heartbeat: string };
      const stateWith = async (change: object): Promise<string | undefined> => {
        writeFileSync(pathOf(project, id), JSON.stringify({ ...written, ...change }));
        return (await readJournals(project))[0]?.state;
      };
      const elsewhere = { ...thisProcess(), host: 'node17' };
      const now = new Date().toISOString();
      assert.equal(await stateWith({}), 'running');
      assert.equal(await stateWith({ process: { ...thisProcess(), pid: 2 ** 22 + 1 } }), 'lost');
      assert.equal(await stateWith({ process: elsewhere, heartbeat: now }), 'running');
      assert.equal(await stateWith({ process: elsewhere, heartbeat: '2026-01-01T00:00:00.000Z' }), 'lost');
      assert.equal(await stateWith({ version: 2 }), undefined, 'a later version’s journal is left out');
      writeFileSync(pathOf(project, id), text.slice(0, 100));
      assert.deepEqual(await readJournals(project), []);
    }));

  it('leaves no folder full of old ones', () =>
    withFolder(async (project) => {
      await (await JournalWriter.queue(project, newJobId('train'), 'train', {})).done({});
      for (let i = 0; i < 250; i++) {
        const id = newJobId('train', new Date(Date.UTC(2020, 0, 1, 0, 0, i)));
        writeFileSync(pathOf(project, id), '{}');
        writeFileSync(pathOf(project, id).replace('.json', '.log'), '');
      }
      await (await JournalWriter.queue(project, newJobId('train'), 'train', {})).done({});
      assert(readdirSync(join(project, '.datasetgan', 'jobs')).length <= 402);
      assert.equal((await readJournals(project)).length, 2);
    }));
});
