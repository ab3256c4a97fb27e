import assert from 'node:assert/strict';
import { filterRows } from '../../../../src/dataset/filter.ts';
import { selectionOf } from '../../../../src/dataset/selection.ts';
import { chooseImages } from '../../../../src/dataset/report/chooseImages.ts';

const rows = Array.from({ length: 100 }, (_, id) => ({ id, sum: 100 - id, top10mean: (id * 37) % 100, pixels: {} }));

describe('The images of the contact sheet', () => {
  it('are kept ones at random, by ascending id, and the most uncertain of all by the score of the filter', () => {
    const filter = filterRows(rows, { score: 'sum', ratio: 0.1 });
    const { random, uncertain } = chooseImages(rows, selectionOf(filter), 5);
    assert.equal(new Set(random).size, 24);
    assert.ok(random.every(({ id }) => !filter.dropped.includes(id)));
    assert.deepEqual(
      [...random].sort((a, b) => a.id - b.id),
      random,
    );
    assert.deepEqual(
      uncertain.map(({ id }) => id),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });

  it('are the same for the same seed, others for another', () => {
    const ids = (seed: number): string =>
      chooseImages(rows, selectionOf(), seed)
        .random.map(({ id }) => id)
        .join();
    assert.equal(ids(1), ids(1));
    assert.notEqual(ids(1), ids(2));
  });

  it('are all there are of a small data set', () => {
    assert.deepEqual(chooseImages(rows.slice(0, 3), selectionOf(), 1).random, rows.slice(0, 3));
    assert.deepEqual(chooseImages([], selectionOf(), 1), { random: [], uncertain: [] });
  });
});
