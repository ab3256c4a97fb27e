import assert from 'node:assert/strict';
import fc from 'fast-check';
import { imageScores, jensenShannon, largestUncertainty } from '../../../src/interpreter/uncertainty.ts';

const close = (actual: number, expected: number, tolerance = 1e-6): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Logits of given probabilities. */
const log = (...probabilities: number[]): number[] => probabilities.map(Math.log);

describe('uncertainty', () => {
  it('is H(mean) − mean(H) of the members (worked by hand)', () => {
    // Members (0.9, 0.1) and (0.5, 0.5): the mean is (0.7, 0.3). H(0.7) = 0.610864, H(0.9) = 0.325083, H(0.5) = 0.693147.
    const [js] = jensenShannon(Float32Array.from([...log(0.9, 0.1), ...log(0.5, 0.5)]), 2, 2);
    close(js!, 0.610864 - (0.325083 + 0.693147) / 2);
  });

  it('is ln 2 when two members are sure of different classes, 0 when all agree', () => {
    // [member][class][pixel], two pixels: the first is disputed.
    const logits = Float32Array.from([90, 90, 0, 0, 0, 90, 90, 0]);
    const js = jensenShannon(logits, 2, 2);
    close(js[0]!, Math.log(2));
    assert.equal(js[1], 0);
  });

  it('is not the entropy of the averaged logits (the released code before September 2021)', () => {
    // Mean logits (0, 0) would have the entropy ln 2 and give ln 2 − H(σ(2)).
    const [js] = jensenShannon(Float32Array.from([2, 0, 2, 0]), 2, 2);
    assert.equal(js, 0);
  });

  const logits = fc
    .record({
      members: fc.integer({ min: 1, max: 6 }),
      classes: fc.integer({ min: 1, max: 6 }),
      pixels: fc.nat({ max: 5 }),
    })
    .chain(({ members, classes, pixels }) =>
      fc
        .array(fc.float({ noNaN: true, min: -100, max: 100 }), {
          minLength: members * classes * pixels,
          maxLength: members * classes * pixels,
        })
        .map((values) => ({ members, classes, logits: Float32Array.from(values) })),
    );

  it('lies between 0 and ln(min(members, classes))', () => {
    fc.assert(
      fc.property(logits, ({ members, classes, logits: values }) => {
        for (const js of jensenShannon(values, members, classes))
          assert.ok(js >= 0 && js <= largestUncertainty(members, classes) + 1e-6);
      }),
    );
  });

  it('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(logits, ({ members, classes, logits: values }) => {
        const step = values.length / members;
        const turned = Float32Array.from([...values.slice(step), ...values.slice(0, step)]);
        const [a, b] = [jensenShannon(values, members, classes), jensenShannon(turned, members, classes)];
        for (const [i, js] of a.entries()) close(b[i]!, js);
      }),
    );
  });

  it('of an image is the sum, or the mean of the top tenth rounded down, at least one pixel', () => {
    const upTo = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);
    assert.deepEqual(imageScores(upTo(20)), { sum: 210, top10mean: 19.5 });
    assert.deepEqual(imageScores(upTo(29)), { sum: 435, top10mean: 28.5 }); // two pixels, not three
    assert.deepEqual(imageScores(upTo(5)), { sum: 15, top10mean: 5 });
    assert.deepEqual(imageScores(Float32Array.of(0.25)), { sum: 0.25, top10mean: 0.25 });
  });

  it('of an image is the same wherever its pixels lie', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: 0, max: 3 }), { minLength: 1 }), (values) => {
        const scores = imageScores(Float32Array.from(values));
        assert.deepEqual(imageScores(Float32Array.from([...values].reverse())), scores);
      }),
    );
  });
});
