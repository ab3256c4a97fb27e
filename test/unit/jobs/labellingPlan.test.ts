import assert from 'node:assert/strict';
import { labellingPlan, type LabellingFacts } from '../../../src/jobs/labelling/labellingPlan.ts';

const gib = 2 ** 30;
const facts: LabellingFacts = { provider: 'cpu', resolution: 64, threads: 4, batches: 100, memory: 16 * gib };
const processes = (count: number) => ({ kind: 'processes', processes: count });

describe('who labels', () => {
  it('one process per thread when the images are small', () => {
    assert.deepEqual(labellingPlan(facts), processes(4));
    assert.deepEqual(labellingPlan({ ...facts, resolution: 128, threads: 2 }), processes(2));
  });

  it('this process with all threads when they are large', () => {
    assert.deepEqual(labellingPlan({ ...facts, resolution: 256 }), { kind: 'here', threads: 4 });
    assert.deepEqual(labellingPlan({ ...facts, resolution: 1024, threads: 1 }), { kind: 'here', threads: 1 });
  });

  it('no more processes than batches or than the memory holds, and none for one', () => {
    assert.deepEqual(labellingPlan({ ...facts, batches: 3 }), processes(3));
    assert.deepEqual(labellingPlan({ ...facts, memory: 2.5 * gib }), processes(2));
    for (const one of [{ threads: 1 }, { batches: 1 }, { batches: 0 }, { memory: gib / 2 }]) {
      assert.deepEqual(labellingPlan({ ...facts, ...one }), { kind: 'here', threads: 1 });
    }
  });

  it('this process on a GPU, whose threads are its own matter', () => {
    for (const provider of ['cuda', 'dml', 'coreml', 'webgpu'] as const) {
      assert.deepEqual(labellingPlan({ ...facts, provider }), { kind: 'here' });
    }
  });
});
