import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assignSplits, parseSplit, type SplitName } from '../../../../src/dataset/export/split.ts';

const ids = (n: number) => Array.from({ length: n }, (_, i) => i);
const members = (n: number, split: string, seed = 0, of = ids(n)) => {
  const result = assignSplits(of, parseSplit(split), seed);
  return (name: SplitName) => [...result].filter(([, s]) => s === name).map(([id]) => id);
};

describe('--split', () => {
  it('reads two parts as train/val and three as train/val/test', () => {
    assert.deepEqual(parseSplit('90/10'), [
      { name: 'train', percent: 90 },
      { name: 'val', percent: 10 },
    ]);
    assert.deepEqual(
      parseSplit(' 80 / 12.5 / 7.5 ').map(({ name, percent }) => `${name} ${percent}`),
      ['train 80', 'val 12.5', 'test 7.5'],
    );
  });

  const how = 'write percentages like 90/10 (train/val) or 80/10/10 (train/val/test).';
  for (const [text, problem] of [
    ['90', 'has 1 part, not two or three'],
    ['70/10/10/10', 'has 4 parts, not two or three'],
    ['90/x', 'has "x" where a percentage above 0 should be'],
    ['90/', 'has "" where a percentage above 0 should be'],
    ['100/0', 'has "0" where a percentage above 0 should be'],
    ['110/-10', 'has "-10" where a percentage above 0 should be'],
    ['1e1/90', 'has "1e1" where a percentage above 0 should be'],
    ['90/20', 'adds up to 110, not to 100'],
  ] as const) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseSplit(text), { name: 'UserError', message: `"--split ${text}" ${problem}; ${how}` });
    });
  }

  it('gives each part exactly its share', () => {
    for (const n of [10, 50, 500, 1000]) {
      const part = members(n, '80/10/10');
      assert.deepEqual([part('train').length, part('val').length, part('test').length], [n * 0.8, n * 0.1, n * 0.1]);
    }
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 400 }), fc.integer({ min: 1, max: 98 }), (n, train) => {
        const part = members(n, `${train}/${99 - train}/1`);
        assert.equal(part('train').length + part('val').length + part('test').length, n);
        assert.ok(Math.abs(part('train').length - (n * train) / 100) < 3);
        assert.ok(part('test').length >= 1, 'no part is empty while there are samples');
      }),
    );
  });

  it('depends on id and seed alone, not on the order', () => {
    const sorted = members(200, '90/10', 5)('val');
    const backwards = members(200, '90/10', 5, ids(200).reverse())('val');
    assert.deepEqual(new Set(sorted), new Set(backwards));
    assert.notDeepEqual(new Set(sorted), new Set(members(200, '90/10', 6)('val')));
  });

  it('stays the same from version to version', () => {
    assert.deepEqual(
      members(40, '90/10')('val').sort((a, b) => a - b),
      RECORDED,
    );
  });

  it('moves at most one sample over a cut when one is added', () => {
    for (let n = 100; n < 160; n++) {
      const before = new Set(members(n, '90/10')('val'));
      const after = members(n + 1, '90/10')('val');
      assert.ok(after.filter((id) => !before.has(id)).length <= 1);
    }
  });

  it('is spread over all ids', () => {
    const val = members(10_000, '90/10')('val');
    for (let from = 0; from < 10_000; from += 1000) {
      const share = val.filter((id) => id >= from && id < from + 1000).length;
      assert.ok(share > 60 && share < 140, `${share} of 1000`);
    }
  });
});

/** Whoever has trained on a split wants the same one again. */
const RECORDED: readonly number[] = [4, 13, 19, 20];
