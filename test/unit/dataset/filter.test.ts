import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DataSetRow } from '../../../src/dataset/dataSetRow.ts';
import { filterRows } from '../../../src/dataset/filter.ts';
import { selectionOf } from '../../../src/dataset/selection.ts';
import { readFilter, writeFilter } from '../../../src/dataset/filterFile.ts';
import { statistics } from '../../../src/dataset/statistics.ts';
import { refused } from './refused.ts';

const row = (id: number, top10mean: number, sum = top10mean, pixels: Record<string, number> = {}): DataSetRow => ({
  id,
  sum,
  top10mean,
  pixels,
});

describe('the filter', () => {
  it('drops the most uncertain tenth of ten: one', () => {
    const rows = Array.from({ length: 10 }, (_, id) => row(id, id === 4 ? 9 : id / 10));
    assert.deepEqual(filterRows(rows, { score: 'top10mean', ratio: 0.1 }), {
      score: 'top10mean',
      ratio: 0.1,
      threshold: 9,
      images: 10,
      dropped: [4],
    });
  });

  it('goes by the score that was asked for', () => {
    const rows = [row(0, 1, 30), row(1, 2, 20), row(2, 3, 10)];
    assert.deepEqual(filterRows(rows, { score: 'sum', ratio: 0.34 }).dropped, [0]);
    assert.deepEqual(filterRows(rows, { score: 'top10mean', ratio: 0.34 }).dropped, [2]);
  });

  it('drops the larger id of equal scores, whatever the order of the rows', () => {
    const rows = [row(2, 5), row(0, 5), row(3, 1), row(1, 5)];
    for (const order of [rows, [...rows].reverse()])
      assert.deepEqual(filterRows(order, { score: 'sum', ratio: 0.5 }).dropped, [1, 2]);
  });

  it('rounds down, but not because of floating point', () => {
    const many = (n: number): DataSetRow[] => Array.from({ length: n }, (_, id) => row(id, id));
    const count = (n: number, ratio: number): number => filterRows(many(n), { score: 'sum', ratio }).dropped.length;
    assert.equal(count(19, 0.1), 1);
    assert.equal(count(9, 0.1), 0);
    assert.equal(count(100, 0.29), 29);
    assert.equal(count(100, 0), 0);
    assert.equal(count(5, 1), 5);
    assert.equal(filterRows(many(9), { score: 'sum', ratio: 0.1 }).threshold, null);
  });

  it('never keeps an image that is more uncertain than one it drops', () => {
    const rows = fc
      .array(fc.double({ min: 0, max: 3, noNaN: true }))
      .map((scores) => scores.map((score, id) => row(id, score)));
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (all, ratio) => {
        const { dropped, threshold } = filterRows(all, { score: 'sum', ratio });
        assert.ok(dropped.length <= ratio * all.length + 1e-6);
        for (const { id, sum } of all)
          if (dropped.includes(id)) assert.ok(sum >= threshold!);
          else if (threshold !== null) assert.ok(sum <= threshold);
      }),
    );
  });

  it('is kept in filter.json', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dgan-filter-'));
    try {
      assert.equal(await readFilter(folder), undefined);
      const filter = filterRows([row(0, 1), row(1, 2)], { score: 'sum', ratio: 0.5 });
      await writeFilter(folder, filter);
      assert.deepEqual(await readFilter(folder), filter);
      await writeFile(join(folder, 'filter.json'), '{"score":"max"}');
      await refused(() => readFilter(folder), 'filter.json: "score"');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('statistics', () => {
  const classes = [
    { id: 0, name: 'background', colour: '#e6e6e6' },
    { id: 7, name: 'beard', colour: '#5aa03c' },
  ];
  const rows = [
    row(0, 0.1, 10, { '0': 75, '7': 25 }),
    row(1, 0.2, 40, { '0': 100, '7': 0 }),
    row(2, 0.3, 20, { '0': 50, '7': 50 }),
    row(3, 0.9, 30, { '0': 0, '7': 100 }),
  ];

  it('count kept images and their pixels per class', () => {
    const filter = filterRows(rows, { score: 'top10mean', ratio: 0.25 });
    const { images, kept, dropped, classes: counted } = statistics(rows, classes, selectionOf(filter));
    assert.deepEqual([images, kept, dropped], [4, 3, 1]);
    assert.deepEqual(counted, [
      { ...classes[0], pixels: 225, share: 0.75, images: 3 },
      { ...classes[1], pixels: 75, share: 0.25, images: 2 },
    ]);
  });

  it('give mean, quantiles (as numpy) and a histogram with the cut of both scores', () => {
    const filter = filterRows(rows, { score: 'sum', ratio: 0.25 });
    const [top, sum] = statistics(rows, classes, selectionOf(filter), 3).scores;
    assert.equal(sum?.mean, 25);
    // numpy.quantile([10, 20, 30, 40], [0, .05, .25, .5, .75, .95, 1])
    const expected = [10, 11.5, 17.5, 25, 32.5, 38.5, 40];
    for (const [i, { value }] of sum.quantiles.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-9);
    assert.deepEqual(sum.histogram, { edges: [10, 20, 30, 40], counts: [1, 1, 2], cut: 40 });
    assert.equal(top?.histogram.cut, null);
  });

  it('are there for no image, one image and equal scores', () => {
    assert.deepEqual(statistics([], classes).scores, []);
    assert.equal(statistics([], classes).classes[0]?.share, 0);
    const equal = statistics([row(0, 2), row(1, 2)], classes, undefined, 4).scores[0]!;
    assert.deepEqual(equal.histogram.counts, [2, 0, 0, 0]);
    assert.equal(equal.histogram.edges.length, 5);
  });

  it('put every image into one bin, where its edges say', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1 }), (scores) => {
        const all = scores.map((score, id) => row(id, score));
        const { edges, counts } = statistics(all, classes).scores[0]!.histogram;
        assert.equal(
          counts.reduce((a, b) => a + b),
          scores.length,
        );
        for (const [bin, count] of counts.entries()) {
          const last = bin === counts.length - 1;
          const inside = scores.filter((s) => s >= edges[bin]! && (last || s < edges[bin + 1]!));
          assert.equal(count, inside.length);
        }
      }),
    );
  });
});
