import assert from 'node:assert/strict';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { BestWeights } from '../../../src/interpreter/bestWeights.ts';
import { WEIGHT_NAMES, type EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { epochOrder } from '../../../src/interpreter/epochOrder.ts';
import { splitPool } from '../../../src/interpreter/heldOut.ts';
import { gatherPool, type PixelPool } from '../../../src/interpreter/pixelPool.ts';
import { trainEnsemble } from '../../../src/interpreter/train.ts';
import { dropoutMask } from '../../../src/interpreter/trainingFeeds.ts';
import { DEFAULT_TRAINING, type TrainingSettings } from '../../../src/interpreter/trainingSettings.ts';
import { TOY_IDS, TOY_SHAPES, toySamples } from './toySamples.ts';

const architecture: EnsembleArchitecture = {
  members: 10,
  features: 'paper',
  featureShapes: TOY_SHAPES,
  hidden: [12, 8],
  classes: [...TOY_IDS, 99],
  dropout: [0.25, 0.25],
};
const settings: TrainingSettings = { ...DEFAULT_TRAINING, batch: 32, minimumSteps: 300, learningRate: 0.01, seed: 5 };

describe('training an ensemble', () => {
  let pool: PixelPool;
  before(async () => {
    pool = await gatherPool({
      samples: toySamples(5),
      featureShapes: TOY_SHAPES,
      classes: architecture.classes,
      pixelsPerImage: 200,
      evenShare: 0.25,
      seed: 0,
    });
  });

  it('learns a problem that can be learnt, with a class that nobody painted among the classes', async () => {
    const { best, curve } = await trainEnsemble({ architecture, pool, settings });
    assert.equal(best.length, 10);
    for (const { accuracy } of best) assert.ok(accuracy > 0.99, String(accuracy));
    const losses = curve.map(({ trainLoss }) => trainLoss[0]!);
    assert.ok(losses.at(-1)! < losses[0]! / 2);
  });

  it('trains each member by itself: member 3 alone is member 3 among ten', async () => {
    const short = { ...settings, minimumSteps: 10 };
    const all = await trainEnsemble({ architecture, pool, settings: short });
    const alone = await trainEnsemble({ architecture, pool, settings: short, memberIds: [3] });
    for (const [name, tensor] of alone.weights) {
      const size = tensor.data.length;
      const among = float32Data(all.weights.get(name)).subarray(3 * size, 4 * size);
      float32Data(tensor).forEach((value, i) => assert.ok(Math.abs(value - among[i]!) < 1e-5, `${name}[${i}]`));
    }
    assert.deepEqual(alone.best[0]!.step, all.best[3]!.step);
  });

  it('gives the same weights for the same seed, others for another', async () => {
    const short = { ...settings, minimumSteps: 10 };
    const train = async (seed: number) =>
      (await trainEnsemble({ architecture, pool, settings: { ...short, seed } })).weights.get('output.weight')!.data;
    const first = await train(1);
    assert.deepEqual(await train(1), first);
    assert.notDeepEqual(await train(2), first);
  });

  it('stops between runs when it is told to', async () => {
    const stop = new AbortController();
    let progress = 0;
    const onProgress = () => {
      progress++;
      stop.abort(new Error('stopped by the person'));
    };
    await assert.rejects(
      trainEnsemble({ architecture, pool, settings, onProgress, signal: stop.signal }),
      /stopped by the person/,
    );
    assert.equal(progress, 1);
  });
});

describe('BestWeights', () => {
  const state = (value: number): Record<string, Tensor> =>
    Object.fromEntries(WEIGHT_NAMES.map((name) => [name, float32([2, 1, 1], [value, 10 * value])]));
  const point = (step: number, heldOutLoss: number[]) => ({
    step,
    trainLoss: [0, 0],
    heldOutLoss,
    heldOutAccuracy: [0, 1],
  });

  it('keeps the best weights of each member, and ignores what comes after its patience ran out', () => {
    const best = new BestWeights(state(0), 2, 2);
    best.keep(state(1), point(1, [0.5, 0.9]));
    best.keep(state(2), point(2, [0.6, 0.8]));
    best.keep(state(3), point(3, [0.7, 0.7]));
    assert.equal(best.allStopped, false);
    best.keep(state(4), point(4, [0.1, 0.75])); // member 0 has stopped
    best.keep(state(5), point(5, [0.1, 0.75]));
    assert.equal(best.allStopped, true);
    assert.deepEqual([...float32Data(best.weights().get('norm1.mean'))], [1, 30]);
    assert.deepEqual(
      best.records().map(({ step, loss }) => [step, loss]),
      [
        [1, 0.5],
        [3, 0.7],
      ],
    );
  });
});

describe('splitPool', () => {
  const pool: PixelPool = {
    vectors: new Uint16Array(100),
    channels: 1,
    labels: new Uint8Array(100),
    images: Uint16Array.from({ length: 100 }, (_, i) => Math.floor(i / 10)),
    imageCount: 10,
    labelledPixels: Float64Array.of(100),
    classes: [0],
  };

  it('holds out whole images, others for each of five members, so that every image is held out by one', () => {
    const held = [0, 1, 2, 3, 4].map((member) => splitPool(pool, { kind: 'images', every: 5 }, 1, member));
    const images = held.flatMap(({ heldOut }) => [...new Set(Array.from(heldOut, (i) => pool.images[i]!))]);
    assert.deepEqual(
      [...images].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    for (const { train, heldOut } of held) {
      assert.equal(train.length + heldOut.length, 100);
      assert.ok(!heldOut.some((i) => train.includes(i)));
    }
  });

  it('falls back to pixels when there are too few images', () => {
    const one = { ...pool, images: new Uint16Array(100), imageCount: 1 };
    const { train, heldOut } = splitPool(one, { kind: 'images', every: 5 }, 1, 0);
    assert.deepEqual([train.length, heldOut.length], [80, 20]);
  });
});

describe('epochOrder', () => {
  it('deals the even share out to all classes and leaves the rest as people painted it', () => {
    const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i < 10 ? 1 : 0));
    const pool: PixelPool = {
      vectors: new Uint16Array(0),
      channels: 0,
      labels,
      images: new Uint16Array(1000),
      imageCount: 1,
      labelledPixels: Float64Array.of(990, 10),
      classes: [4, 5],
    };
    const train = Uint32Array.from(labels.keys());
    const rare = (even: number) => {
      const order = epochOrder(pool, train, even, { seed: 0, member: 0, step: 0 });
      return [order.length, order.filter((pixel) => labels[pixel] === 1).length];
    };
    assert.deepEqual(rare(0), [1000, 10]);
    assert.deepEqual(rare(0.5), [1000, 255]);
    assert.deepEqual(rare(1), [1000, 500]);
  });
});

describe('dropoutMask', () => {
  const mask = (rate: number, step: number) => {
    const values = new Float32Array(20_000);
    dropoutMask(values, rate, { seed: 3, purpose: 'dropout1', member: 2, step });
    return values;
  };

  it('is the same for the same step and another for the next', () => {
    assert.deepEqual(mask(0.6, 7), mask(0.6, 7));
    assert.notDeepEqual(mask(0.6, 7), mask(0.6, 8));
  });

  it('drops the share that it should and keeps the mean', () => {
    for (const rate of [0, 0.4, 0.6]) {
      const values = mask(rate, 1);
      const dropped = values.filter((value) => value === 0).length / values.length;
      assert.ok(Math.abs(dropped - rate) < 0.015, `${dropped}`);
      assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - 1) < 0.03);
    }
  });
});
