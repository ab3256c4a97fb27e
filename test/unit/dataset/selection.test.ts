import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filterRows } from '../../../src/dataset/filter.ts';
import { writeFilter } from '../../../src/dataset/filterFile.ts';
import { changeRejected, readRejected } from '../../../src/dataset/rejectedFile.ts';
import { readSelection, selectionOf } from '../../../src/dataset/selection.ts';
import { statistics } from '../../../src/dataset/statistics.ts';
import { refused } from './refused.ts';

const rows = Array.from({ length: 10 }, (_, id) => ({ id, sum: id, top10mean: id, pixels: { '0': 5, '1': id } }));
const classes = [
  { id: 0, name: 'background', colour: '#e6e6e6' },
  { id: 1, name: 'hair', colour: '#78461e' },
];

describe('what is kept of a data set', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'dgan-selection-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is what the filter keeps and nobody rejected; a rejection says more than the filter', () => {
    const { fateOf } = selectionOf(filterRows(rows, { score: 'sum', ratio: 0.2 }), [3, 9]);
    assert.deepEqual(
      [0, 3, 8, 9].map((id) => fateOf(id)),
      ['kept', 'rejected', 'dropped', 'rejected'],
    );
    assert.equal(selectionOf().fateOf(7), 'kept');
  });

  it('counts in the statistics', () => {
    const selection = selectionOf(filterRows(rows, { score: 'sum', ratio: 0.2 }), [1, 9]);
    const { images, kept, dropped, rejected, classes: counted } = statistics(rows, classes, selection);
    assert.deepEqual([images, kept, dropped, rejected], [10, 7, 1, 2]);
    assert.equal(counted[1]?.pixels, 2 + 3 + 4 + 5 + 6 + 7);
  });

  it('survives on disk, a rejection is undone by taking it back, and filtering anew leaves it alone', async () => {
    assert.deepEqual(await readRejected(folder), []);
    assert.deepEqual(await changeRejected(folder, [5, 2, 5], true), [2, 5]);
    assert.deepEqual(await changeRejected(folder, [7], true), [2, 5, 7]);
    await writeFilter(folder, filterRows(rows, { score: 'sum', ratio: 0.1 }));
    assert.deepEqual(await readRejected(folder), [2, 5, 7]);
    assert.deepEqual(await changeRejected(folder, [2, 7, 3], false), [5]);
    const { fateOf, rejected } = await readSelection(folder);
    assert.deepEqual([...rejected], [5]);
    assert.deepEqual([fateOf(5), fateOf(9), fateOf(0)], ['rejected', 'dropped', 'kept']);
  });

  it('refuses a damaged file by its name and never overwrites it', async () => {
    await writeFile(join(folder, 'rejected.json'), '{"rejected": [1, -2]}');
    await refused(() => readRejected(folder), 'rejected.json: "rejected[1]"');
    await refused(() => changeRejected(folder, [1], true), 'rejected.json');
  });
});
