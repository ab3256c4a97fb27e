import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normals, permutation, philox4x32 } from '../../../src/engine/philox.ts';

const seed = fc.maxSafeInteger();
const stream = fc.maxSafeNat();
const start = fc.nat(10_000);

describe('Philox', () => {
  // tests/kat_vectors of https://github.com/DEShawResearch/random123, lines "philox4x32 10".
  const vectors = [
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const;
  for (const [counter, key, expected] of vectors) {
    it(`gives the published answer for the counter ${counter}`, () => {
      const words = (text: string) => text.split(' ').map((w) => parseInt(w, 16));
      const result = philox4x32(words(counter) as [number, number, number, number], words(key) as [number, number]);
      assert.deepEqual(result, words(expected));
    });
  }

  it('gives the same numbers in one piece, in parts and one by one', () => {
    fc.assert(
      fc.property(seed, stream, start, fc.nat(40), fc.nat(40), (seed, stream, start, a, b) => {
        const whole = normals(seed, stream, start, a + b);
        assert.deepEqual(whole.subarray(0, a), normals(seed, stream, start, a));
        assert.deepEqual(whole.subarray(a), normals(seed, stream, start + a, b));
        for (let i = 0; i < a + b; i++) assert.equal(normals(seed, stream, start + i, 1)[0], whole[i]);
      }),
      { numRuns: 50 },
    );
  });

  it('gives other numbers for another seed and another stream, beyond 32 bits too', () => {
    const first = (seed: number, stream: number) => normals(seed, stream, 0, 4).join();
    const addresses = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const streams = [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const all = addresses.flatMap((seed) => streams.map((stream) => first(seed, stream)));
    assert.equal(new Set(all).size, all.length);
    assert.notEqual(normals(0, 0, 0, 1)[0], normals(0, 0, 2 ** 34, 1)[0], 'blocks beyond 2^32');
  });

  it('is normal to within what chance allows', () => {
    const n = 200_000;
    const z = normals(7, 3, 0, n);
    const moment = (p: number) => mean(z.map((x) => x ** p));
    assert.ok(Math.abs(moment(1)) < 4 / Math.sqrt(n));
    assert.ok(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / n));
    assert.ok(Math.abs(moment(3)) < 4 * Math.sqrt(15 / n));
    assert.ok(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / n));
    const neighbours = mean(z.subarray(1).map((x, i) => x * z[i]!));
    assert.ok(Math.abs(neighbours) < 4 / Math.sqrt(n), 'the two of a pair are independent');
  });

  it('shuffles: every index once, each place as likely', () => {
    fc.assert(
      fc.property(seed, stream, fc.nat(200), (seed, stream, n) => {
        assert.deepEqual(
          permutation(seed, stream, n).toSorted(),
          Uint32Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    const runs = 5000;
    for (let seed = 0; seed < runs; seed++) permutation(seed, 0, 5).forEach((x, place) => counts[place]![x]!++);
    const deviation = Math.sqrt(runs * 0.2 * 0.8);
    assert.ok(counts.flat().every((count) => Math.abs(count - runs / 5) < 4.5 * deviation));
  });

  it('refuses what is no address', () => {
    assert.throws(() => normals(0.5, 0, 0, 1), /A seed must be a safe integer, not 0.5/);
    assert.throws(() => normals(2 ** 60, 0, 0, 1), RangeError);
    assert.throws(() => normals(0, -1, 0, 1), /A stream must be a safe integer from 0, not -1/);
    assert.throws(() => normals(0, 0, Number.NaN, 1), /An index/);
  });
});

function mean(values: Float32Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
