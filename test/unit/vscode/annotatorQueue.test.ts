import assert from 'node:assert/strict';
import fc from 'fast-check';
import { queueState, sampleAt, type Queued } from '../../../src/vscode/annotator/queue.ts';

const samples: readonly Queued[] = [
  { path: 'a', status: 'reviewed' },
  { path: 'b', status: 'discarded' },
  { path: 'c', status: 'open' },
  { path: 'd', status: 'reviewed' },
  { path: 'e', status: 'open' },
];

const queue = fc
  .array(fc.constantFrom('open' as const, 'reviewed' as const, 'discarded' as const), { maxLength: 12 })
  .map((all) => all.map((status, i) => ({ path: String(i), status })));

describe('the queue of samples', () => {
  it('counts places without the discarded ones', () => {
    assert.deepEqual(queueState(samples, 'a'), { position: 1, total: 4, reviewed: 2 });
    assert.deepEqual(queueState(samples, 'c'), { position: 2, total: 4, reviewed: 2 });
    assert.deepEqual(queueState(samples, 'e'), { position: 4, total: 4, reviewed: 2 });
    assert.deepEqual(queueState(samples, 'b'), { position: 2, total: 4, reviewed: 2 });
    assert.equal(queueState(samples, 'elsewhere'), undefined);
  });

  it('goes on and back past discarded ones, and ends', () => {
    assert.equal(sampleAt(samples, 'a', 'next'), 'c');
    assert.equal(sampleAt(samples, 'c', 'previous'), 'a');
    assert.equal(sampleAt(samples, 'b', 'next'), 'c');
    assert.equal(sampleAt(samples, 'b', 'previous'), 'a');
    assert.equal(sampleAt(samples, 'e', 'next'), undefined);
    assert.equal(sampleAt(samples, 'a', 'previous'), undefined);
    assert.equal(sampleAt(samples, undefined, 'next'), 'a');
  });

  it('comes back to what was skipped, but never to the open one', () => {
    assert.equal(sampleAt(samples, undefined, 'nextUnreviewed'), 'c');
    assert.equal(sampleAt(samples, 'c', 'nextUnreviewed'), 'e');
    assert.equal(sampleAt(samples, 'e', 'nextUnreviewed'), 'c');
    assert.equal(sampleAt(samples.slice(0, 3), 'c', 'nextUnreviewed'), undefined);
  });

  it('shows the most uncertain of the open ones first, then the next less', () => {
    const scores = new Map([
      ['a', 9],
      ['c', 1],
      ['e', 2],
    ]);
    assert.equal(sampleAt(samples, 'a', 'nextUncertain', scores), 'e');
    assert.equal(sampleAt(samples, 'e', 'nextUncertain', scores), 'c');
    assert.equal(sampleAt(samples, 'c', 'nextUncertain', scores), 'e');
    assert.equal(sampleAt(samples, 'a', 'nextUncertain'), undefined);
  });

  it('visits every sample that is kept, once, from the first to the last and back', () => {
    fc.assert(
      fc.property(queue, (all) => {
        const kept = all.filter(({ status }) => status !== 'discarded').map(({ path }) => path);
        const walk = (from: string | undefined, to: 'next' | 'previous'): string[] => {
          const path = sampleAt(all, from, to);
          return path === undefined ? [] : [path, ...walk(path, to)];
        };
        assert.deepEqual(walk(undefined, 'next'), kept);
        if (kept.length > 0) assert.deepEqual(walk(kept.at(-1), 'previous'), kept.slice(0, -1).reverse());
      }),
    );
  });

  it('goes through all that is not reviewed before one comes again', () => {
    fc.assert(
      fc.property(queue, (all) => {
        const open = all.filter(({ status }) => status === 'open').map(({ path }) => path);
        let at: string | undefined;
        const visited = open.map(() => (at = sampleAt(all, at, 'nextUnreviewed') ?? at));
        assert.deepEqual(visited, open);
      }),
    );
  });
});
