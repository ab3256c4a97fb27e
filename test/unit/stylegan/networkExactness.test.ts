import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { featureMaps, noiseResolutions, styleLayerCount } from '../../../src/stylegan/architecture.ts';
import { encodeGenerator, type StyleganGenerator } from '../../../src/stylegan/generator.ts';
import { generatorGraph } from '../../../src/stylegan/generatorGraph.ts';
import { importGenerator } from '../../../src/stylegan/importGenerator.ts';
import { readNpy } from '../../../src/stylegan/npy.ts';
import { decodeStylegan } from './decodeStylegan.ts';

// Small networks with random weights in the genuine containers, with what their original programs computed.
const folder = new URL('../../fixtures/checkpoints/', import.meta.url);
const bytes = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

/** Rows of a batch. */
function rows(tensor: Tensor, indices: readonly number[]): Tensor {
  const width = tensor.data.length / tensor.shape[0]!;
  const data = indices.flatMap((i) => Array.from(float32Data(tensor).subarray(i * width, (i + 1) * width)));
  return float32([indices.length, ...tensor.shape.slice(1)], data);
}

function distance(a: Tensor | undefined, b: Tensor | undefined): number {
  assert.deepEqual(a?.shape, b?.shape);
  const x = float32Data(a);
  return float32Data(b).reduce((most, value, i) => Math.max(most, Math.abs(value - x[i]!)), 0);
}

interface Case {
  readonly file: string;
  /** Where the outputs were recorded under another name. */
  readonly recorded?: string;
  /** Which samples were recorded with the noise that the file holds. */
  readonly samples?: readonly number[];
  /** The recording is of PyTorch's program, whose instance normalisation adds more than TensorFlow's. */
  readonly epsilon?: number;
}

const cases: readonly Case[] = [
  { file: 'rosinality-stylegan2-32.pt' },
  { file: 'stylegan2-ada-32.pkl' },
  { file: 'stylegan2-ada-16-resnet.pkl' },
  { file: 'stylegan2-ada-16-orig.pkl' },
  { file: 'stylegan2-ada-16-grey-conditional-clamp.pkl' },
  { file: 'stylegan2-32.tensorflow.pkl', recorded: 'stylegan2-ada-32' },
  { file: 'stylegan1-32.tensorflow.pkl', recorded: 'stylegan1-32.for_g_all', samples: [0], epsilon: 1e-5 },
  { file: 'stylegan3-t-32.pkl' },
  { file: 'stylegan3-r-16.pkl' },
];

async function run(generator: StyleganGenerator, z: Tensor, psi: number): Promise<Record<string, Tensor>> {
  const { outputs, features } = generatorGraph(generator, { batch: z.shape[0]!, latent: 'z', noise: 'constant' });
  const model = buildModel({ name: 'exactness', outputs: { ...outputs, ...Object.fromEntries(features) } });
  const session = await Session.create(encodeModel(model), { provider: 'cpu', cpuFallback: 'allow' });
  const layers = styleLayerCount(generator.architecture);
  const result = await session.run({ z, psi: float32([layers], new Float32Array(layers).fill(psi)) });
  await session.release();
  return result;
}

describe('imported generators compute what their original programs recorded', () => {
  for (const { file, recorded = file.replace(/\.(pt|pkl)$/, ''), samples, epsilon } of cases) {
    const array = (what: string): Tensor | undefined => {
      const name = `${recorded}.${what}.npy`;
      return existsSync(new URL(name, folder)) ? readNpy(bytes(name), name) : undefined;
    };
    const z = array('z')!;
    const all = samples ?? Array.from({ length: z.shape[0]! }, (_, i) => i);
    const classes = array('c');
    const classOf = (sample: number): number | undefined => classes && float32Data(rows(classes, [sample])).indexOf(1);

    for (const chosenClass of new Set(all.map(classOf))) {
      const chosen = all.filter((sample) => classOf(sample) === chosenClass);
      it(`${file}${chosenClass === undefined ? '' : `, class ${chosenClass}`}: mapping, image, and image at psi 0.7`, async () => {
        const imported = await importGenerator({
          checkpoint: { file, bytes: bytes(file) },
          name: file,
          chosenClass,
          seed: 0,
        });
        // Storing and reading back are part of what is checked.
        const stored = decodeStylegan(encodeGenerator(imported), file);
        const { architecture } = stored;
        const generator =
          architecture.family === 'stylegan1' && epsilon !== undefined
            ? { ...stored, architecture: { ...architecture, epsilon } }
            : stored;
        const result = await run(generator, rows(z, chosen), 1);
        assert.ok(distance(result['image'], rows(array('image')!, chosen)) < 1e-3, 'image');
        const ws = rows((array('ws') ?? array('w'))!, chosen);
        const { wSize } = generator.architecture;
        const perSample = ws.data.length / chosen.length;
        chosen.forEach((_, i) =>
          float32Data(result['w'])
            .subarray(i * wSize, (i + 1) * wSize)
            .forEach((value, k) => assert.ok(Math.abs(value - float32Data(ws)[i * perSample + k]!) < 1e-4, 'w')),
        );
        const truncated = array('image_psi07');
        if (truncated) {
          const { image } = await run(generator, rows(z, chosen), 0.7);
          assert.ok(distance(image, rows(truncated, chosen)) < 1e-3, 'image at psi 0.7');
        }
        for (const { name, channels, resolution } of featureMaps(generator.architecture, 'paper'))
          assert.deepEqual(result[name]?.shape, [chosen.length, channels, resolution, resolution], name);
        const { facts } = generator;
        assert.equal(facts.noise.from, noiseResolutions(generator.architecture).length > 0 ? 'file' : 'seed');
        assert.equal(facts.wAvg.from, 'file');
      });
    }
  }

  it('the w_avg of a TensorFlow file is the recorded one', async () => {
    const file = 'stylegan1-32.tensorflow.pkl';
    const generator = await importGenerator({ checkpoint: { file, bytes: bytes(file) }, name: file, seed: 0 });
    const recorded = readNpy(bytes('stylegan1-32.tensorflow.w_avg.npy'), 'w_avg');
    assert.ok(distance(generator.parameters.get('w_avg'), recorded) < 1e-6);
  });

  it('a conditional generator asks for a class and refuses one that it does not have', async () => {
    const file = 'stylegan2-ada-16-grey-conditional-clamp.pkl';
    const checkpoint = { file, bytes: bytes(file) };
    await assert.rejects(importGenerator({ checkpoint, name: file, seed: 0 }), {
      message: `${file} is conditional: choose one of its 3 classes with --class 0 … 2.`,
      question: { kind: 'class', classes: 3 },
    });
    await assert.rejects(importGenerator({ checkpoint, name: file, seed: 0, chosenClass: 3 }), {
      message: `${file} has the classes 0 to 2; there is no class 3.`,
    });
  });
});
