import assert from 'node:assert/strict';
import { majorityVote } from '../../../src/interpreter/vote.ts';

/** One pixel; a row of logits per member. */
const vote = (...members: number[][]): number =>
  majorityVote(Float32Array.from(members.flat()), members.length, members[0]!.length)[0]!;

describe('the vote', () => {
  it('takes the class that most members find likeliest', () => {
    assert.equal(vote([0, 1, 0], [0, 0, 1], [0, 0, 1]), 2);
  });

  it('gives ties between classes to the smallest', () => {
    assert.equal(vote([0, 0, 1], [0, 1, 0]), 1);
    assert.equal(vote([0, 0, 1], [0, 1, 0], [1, 0, 0]), 0);
  });

  it('gives ties within a member to the smallest class', () => {
    assert.equal(vote([0, 5, 5]), 1);
    assert.equal(vote([0, 0, 0]), 0);
  });

  it('counts members, not confidence', () => {
    assert.equal(vote([1, 0], [1, 0], [0, 100]), 0);
  });

  it('votes at each pixel alone: [members, classes, pixels]', () => {
    // Two members, two classes, three pixels.
    const logits = Float32Array.from([1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0]);
    assert.deepEqual([...majorityVote(logits, 2, 2)], [0, 1, 0]);
    assert.throws(() => majorityVote(logits, 5, 2), /12 logits are not \[5, 2, pixels\]/);
  });
});
