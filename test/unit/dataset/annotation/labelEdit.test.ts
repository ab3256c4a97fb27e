import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyEdit,
  editBetween,
  editProblem,
  inverse,
  type LabelEdit,
} from '../../../../src/dataset/annotation/labelEdit.ts';
import { checkEdit, copy, labelsAfter, mapOf, smallMap } from './painting.ts';

const two = smallMap.chain((a) => mapOf(a.width, a.height).map((b) => [a, b] as const));

function edit(
  ...runs: readonly (readonly [start: number, length: number, before: number, after: number])[]
): LabelEdit {
  return {
    starts: Uint32Array.from(runs, ([start]) => start),
    lengths: Uint32Array.from(runs, ([, length]) => length),
    before: Uint8Array.from(runs, ([, , before]) => before),
    after: Uint8Array.from(runs, ([, , , after]) => after),
  };
}

describe('an edit of labels', () => {
  it('takes one map to another, and its inverse takes it back exactly', () => {
    fc.assert(
      fc.property(two, ([a, b]) => {
        const there = editBetween(a, b);
        checkEdit(a, there);
        assert.deepEqual(labelsAfter(a, there).data, b.data);
        const differing = a.data.reduce((count, id, i) => count + (id === b.data[i] ? 0 : 1), 0);
        assert.equal(there?.lengths.reduce((sum, length) => sum + length) ?? 0, differing);
      }),
    );
  });

  it('is as long as its runs, however large the image', () => {
    const before = { width: 1024, height: 1024, data: new Uint8Array(1024 * 1024) };
    const after = copy(before);
    after.data.fill(3, 1000, 3000);
    const found = editBetween(before, after);
    assert.ok(found);
    assert.deepEqual(found, edit([1000, 2000, 0, 3]));
    assert.equal(found.starts.buffer.byteLength, 4);
  });

  it('is refused, with half a sentence, where it does not fit', () => {
    const labels = { width: 3, height: 2, data: Uint8Array.from([0, 0, 1, 1, 255, 255]) };
    const refused = (bad: LabelEdit, sentence: string): void => assert.equal(editProblem(labels, bad), sentence);
    assert.equal(editProblem(labels, edit([0, 2, 0, 5], [4, 2, 255, 5])), undefined);
    refused(edit([0, 2, 1, 5]), 'pixel 0 is of class 0 and not 1');
    refused(edit([1, 2, 0, 5]), 'pixel 2 is of class 1 and not 0');
    refused(edit([4, 3, 255, 5]), 'run 0 ends outside of the image');
    refused(edit([4_294_967_295, 2, 255, 5]), 'run 0 ends outside of the image');
    refused(edit([4, 4_294_967_295, 255, 5]), 'run 0 ends outside of the image');
    refused(edit([0, 0, 0, 5]), 'run 0 is empty');
    refused(edit([4, 1, 255, 5], [0, 1, 0, 5]), 'run 1 does not come after the run before it');
    refused(edit([0, 2, 0, 5], [1, 1, 0, 5]), 'run 1 does not come after the run before it');
    refused({ ...edit([0, 1, 0, 5]), after: new Uint8Array(0) }, 'its columns are of different lengths');
  });

  it('that nobody refuses changes nothing but its runs', () => {
    const wild = fc.record({
      starts: fc.uint32Array({ maxLength: 4, max: 40 }),
      lengths: fc.uint32Array({ maxLength: 4, max: 40 }),
      before: fc.uint8Array({ maxLength: 4, max: 3 }),
      after: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(smallMap, wild, (labels, candidate) => {
        if (editProblem(labels, candidate) !== undefined) return;
        const after = copy(labels);
        applyEdit(after, candidate);
        applyEdit(after, inverse(candidate));
        assert.deepEqual(after.data, labels.data);
      }),
      { numRuns: 1000 },
    );
  });
});
