import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interpolationBands, interpolationMatrix } from '../../../src/interpreter/bilinear.ts';

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

  it('is the same in bands', () => {
    fc.assert(
      fc.property(size, size, size, (from, to, tile) => {
        const { data } = interpolationMatrix(from, to);
        const { span, starts, weights, tiles } = interpolationBands(from, to, tile);
        const pieced = new Float32Array(tiles * tile * from);
        for (let i = 0; i < tiles * tile; i++) {
          const start = starts[Math.floor(i / tile)]!;
          assert.ok(start >= 0 && start + span <= from);
          pieced.set(weights.data.subarray(i * span, (i + 1) * span), i * from + start);
        }
        assert.deepEqual(pieced.slice(0, to * from), data);
        assert.ok(pieced.subarray(to * from).every((x) => x === 0));
      }),
    );
  });
});
