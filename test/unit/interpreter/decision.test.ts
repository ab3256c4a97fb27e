import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data } from '../../../src/engine/tensor.ts';
import { input } from '../../../src/engine/value.ts';
import { decisionGraph } from '../../../src/interpreter/decision.ts';
import { jensenShannon } from '../../../src/interpreter/uncertainty.ts';
import { majorityVote } from '../../../src/interpreter/vote.ts';

/** @param logits [members, classes, pixels], flat */
async function decide(logits: readonly number[], members: number, classes: number) {
  const shape = [members, classes, logits.length / (members * classes)];
  const { vote, uncertainty } = decisionGraph(input('logits', 'float32', shape));
  const model = encodeModel(buildModel({ name: 'decision', outputs: { vote, uncertainty } }));
  const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow', threads: 1 });
  const result = await session.run({ logits: float32(shape, logits) });
  await session.release();
  return { vote: [...float32Data(result['vote'])], uncertainty: [...float32Data(result['uncertainty'])] };
}

const sure = 200;

describe('decisionGraph', () => {
  it('takes the class of most members, which need not be the most likely one on average', async () => {
    // Two members lean to class 1, one is sure of class 0.
    const { vote } = await decide([sure, 0, 0, 0.1, 0, 0.1], 3, 2);
    assert.deepEqual(vote, [1]);
  });

  it('gives ties among votes, and among the logits of a member, to the smallest class', async () => {
    assert.deepEqual((await decide([0, 0, 1, 0, 1, 0], 2, 3)).vote, [1]);
    assert.deepEqual((await decide([0, 2, 2, 0, 2, 2], 2, 3)).vote, [1]);
    assert.deepEqual((await decide([7, 7, 7], 1, 3)).vote, [0]);
  });

  it('finds ln 2 where two sure members disagree, 0 where members agree, sure or not', async () => {
    const disagree = await decide([sure, 0, 0, sure], 2, 2);
    assert.ok(Math.abs(disagree.uncertainty[0]! - Math.log(2)) < 1e-6);
    const agree = await decide([sure, 0.3, 0, 0.1, sure, 0.3, 0, 0.1], 2, 2);
    assert.deepEqual(
      agree.uncertainty.map((x) => x >= 0 && x < 1e-6),
      [true, true],
    );
  });

  it('does what the literal definitions say', async () => {
    // Quarters make ties likely.
    const value = fc.oneof(
      fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
      fc.double({ min: -90, max: 90, noNaN: true }),
    );
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
      .chain(([members, classes, pixels]) =>
        fc.record({
          members: fc.constant(members),
          classes: fc.constant(classes),
          logits: fc.array(value, {
            minLength: members * classes * pixels,
            maxLength: members * classes * pixels,
          }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ({ members, classes, logits }) => {
        const data = Float32Array.from(logits);
        const { vote, uncertainty } = await decide([...data], members, classes);
        assert.deepEqual(vote, [...majorityVote(data, members, classes)]);
        jensenShannon(data, members, classes).forEach((x, i) => {
          assert.ok(Math.abs(x - uncertainty[i]!) < 1e-5, `${uncertainty[i]} is not ${x}`);
          assert.ok(uncertainty[i]! >= 0);
        });
      }),
      { numRuns: 40 },
    );
  });
});
