import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelledRegions, samplePixels } from '../../../src/interpreter/pixelSampling.ts';

const labelMaps = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc
        .uint8Array({ minLength: width * height, maxLength: width * height })
        .map((a) => a.map((value) => (value % 4 === 3 ? 255 : value % 4))),
    }),
  );

describe('samplePixels', () => {
  it('never takes an unlabelled pixel, nor one twice, nor more than asked', () => {
    fc.assert(
      fc.property(
        labelMaps,
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (map, count, even) => {
          const pixels = samplePixels(map, count, even, { seed: 1, member: 0 });
          const labelled = map.data.filter((id) => id !== 255).length;
          assert.equal(pixels.length, Math.min(count, labelled));
          assert.equal(new Set(pixels).size, pixels.length);
          assert.ok(pixels.every((pixel) => map.data[pixel] !== 255));
        },
      ),
    );
  });

  it('takes at least one pixel from every labelled region when there is room', () => {
    fc.assert(
      fc.property(labelMaps, (map) => {
        const { regionOf, sizes } = labelledRegions(map);
        const pixels = samplePixels(map, Math.max(1, sizes.length), 0.5, { seed: 3, member: 1 });
        assert.equal(new Set([...pixels].map((pixel) => regionOf[pixel])).size, sizes.length);
      }),
    );
  });

  it('sees small parts: a class of 1 % gets its even share', () => {
    const data = new Uint8Array(10_000).fill(0);
    data.fill(1, 0, 100);
    const pixels = samplePixels({ width: 100, height: 100, data }, 200, 0.5, { seed: 0, member: 0 });
    const small = pixels.filter((pixel) => data[pixel] === 1).length;
    assert.ok(small >= 50 && small <= 60, String(small));
  });

  it('chooses the same pixels for the same seed and image, others for others', () => {
    const map = { width: 40, height: 40, data: new Uint8Array(1600) };
    const at = (seed: number, member: number) => samplePixels(map, 50, 0.5, { seed, member });
    assert.deepEqual(at(1, 2), at(1, 2));
    assert.notDeepEqual(at(1, 2), at(1, 3));
    assert.notDeepEqual(at(1, 2), at(2, 2));
  });
});

describe('labelledRegions', () => {
  it('tells patches of one class apart when only corners touch', () => {
    const data = Uint8Array.of(1, 0, 255, 0, 1, 255);
    const { regionOf, sizes } = labelledRegions({ width: 3, height: 2, data });
    assert.deepEqual(sizes, [1, 1, 1, 1]);
    assert.deepEqual([...regionOf], [0, 1, -1, 2, 3, -1]);
  });
});
