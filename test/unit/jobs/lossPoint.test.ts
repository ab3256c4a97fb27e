import assert from 'node:assert/strict';
import { lossPoint } from '../../../src/jobs/lossPoint.ts';

describe('the held-out loss of a measurement', () => {
  it('is the mean of the members, without those that exploded', () => {
    const at = (step: number, ...heldOutLoss: number[]) => lossPoint({ step, heldOutLoss });
    assert.deepEqual(at(1, 1, 3), { step: 1, loss: 2 });
    assert.deepEqual(at(2, NaN, 2), { step: 2, loss: 2 });
    assert.equal(at(3, Infinity), undefined);
  });
});
