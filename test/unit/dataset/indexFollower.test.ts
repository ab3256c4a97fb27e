import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowLine } from '../../../src/dataset/dataSetRow.ts';
import { IndexFollower } from '../../../src/dataset/indexFollower.ts';
import { refused } from './refused.ts';

const line = (id: number): string => rowLine({ id, sum: 1, top10mean: 0.5, pixels: { '0': 16 } });

describe('following an index', () => {
  let folder: string;
  let one: string;
  let two: string;
  let follower: IndexFollower;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-follower-'));
    await mkdir(join(folder, 'index'));
    one = join(folder, 'index', '0001-of-0002.jsonl');
    two = join(folder, 'index', '0002-of-0002.jsonl');
    follower = new IndexFollower(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function more(): Promise<{ ids: number[]; restarted: boolean }> {
    const { rows, restarted } = await follower.more();
    return { ids: rows.map(({ id }) => id), restarted };
  }

  it('gives each row once, and a torn one when it is whole', async () => {
    assert.deepEqual(await more(), { ids: [], restarted: true });
    await writeFile(one, line(0) + line(1).slice(0, 10));
    assert.deepEqual((await more()).ids, [0]);
    await appendFile(one, line(1).slice(10) + line(2));
    assert.deepEqual(await more(), { ids: [1, 2], restarted: false });
    await writeFile(two, line(8));
    assert.deepEqual(await more(), { ids: [8], restarted: false });
    assert.deepEqual(await more(), { ids: [], restarted: false });
  });

  it('starts again when an index was replaced, cut or removed', async () => {
    await writeFile(one, line(0) + line(1));
    await more();
    await writeFile(`${one}.tmp`, line(0) + line(1) + line(5));
    await rename(`${one}.tmp`, one);
    assert.deepEqual(await more(), { ids: [0, 1, 5], restarted: true });
    await truncate(one, line(0).length);
    assert.deepEqual(await more(), { ids: [0], restarted: true });
    await writeFile(two, line(7));
    await more();
    await rm(one);
    assert.deepEqual(await more(), { ids: [7], restarted: true });
  });

  it('refuses what is no row, and recovers when it is mended', async () => {
    await writeFile(one, line(0) + 'nonsense\n');
    await refused(() => follower.more(), 'line 2');
    await writeFile(one, line(0) + line(1));
    assert.deepEqual(await more(), { ids: [0, 1], restarted: true });
  });
});
