import assert from 'node:assert/strict';
import { float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { initialWeights, RUNNING, TRAINED, type WeightName } from '../../../src/interpreter/ensemble.ts';
import { trainReference, type ReferenceBatch, type ReferenceMember } from './referenceTraining.ts';
import { TINY, TINY_BATCH, TINY_STEPS, tinyFeeds, tinyTraining } from './tinyTraining.ts';

const { members } = TINY;

/** Rows of one member of a [members, rows, columns] array. */
function rows(data: Float32Array, member: number, columns: number): number[][] {
  const size = data.length / members;
  const own = data.subarray(member * size, (member + 1) * size);
  return Array.from({ length: size / columns }, (_, row) => [...own.subarray(row * columns, (row + 1) * columns)]);
}

function referenceOf(weights: ReadonlyMap<WeightName, Tensor>, member: number): ReferenceMember {
  const matrix = (name: WeightName) => rows(float32Data(weights.get(name)), member, weights.get(name)!.shape[2]!);
  const norm = (name: 'norm1' | 'norm2') => ({
    scale: matrix(`${name}.scale`)[0]!,
    bias: matrix(`${name}.bias`)[0]!,
    mean: matrix(`${name}.mean`)[0]!,
    variance: matrix(`${name}.variance`)[0]!,
  });
  return {
    w1: matrix('hidden1.weight'),
    b1: matrix('hidden1.bias')[0]!,
    w2: matrix('hidden2.weight'),
    b2: matrix('hidden2.bias')[0]!,
    w3: matrix('output.weight'),
    b3: matrix('output.bias')[0]!,
    norm: [norm('norm1'), norm('norm2')],
  };
}

function flat(reference: ReferenceMember): Record<WeightName, number[]> {
  const { w1, b1, w2, b2, w3, b3, norm } = reference;
  return {
    'hidden1.weight': w1.flat(),
    'hidden1.bias': b1,
    'norm1.scale': norm[0].scale,
    'norm1.bias': norm[0].bias,
    'norm1.mean': norm[0].mean,
    'norm1.variance': norm[0].variance,
    'hidden2.weight': w2.flat(),
    'hidden2.bias': b2,
    'norm2.scale': norm[1].scale,
    'norm2.bias': norm[1].bias,
    'norm2.mean': norm[1].mean,
    'norm2.variance': norm[1].variance,
    'output.weight': w3.flat(),
    'output.bias': b3,
  };
}

describe('the training graph', () => {
  let trained: Record<string, Float32Array>;
  before(async () => {
    trained = await tinyTraining('cpu');
  });

  it('does five steps as a float64 reference does: losses, weights and running statistics of every member', () => {
    const feeds = tinyFeeds();
    for (let member = 0; member < members; member++) {
      const reference = referenceOf(initialWeights(TINY, 7), member);
      const batches = Array.from({ length: TINY_STEPS }, (_, step): ReferenceBatch => {
        const labels = feeds[`labels.${step}`]!.data as Int32Array;
        return {
          x: rows(float32Data(feeds[`features.${step}`]), member, 7),
          labels: [...labels.subarray(member * TINY_BATCH, (member + 1) * TINY_BATCH)],
          masks: [
            rows(float32Data(feeds[`mask1.${step}`]), member, 6),
            rows(float32Data(feeds[`mask2.${step}`]), member, 5),
          ],
        };
      });
      const losses = trainReference(reference, batches);
      losses.forEach((loss, step) => {
        assert.ok(Math.abs(trained['loss']![step * members + member]! - loss) < 1e-5, `loss of step ${step}`);
      });
      const expected = flat(reference);
      for (const name of [...TRAINED, ...RUNNING]) {
        const size = expected[name].length;
        expected[name].forEach((value, i) => {
          const actual = trained[name]![member * size + i]!;
          assert.ok(Math.abs(actual - value) < 1e-5, `${name}[${member}, ${i}]: ${actual}, reference ${value}`);
        });
      }
    }
  });
});
