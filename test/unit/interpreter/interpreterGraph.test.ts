import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildModel } from '../../../src/engine/graph.ts';
import { cast } from '../../../src/engine/ops.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session, type SessionOptions } from '../../../src/engine/session.ts';
import { float32Data, sizeOf, type Tensor } from '../../../src/engine/tensor.ts';
import { foldWeights, ensembleSizes } from '../../../src/interpreter/fold.ts';
import { interpreterGraph, weightInputs } from '../../../src/interpreter/interpreterGraph.ts';
import { featureLevels } from '../../../src/interpreter/levels.ts';
import { literalGraph } from '../../../src/interpreter/literalGraph.ts';
import { cpuPlan, wholePlan, type TilePlan } from '../../../src/interpreter/tilePlan.ts';
import { jensenShannon } from '../../../src/interpreter/uncertainty.ts';
import { majorityVote } from '../../../src/interpreter/vote.ts';
import {
  architectureOf,
  featureInputs,
  randomFeatures,
  randomWeights,
  weightValues,
  type Sizes,
} from './randomInterpreter.ts';

const cpu: SessionOptions = { provider: 'cpu', cpuFallback: 'allow', threads: 1 };

async function run(
  outputs: Parameters<typeof buildModel>[0]['outputs'],
  feeds: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const session = await Session.create(encodeModel(buildModel({ name: 'test', outputs })), cpu);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** One image's part of a batch. */
function imageOf(tensor: Tensor, i: number, images: number): Float32Array {
  const size = sizeOf(tensor.shape) / images;
  return float32Data(tensor).slice(i * size, (i + 1) * size);
}

function assertWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  assert.ok(worst <= tolerance, `${what} differ by ${worst}, more than ${tolerance}`);
}

async function compare(
  sizes: Sizes,
  size: { height: number; width: number },
  plan: TilePlan,
  images: number,
  seed: number,
) {
  const architecture = architectureOf(sizes);
  const weights = randomWeights(architecture, seed);
  const features = randomFeatures(architecture, images, seed);
  const shape = ensembleSizes(weights);
  const levels = featureLevels(architecture.featureShapes, size);
  const graph = interpreterGraph(featureInputs(architecture, images), weightInputs(shape, levels), {
    ...size,
    sizes: shape,
    plan,
    withLogits: true,
  });
  const folded = foldWeights(weights, architecture.featureShapes, size);
  const quick = await run(
    { labels: cast(graph.votes, 'uint8'), uncertainty: graph.uncertainty, logits: graph.logits! },
    { ...features, ...Object.fromEntries(folded) },
  );
  assert.deepEqual(quick['labels']!.shape, [images, size.height, size.width]);
  const literal = literalGraph(featureInputs(architecture, 1), weightValues(architecture), size);
  const pixels = size.height * size.width;
  for (let image = 0; image < images; image++) {
    const one = Object.fromEntries(
      Object.entries(features).map(([name, tensor]) => [
        name,
        { dtype: 'float32', shape: [1, ...tensor.shape.slice(1)], data: imageOf(tensor, image, images) } as const,
      ]),
    );
    const { logits } = await run({ logits: literal }, { ...one, ...Object.fromEntries(weights) });
    const expected = float32Data(logits);
    assertWithin(imageOf(quick['logits']!, image, images), expected, 1e-4, 'logits');
    const own = imageOf(quick['logits']!, image, images);
    const votes = majorityVote(own, sizes.members, sizes.classes);
    const labels = (quick['labels']!.data as Uint8Array).slice(image * pixels, (image + 1) * pixels);
    assert.deepEqual(labels, votes);
    assert.deepEqual(labels, majorityVote(expected, sizes.members, sizes.classes));
    const js = imageOf(quick['uncertainty']!, image, images);
    assertWithin(js, jensenShannon(expected, sizes.members, sizes.classes), 2e-5, 'uncertainties');
    assert.ok(js.every((x) => x >= 0));
  }
}

const small: Sizes = {
  maps: [
    [6, 4, 4],
    [6, 4, 4],
    [5, 8, 8],
    [4, 8, 8],
    [3, 16, 16],
    [2, 16, 16],
  ],
  members: 3,
  hidden: [12, 8],
  classes: 5,
};

describe('interpreterGraph', () => {
  const square = { height: 16, width: 16 };
  const plans: readonly TilePlan[] = [
    wholePlan(square),
    cpuPlan(square),
    { rows: 4 },
    { rows: 8 },
    { rows: 12 },
    { rows: 1 },
  ];
  for (const plan of plans) {
    it(`equals the literal definition, cut by ${JSON.stringify(plan)}`, async () => {
      await compare(small, square, plan, 2, 1);
    });
  }
  it('equals it for powers of two, some sizes missing, square or not', async () => {
    const cases = fc.record({
      exponents: fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
      flat: fc.boolean(),
      rows: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ exponents, flat, rows, seed }) => {
        const extent = (e: number): [number, number] => (flat ? [2 ** e, 3 * 2 ** e] : [2 ** e, 2 ** e]);
        const maps = exponents.map((e, i): [number, number, number] => [i + 1, ...extent(e)]);
        const [height, width] = extent(5);
        await compare({ maps, members: 2, hidden: [5, 4], classes: 3 }, { height, width }, { rows }, 2, seed);
      }),
      { numRuns: 15 },
    );
  });
  it('equals it for any sizes, crops of powers of two or not, larger or smaller than the labels', async () => {
    const extent = fc.integer({ min: 1, max: 11 });
    const cases = fc.record({
      maps: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), extent, extent), { minLength: 1, maxLength: 4 }),
      members: fc.integer({ min: 1, max: 4 }),
      classes: fc.integer({ min: 1, max: 6 }),
      height: extent,
      width: extent,
      rows: fc.integer({ min: 1, max: 6 }),
      images: fc.integer({ min: 1, max: 2 }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ maps, members, classes, height, width, rows, images, seed }) => {
        await compare({ maps, members, hidden: [5, 4], classes }, { height, width }, { rows }, images, seed);
      }),
      { numRuns: 25 },
    );
  });
});
