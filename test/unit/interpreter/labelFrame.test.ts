import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float16Bits, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { frameImage } from '../../../src/dataset/frameImage.ts';
import { imageFromTensor } from '../../../src/dataset/image.ts';
import { VectorGatherer } from '../../../src/interpreter/gather.ts';
import { interpolationMatrix } from '../../../src/interpreter/bilinear.ts';
import { foldedFor, interpreterForm, InterpreterSession } from '../../../src/interpreter/interpreterSession.ts';
import {
  cropEntry,
  frameOfImage,
  framePlace,
  isWhole,
  labelFrame,
  wholeFrame,
  type LabelFrame,
} from '../../../src/interpreter/labelFrame.ts';
import { Labeller } from '../../../src/interpreter/labeller.ts';
import { fromHalf } from '../../../src/interpreter/halfFloat.ts';
import { literalGraph } from '../../../src/interpreter/literalGraph.ts';
import { jensenShannon } from '../../../src/interpreter/uncertainty.ts';
import { majorityVote } from '../../../src/interpreter/vote.ts';
import { psiPerLayer } from '../../../src/stylegan/generator.ts';
import { generatorGraph } from '../../../src/stylegan/generatorGraph.ts';
import { Synthesizer } from '../../../src/stylegan/synthesizer.ts';
import { featureInputs, randomTensor, randomWeights, weightValues } from './randomInterpreter.ts';
import { ensembleFor, randomGenerator } from './smallGenerator.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow', threads: 1 } as const;

describe('labelFrame', () => {
  it('is the whole image up to 512², and half of a 1024², as in the paper', () => {
    for (const side of [32, 256, 512]) assert.deepEqual(labelFrame({ resolution: side }), wholeFrame(side));
    const { width, height, scale } = labelFrame({ resolution: 1024 });
    assert.deepEqual([width, height, scale], [512, 512, 2]);
    assert.deepEqual(labelFrame({ resolution: 1024 }, 1024), wholeFrame(1024));
    assert.equal(labelFrame({ resolution: 1024 }, 256).scale, 4);
  });

  it('keeps the crop of the cars', () => {
    const crop = { x: 0, y: 64, width: 512, height: 384 };
    const frame = labelFrame({ resolution: 512, crop });
    assert.deepEqual([frame.width, frame.height, frame.scale], [512, 384, 1]);
    assert.deepEqual(framePlace(frame), { side: 512, left: 0, top: 64 });
    assert.deepEqual(cropEntry(frame), { crop });
    assert.deepEqual(cropEntry(wholeFrame(512)), {});
    assert.deepEqual(framePlace(labelFrame({ resolution: 512, crop }, 128)), { side: 128, left: 0, top: 16 });
  });

  it('names the sizes that are possible', () => {
    assert.throws(() => labelFrame({ resolution: 512 }, 500), /512×512.*500.*may be 512, 256, 128, 64 or "auto"/);
    const odd = { x: 1, y: 0, width: 512, height: 512 };
    assert.throws(() => labelFrame({ resolution: 1024, crop: odd }, 256), /may be 512 or "auto"/);
  });

  it('is found again from what stands beside an image', () => {
    const even = (most: number) => fc.integer({ min: 0, max: most / 8 }).map((x) => 8 * x);
    fc.assert(
      fc.property(even(56), even(56), even(56), even(56), fc.constantFrom(1, 2, 4, 8), (x, y, w, h, scale) => {
        const crop = { x, y, width: Math.min(64 - x, w + 8), height: Math.min(64 - y, h + 8) };
        const frame = labelFrame({ resolution: 64, crop }, Math.max(crop.width, crop.height) / scale);
        const entry = cropEntry(frame);
        assert.deepEqual(frameOfImage(64, entry.crop, frame), frame);
        assert.equal(isWhole(frame), entry.crop === undefined);
      }),
    );
    assert.match(frameOfImage(64, undefined, { width: 60, height: 64 }) as string, /60×64 pixels, which is no whole/);
    assert.match(
      frameOfImage(64, { x: 32, y: 0, width: 64, height: 64 }, { width: 64, height: 64 }) as string,
      /beyond/,
    );
  });

  it('shows the mean of scale × scale pixels of the crop', () => {
    const chw = randomTensor([3, 16, 16], 3).data;
    const frame = labelFrame({ resolution: 16, crop: { x: 4, y: 2, width: 8, height: 12 } }, 6);
    const { width, height, data } = frameImage(chw, frame);
    assert.deepEqual([width, height], [4, 6]);
    const at = (c: number, y: number, x: number): number => chw[(c * 16 + y) * 16 + x]!;
    const mean = (at(1, 2 + 6, 4 + 2) + at(1, 2 + 6, 4 + 3) + at(1, 2 + 7, 4 + 2) + at(1, 2 + 7, 4 + 3)) / 4;
    assert.equal(data[(3 * 4 + 1) * 3 + 1], Math.round(127.5 * mean + 127.5));
    assert.deepEqual(frameImage(chw, wholeFrame(16)), imageFromTensor(chw, 16, 16));
  });
});

describe('labels of a frame', () => {
  const generator = randomGenerator([12, 12, 8, 6]); // 32²
  const architecture = ensembleFor(generator, 5, [16, 8], [0, 1, 2, 7, 3]);
  const weights = randomWeights(architecture, 3);
  const psi = psiPerLayer(generator.architecture, 0.7, 4);
  const z = randomTensor([1, 8], 11, 2);
  const frames: [string, LabelFrame][] = [
    ['half of a crop', labelFrame({ resolution: 32, crop: { x: 4, y: 6, width: 24, height: 20 } }, 12)],
    ['a crop', labelFrame({ resolution: 32, crop: { x: 0, y: 5, width: 32, height: 22 } })],
    ['a narrow crop', labelFrame({ resolution: 32, crop: { x: 7, y: 30, width: 3, height: 2 } })],
    ['a quarter', labelFrame({ resolution: 32 }, 8)],
    ['a quarter of a crop', labelFrame({ resolution: 32, crop: { x: 4, y: 8, width: 28, height: 12 } }, 7)],
  ];

  /** The literal pipeline: all maps brought to the frame's scale, cropped, three layers, vote (section 3.2). */
  async function literal(frame: LabelFrame): Promise<{ image: Float32Array; labels: Uint8Array; js: Float32Array }> {
    const graph = generatorGraph(generator, { batch: 1, latent: 'z', noise: 'constant', psi });
    const names = architecture.featureShapes.map(({ name }) => name);
    const maps = Object.fromEntries(names.map((name) => [name, graph.features.get(name)!]));
    const { image, ...features } = await run({ image: graph.outputs.image, ...maps }, { z });
    const { side, left, top } = framePlace(frame);
    const rows = { start: top, end: top + frame.height };
    const logits = literalGraph(featureInputs(architecture, 1), weightValues(architecture), {
      height: side,
      width: side,
      rows,
    });
    const whole = float32Data((await run({ logits }, { ...features, ...Object.fromEntries(weights) }))['logits']);
    const cropped = Float32Array.from({ length: 5 * 5 * frame.height * frame.width }, (_, i) => {
      const [row, x] = [Math.floor(i / frame.width), i % frame.width];
      return whole[row * side + left + x]!;
    });
    const labels = majorityVote(cropped, 5, 5).map((index) => architecture.classes[index]!);
    return { image: float32Data(image), labels, js: jensenShannon(cropped, 5, 5) };
  }

  async function run(outputs: Parameters<typeof buildModel>[0]['outputs'], feeds: Record<string, Tensor>) {
    const session = await Session.create(encodeModel(buildModel({ name: 'test', outputs })), cpu);
    try {
      return await session.run(feeds);
    } finally {
      await session.release();
    }
  }

  for (const [name, frame] of frames) {
    it(`by the factory are those of the literal pipeline: ${name}`, async () => {
      const expected = await literal(frame);
      const labeller = await Labeller.create(
        { network: generator, ensemble: { architecture, weights }, frame },
        1,
        cpu,
      );
      const [made] = await labeller.label([z.data], psi);
      await labeller.release();
      assert.deepEqual(made!.labels, expected.labels);
      made!.uncertainty.forEach((x, i) => assert.ok(Math.abs(x - expected.js[i]!) < 2e-5, `uncertainty ${i}`));
      assert.equal(made!.image.length, 3 * frame.width * frame.height);
      const shown = imageFromTensor(made!.image, frame.width, frame.height).data;
      frameImage(expected.image, frame).data.forEach((x, i) => assert.ok(Math.abs(x - shown[i]!) <= 1, `image ${i}`));
    });
  }

  it('by the session that answers the editor are the same', async () => {
    const [, frame] = frames[0]!;
    const names = architecture.featureShapes.map((shape) => shape.name);
    const synthesizer = new Synthesizer(generator, names, cpu);
    const { features } = await synthesizer.render({ latent: { space: 'z', values: z.data }, psi, noise: 'constant' });
    await synthesizer.release();
    const form = interpreterForm(architecture, weights, frame);
    const session = await InterpreterSession.create(form, cpu);
    const { labels } = await session.run(features, foldedFor(form, weights));
    await session.release();
    const expected = await literal(frame);
    // The maps are in half precision here, so a tie may fall otherwise.
    const differing = labels.filter((id, i) => id !== expected.labels[i]).length;
    assert.equal(labels.length, frame.width * frame.height);
    assert.ok(differing <= 2, `${differing} of ${labels.length}`);
  });

  it('are trained on with the vectors that lie there', async () => {
    for (const [name, frame] of frames) {
      const { side, left, top } = framePlace(frame);
      const shapes = [
        { name: 'a', channels: 2, height: 4, width: 4 },
        { name: 'b', channels: 1, height: 32, width: 32 },
      ];
      const bits = (size: number, seed: number): Uint16Array =>
        // Halves between 1 and 2: exact.
        Uint16Array.from(randomTensor([size], seed).data, (x) => 0x3c00 + Math.floor(512 * (x + 1)));
      const maps = new Map(
        shapes.map(({ name: map, channels, height, width }, i) => [
          map,
          float16Bits([1, channels, height, width], bits(channels * height * width, i)),
        ]),
      );
      const gatherer = await VectorGatherer.create(shapes, 64);
      const pixels = Uint32Array.from({ length: frame.width * frame.height }, (_, i) => i);
      const place = framePlace(frame);
      const vectors = fromHalf((await gatherer.gather(maps, pixels, { ...frame, place })).data);
      await gatherer.release();
      let channel = 0;
      for (const { name: map, channels, height } of shapes) {
        const values = fromHalf(maps.get(map)!.data);
        const matrix = interpolationMatrix(height, side).data;
        for (let c = 0; c < channels; c++, channel++)
          pixels.forEach((pixel) => {
            const [y, x] = [Math.floor(pixel / frame.width) + top, (pixel % frame.width) + left];
            let sum = 0;
            for (let r = 0; r < height; r++)
              for (let k = 0; k < height; k++)
                sum += matrix[y * height + r]! * matrix[x * height + k]! * values[(c * height + r) * height + k]!;
            assert.ok(Math.abs(vectors[pixel * 3 + channel]! - sum) < 2e-3, `${name}: ${map} at ${pixel}`);
          });
      }
    }
  });
});
