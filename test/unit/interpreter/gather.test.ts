import assert from 'node:assert/strict';
import { interpolationMatrix } from '../../../src/interpreter/bilinear.ts';
import { VectorGatherer } from '../../../src/interpreter/gather.ts';
import { fromHalf } from '../../../src/interpreter/halfFloat.ts';
import { float16Bits } from '../../../src/engine/tensor.ts';
import { TOY_GRID, TOY_SHAPES, toyMaps } from './toySamples.ts';

/** The whole map brought to the grid, by two matrices: rows, then columns. */
function upsampled(
  bits: Uint16Array,
  channel: number,
  size: number,
  grid: { width: number; height: number },
): number[] {
  const map = fromHalf(bits).subarray(channel * size * size, (channel + 1) * size * size);
  const down = interpolationMatrix(size, grid.height).data;
  const across = interpolationMatrix(size, grid.width).data;
  return Array.from({ length: grid.width * grid.height }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / grid.width), pixel % grid.width];
    let sum = 0;
    for (let r = 0; r < size; r++)
      for (let c = 0; c < size; c++) sum += down[y * size + r]! * across[x * size + c]! * map[r * size + c]!;
    return sum;
  });
}

describe('VectorGatherer', () => {
  for (const grid of [TOY_GRID, { width: 8, height: 12 }, { width: 5, height: 3 }]) {
    it(`reads at ${grid.width}×${grid.height} what bilinear upsampling of whole maps gives`, async () => {
      const maps = toyMaps(1);
      const pixels = Uint32Array.from({ length: grid.width * grid.height }, (_, i) => i);
      const gatherer = await VectorGatherer.create(TOY_SHAPES, 50); // several runs, the last one padded
      const vectors = await gatherer.gather(maps, pixels, grid);
      await gatherer.release();
      assert.deepEqual(vectors.shape, [pixels.length, 5]);
      const values = fromHalf(vectors.data);
      let channel = 0;
      for (const { name, channels, height } of TOY_SHAPES) {
        for (let c = 0; c < channels; c++, channel++) {
          upsampled(maps.get(name)!.data as Uint16Array, c, height, grid).forEach((expected, pixel) => {
            assert.ok(Math.abs(values[pixel * 5 + channel]! - expected) < 1e-3, `${name} ${c} at ${pixel}`);
          });
        }
      }
    });
  }

  it('names a missing map', async () => {
    const gatherer = await VectorGatherer.create(TOY_SHAPES, 4);
    await assert.rejects(gatherer.gather(new Map(), Uint32Array.of(0), TOY_GRID), /S00 is missing/);
    await gatherer.release();
  });
});

describe('fromHalf', () => {
  it('knows normal and subnormal numbers, signed zeros, infinities and NaN', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x3555);
    const values = fromHalf(float16Bits([9], bits).data);
    assert.deepEqual([...values.subarray(0, 3)], [1, -2, 2 ** -24]);
    assert.ok(Object.is(values[3], -0));
    assert.deepEqual([...values.subarray(4, 7)], [65504, Infinity, -Infinity]);
    assert.ok(Number.isNaN(values[7]));
    assert.equal(values[8], 0.333251953125);
  });
});
