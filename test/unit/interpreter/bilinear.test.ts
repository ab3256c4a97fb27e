import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interpolationAt, interpolationMatrix, interpolationWindow } from '../../../src/interpreter/bilinear.ts';

const size = fc.integer({ min: 1, max: 20 });

describe('bilinear interpolation', () => {
  it('has half-pixel centres and is clamped at the ends', () => {
    const expected = [1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1];
    assert.deepEqual([...interpolationMatrix(2, 4).data], expected);
    assert.deepEqual([...interpolationMatrix(4, 2).data], [0.5, 0.5, 0, 0, 0, 0, 0.5, 0.5]);
  });

  it('changes nothing at equal sizes, and keeps constants', () => {
    fc.assert(
      fc.property(size, size, (from, to) => {
        const { data } = interpolationMatrix(from, to);
        for (let i = 0; i < to; i++) {
          const row = data.subarray(i * from, (i + 1) * from);
          assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-6);
          if (from === to) assert.equal(row[i], 1);
        }
      }),
    );
  });

  it('reads between the samples of the target too: its edge lies half a sample before the first', () => {
    assert.deepEqual([...interpolationAt([-0.5, 0.5, 1.5, 3.5], 2, 4).data], [1, 0, 1, 0, 0.5, 0.5, 0, 1]);
  });

  it('is the same in windows', () => {
    fc.assert(
      fc.property(size, size, fc.nat(19), size, (from, to, first, count) => {
        const targets = Array.from({ length: count }, (_, i) => Math.min(first + i, to) - 0.5);
        const { data } = interpolationAt(targets, from, to);
        const { start, end, weights } = interpolationWindow(targets, from, to);
        const pieced = new Float32Array(count * from);
        for (let i = 0; i < count; i++) {
          pieced.set(weights.data.subarray(i * (end - start), (i + 1) * (end - start)), i * from + start);
        }
        assert.deepEqual(pieced, data);
      }),
    );
  });
});
