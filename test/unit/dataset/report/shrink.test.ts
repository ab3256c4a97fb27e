import assert from 'node:assert/strict';
import { shrinkFactor, shrinkImage, shrinkLabels, shrinkValues } from '../../../../src/dataset/report/shrink.ts';

describe('Smaller pictures for the report', () => {
  it('shrinks by the smallest whole factor that fits', () => {
    for (const [width, height, factor] of [
      [64, 64, 1],
      [256, 256, 1],
      [257, 100, 2],
      [100, 512, 2],
      [1024, 1024, 4],
    ] as const)
      assert.equal(shrinkFactor({ width, height }, 256), factor);
  });

  it('makes each pixel the mean of its block', () => {
    const image = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, i) => i) };
    // Red of the left block: 0, 3, 12, 15.
    assert.deepEqual(shrinkImage(image, 2), { width: 2, height: 1, data: Uint8Array.of(8, 9, 10, 14, 15, 16) });
    assert.deepEqual([...shrinkValues(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2, 2)], [(1 + 2 + 4 + 5) / 4]);
  });

  it('never mixes class ids', () => {
    const labels = { width: 4, height: 4, data: Uint8Array.of(0, 0, 9, 9, 0, 7, 9, 255, 3, 3, 0, 0, 3, 3, 0, 0) };
    assert.deepEqual(shrinkLabels(labels, 2), { width: 2, height: 2, data: Uint8Array.of(7, 255, 3, 0) });
  });
});
