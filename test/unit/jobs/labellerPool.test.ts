import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/userError.ts';
import type { LabellingTask } from '../../../src/dataset/labelBatch.ts';
import { JobBug } from '../../../src/jobs/jobError.ts';
import { LabellerPool } from '../../../src/jobs/labelling/labellerPool.ts';
import { dataSetSettings } from '../dataset/dataSetSettings.ts';
import { isAlive, until } from './testProject.ts';

const request = (id: number) => ({ ids: [id], wanted: [id] });
const task: LabellingTask = {
  settings: dataSetSettings({ count: 9 }),
  zSize: 4,
  psi: Float32Array.of(1, 1),
};

// Whole data sets from it, and the death of its job, are tested in wholeWay.test.ts.
describe('a pool of labelling processes', () => {
  it('tells all who wait that a process crashed, also those who ask later, and ends the others', async () => {
    const pool = new LabellerPool(2);
    const asked = [0, 1, 2].map((id) => pool.label(request(id)));
    process.kill(pool.pids[1]!, 'SIGKILL');
    for (const one of await Promise.allSettled([...asked, pool.label(request(3))])) {
      assert.ok(one.status === 'rejected' && one.reason instanceof UserError);
      assert.match(one.reason.message, /"labelling" ended unexpectedly: somebody killed it/);
    }
    await assert.rejects(pool.label(request(4)), UserError);
    await until(() => !pool.pids.some(isAlive), 5_000);
    await pool.close();
  });

  it('passes on why a process can not label, with its stack', async () => {
    const pool = new LabellerPool(1);
    pool.load(Uint8Array.of(1, 2, 3), task);
    await assert.rejects(pool.label(request(0)), (error: Error) => {
      assert.ok(error instanceof JobBug);
      assert.match(error.stack ?? '', /protobuf parsing failed[^]*onnxruntime/);
      return true;
    });
    await pool.close();
  });

  it('refuses what is not in the protocol', async () => {
    const pool = new LabellerPool(1);
    pool.load(Uint8Array.of(1), { ...task, zSize: -4 });
    await assert.rejects(pool.label(request(0)), /zSize/);
    await pool.close();
  });

  it('says when a process can not even be started', async () => {
    const lines: string[] = [];
    const worker = { file: '/nowhere/worker.cjs', execArgv: [] };
    const pool = new LabellerPool(2, { worker, onLine: (line) => lines.push(line) });
    await assert.rejects(pool.label(request(0)), /"labelling" ended unexpectedly: exit code 1/);
    await pool.close();
    assert.match(lines.join('\n'), /Cannot find module/);
  });

  it('is gone when it is closed, whatever it was doing', async () => {
    const pool = new LabellerPool(2);
    const asked = assert.rejects(pool.label(request(0)), /were ended/);
    await pool.close();
    assert.ok(!pool.pids.some(isAlive));
    await asked;
  });
});
