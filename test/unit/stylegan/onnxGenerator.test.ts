import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { UserError } from '../../../src/base/userError.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { decodeModel, encodeModel } from '../../../src/engine/onnx/codec.ts';
import type { OnnxModel, OnnxNode } from '../../../src/engine/onnx/model.ts';
import { scalar } from '../../../src/engine/ops.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { encodeFactory } from '../../../src/interpreter/factory.ts';
import { Labeller } from '../../../src/interpreter/labeller.ts';
import { featureNames } from '../../../src/stylegan/architecture.ts';
import { decodeGenerator, encodeGenerator, psiPerLayer, type OnnxGenerator } from '../../../src/stylegan/generator.ts';
import { generatorGraph } from '../../../src/stylegan/generatorGraph.ts';
import { networkHash, type GeneratorNetwork, type StyleganNetwork } from '../../../src/stylegan/generatorParameters.ts';
import { OpenQuestion } from '../../../src/base/openQuestion.ts';
import { latentZ } from '../../../src/stylegan/latents.ts';
import { importOnnxGenerator } from '../../../src/stylegan/onnx/importOnnxGenerator.ts';
import type { OnnxChoice } from '../../../src/stylegan/onnx/readOnnxGenerator.ts';
import { Synthesizer } from '../../../src/stylegan/synthesizer.ts';
import { randomWeights } from '../interpreter/randomInterpreter.ts';
import { ensembleFor, randomGenerator } from '../interpreter/smallGenerator.ts';
import { decodeStylegan } from './decodeStylegan.ts';
import { exported, onnxNode, tinyGraph, tinyModel } from './foreignModel.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow' } as const;

function imported(bytes: Uint8Array, choice: OnnxChoice = {}): Promise<OnnxGenerator> {
  return importOnnxGenerator({ model: { file: 'theirs.onnx', bytes }, name: 'theirs', choice });
}

/** Image and all feature maps of a batch, one after another. */
async function run(network: GeneratorNetwork, z: Tensor): Promise<Tensor[]> {
  const batch = z.shape[0]!;
  const psi = psiPerLayer(network.architecture, 1, 'all');
  const { outputs, features } = generatorGraph(network, { batch, latent: 'z', noise: 'constant', psi });
  const names = featureNames(network.architecture, 'paper');
  const maps = names.map((name, i) => [`f${i}`, features.get(name)!] as const);
  const model = buildModel({ name: 'x', outputs: { image: outputs.image, ...Object.fromEntries(maps) } });
  const session = await Session.create(encodeModel(model), cpu);
  const result = await session.run({ z });
  await session.release();
  return [result['image']!, ...names.map((_, i) => result[`f${i}`]!)];
}

function assertSame(ours: readonly Tensor[], theirs: readonly Tensor[]): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach((map, i) => {
    assert.deepEqual(map.shape, theirs[i]!.shape);
    const [a, b] = [float32Data(map), float32Data(theirs[i])];
    const largest = a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
    const size = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    assert.ok(largest < 1e-6 * size, `map ${i}: ${largest} of ${size}`);
  });
}

async function sameEverywhere(native: StyleganNetwork, foreign: GeneratorNetwork, members = 3): Promise<void> {
  const { zSize } = native.architecture;
  const z = float32([3, zSize], latentZ(9, 0, 3 * zSize));
  assertSame(await run(native, z), await run(foreign, z));

  const architecture = ensembleFor(native, members, [16, 8], [0, 1, 2, 7, 3]);
  const weights = randomWeights(architecture, 3);
  const theirs = { architecture: ensembleFor(foreign, members, [16, 8], [0, 1, 2, 7, 3]), weights };
  const label = async (network: GeneratorNetwork, ensemble: typeof theirs) => {
    const psi = psiPerLayer(network.architecture, 1, 'all');
    const labeller = await Labeller.create({ network, ensemble }, 2, cpu);
    const labelled = await labeller.label([latentZ(1, 0, zSize), latentZ(1, 1, zSize)], psi);
    await labeller.release();
    const factory = await Session.create(encodeFactory({ network, ensemble }, { batch: 1, psi }), cpu);
    assert.deepEqual(factory.inputNames, ['z']);
    const { labels } = await factory.run({ z: float32([1, zSize], latentZ(1, 0, zSize)) });
    await factory.release();
    assert.ok(labels?.dtype === 'uint8');
    assert.deepEqual(labels.data, labelled[0]!.labels);
    return labelled;
  };
  const [a, b] = [await label(native, { architecture, weights }), await label(foreign, theirs)];
  a.forEach(({ labels, image, uncertainty }, i) => {
    assert.ok(new Set(labels).size > 1);
    assert.deepEqual(b[i]!.labels, labels);
    assertSame([float32([image.length], image)], [float32([image.length], b[i]!.image)]);
    uncertainty.forEach((value, at) => assert.ok(Math.abs(value - b[i]!.uncertainty[at]!) < 1e-5));
  });
}

describe('an ONNX generator with feature outputs', () => {
  const bundled = decodeStylegan(
    readFileSync(new URL('../../../models/avatars-64/generator.onnx', import.meta.url)),
    'avatars',
  );
  const small = randomGenerator([12, 12, 8, 6]);

  it('made of the bundled one gives the same image, feature maps and labels', async () => {
    const bytes = encodeModel(exported(bundled));
    const generator = await imported(bytes, { features: featureNames(bundled.architecture, 'paper') });
    assert.equal(generator.architecture.resolution, 64);
    await sameEverywhere(bundled, generator);
  });

  for (const opset of [11, 14, 17, 21]) {
    it(`of other names, any number of images and opset ${opset} does so too`, async () => {
      const model = exported(small, {
        opset,
        names: { latent: 'labels', image: 'interpreter.hidden1.weight', feature: (name) => `/G/${name}/Mul_output_0` },
        batch: 'batch_size',
      });
      const features = featureNames(small.architecture, 'paper').map((name) => `/G/${name}/Mul_output_0`);
      const generator = await imported(encodeModel(model), { features: [features.join(', ')] });
      assert.equal(generator.graph.opset, opset);
      await sameEverywhere(small, generator);
    });
  }

  it('is stored with nothing but what its outputs need, and read back as the same', async () => {
    const bytes = encodeModel(exported(small, { opset: 17 }));
    const features = featureNames(small.architecture, 'paper');
    const generator = await imported(bytes, { features });
    assert.ok(![...generator.graph.initializers.keys()].some((name) => name.includes('idle')));
    const file = encodeGenerator(generator);
    const stored = decodeGenerator(file, 'g.onnx');
    assert.deepEqual(stored.facts, generator.facts);
    assert.deepEqual(encodeGenerator(stored), file);
    assert.equal(stored.sha256, networkHash(generator));
    // It is a plain model of its own.
    const session = await Session.create(file, cpu);
    assert.deepEqual(session.inputNames, ['z']);
    const z = float32([1, 8], latentZ(0, 5, 8));
    const result = await session.run({ z });
    await session.release();
    assertSame(await run(small, z), [result['image']!, ...features.map((_, i) => result[`F0${i}`]!)]);
  });

  it('is known by all that it computes with, and not by what it is called', async () => {
    const features = featureNames(small.architecture, 'paper');
    const model = exported(small, { opset: 17 });
    const hashOf = async (changed: OnnxModel, chosen = features) =>
      networkHash(await imported(encodeModel(changed), { features: chosen }));
    const hash = await hashOf(model);
    assert.equal(await hashOf({ ...model, producer: 'x', metadata: { a: 'b' } }), hash);
    const unused = new Map(model.graph.initializers).set('idle weights', float32([1000], new Array(1000).fill(1)));
    assert.equal(await hashOf({ ...model, graph: { ...model.graph, initializers: unused } }), hash);
    const bias = model.graph.initializers.get('torgb.bias')! as Tensor & { dtype: 'float32' };
    const moved = new Map(model.graph.initializers).set(
      'torgb.bias',
      float32(
        bias.shape,
        bias.data.map((x) => x + 1e-3),
      ),
    );
    assert.notEqual(await hashOf({ ...model, graph: { ...model.graph, initializers: moved } }), hash);
    assert.notEqual(await hashOf(model, features.slice(1)), hash);
    assert.notEqual(await hashOf(model, features.toReversed()), hash);
  });

  it('says what was taken for what', async () => {
    const { facts } = await imported(tinyModel(), { features: ['f4'] });
    assert.equal(facts.format, 'an ONNX model');
    const [first, second, third] = facts.assumed!;
    assert.match(first!, /^Its input z is the latent, its output img the image: −1 is black, 1 is white \(the first one goes from -0\.\d\d to 0\.\d\d\)\.$/); // prettier-ignore
    assert.match(second!, /^Its outputs f4 are the feature maps/);
    assert.match(third!, /no truncation \(psi is 1\), no latents w and w\+, no other noise or class/);
  });

  describe('is taken with', () => {
    it('sizes that it does not declare', async () => {
      const graph = tinyGraph();
      const outputs = [
        { name: 'img', dtype: 'float32' as const, shape: ['', 3, 'h', 'w'] },
        { name: 'f4', dtype: 'float32' as const, shape: [-1, 4, '', ''] },
      ];
      const inputs = [{ name: 'z', dtype: 'float32' as const, shape: ['N', 4] }];
      const { architecture } = await imported(tinyModel({ ...graph, inputs, outputs }), {
        image: 'img',
        features: ['f4'],
      });
      assert.deepEqual(architecture, {
        family: 'onnx',
        resolution: 8,
        zSize: 4,
        imageChannels: 3,
        features: [{ channels: 4, resolution: 4 }],
      });
    });

    it('a psi, which is fixed at 1, and defaults of inputs, which stay', async () => {
      const { nodes, inputs, initializers } = tinyGraph();
      const generator = await imported(
        tinyModel({
          nodes: [
            onnxNode('Mul', ['z', 'truncation_psi'], ['cut']),
            { ...nodes[0]!, inputs: ['cut', 'w'] },
            ...nodes.slice(1),
          ],
          inputs: [
            ...inputs,
            { name: 'truncation_psi', dtype: 'float32', shape: [] },
            { name: 'w', dtype: 'float32', shape: [4, 4] },
          ],
          initializers,
        }),
        { features: ['f4'] },
      );
      assert.ok(generator.facts.assumed!.includes('Fixed at 1, which is no truncation: truncation_psi.'));
      const z = float32([1, 4], [1, 2, 3, 4]);
      assertSame(await run(generator, z), await run(await imported(tinyModel(), { features: ['f4'] }), z));
    });

    it('halves, which become floats at its borders', async () => {
      const { nodes } = tinyGraph();
      const cast = (from: string, to: string, type: number): OnnxNode =>
        onnxNode('Cast', [from], [to], { to: { kind: 'int', value: type } });
      const generator = await imported(
        tinyModel({
          nodes: [
            cast('half z', 'z', 1),
            ...nodes.map((node) => ({ ...node, name: '', outputs: node.outputs.map((name) => (name === 'img' ? 'float img' : name)) })), // prettier-ignore
            cast('float img', 'img', 10),
            cast('f4', 'half f4', 10),
          ],
          inputs: [{ name: 'half z', dtype: 'float16', shape: [1, 4] }],
          outputs: [
            { name: 'img', dtype: 'float16', shape: [1, 3, 8, 8] },
            { name: 'half f4', dtype: 'float16', shape: [1, 4, 4, 4] },
          ],
        }),
        { features: ['half f4'] },
      );
      const z = float32([1, 4], [1, 2, 0.5, -4]);
      const [halves, floats] = [
        await run(generator, z),
        await run(await imported(tinyModel(), { features: ['f4'] }), z),
      ];
      halves.forEach((map, i) => {
        const wanted = float32Data(floats[i]);
        float32Data(map).forEach((value, at) => assert.ok(Math.abs(value - wanted[at]!) < 0.01));
      });
    });

    it('doubles inside', async () => {
      const { nodes, initializers } = tinyGraph();
      const cast = (from: string, to: string, type: number): OnnxNode =>
        onnxNode('Cast', [from], [to], { to: { kind: 'int', value: type } });
      const withOne = new Map(initializers).set('one', { dtype: 'float64', shape: [], data: Float64Array.of(1) });
      const generator = await imported(
        tinyModel({
          nodes: [
            cast('z', 'double z', 11),
            onnxNode('Mul', ['double z', 'one'], ['more']),
            cast('more', 'single z', 1),
            { ...nodes[0]!, inputs: ['single z', 'w'] },
            ...nodes.slice(1),
          ],
          initializers: withOne,
        }),
        { features: ['f4'] },
      );
      const z = float32([1, 4], [1, 2, 0.5, -4]);
      const stored = decodeGenerator(encodeGenerator(generator), 'g');
      assertSame(await run(stored, z), await run(await imported(tinyModel(), { features: ['f4'] }), z));
    });

    it('operations of com.microsoft, which the runtime brings', async () => {
      const { nodes } = tinyGraph();
      const gelu = onnxNode('Gelu', ['styles'], ['gelu'], {}, 'com.microsoft');
      const generator = await imported(
        tinyModel({ nodes: [nodes[0]!, gelu, { ...nodes[1]!, inputs: ['gelu', 'shape'] }, ...nodes.slice(2)] }),
        { features: ['f4'] },
      );
      const again = decodeGenerator(encodeGenerator(generator), 'g');
      const z = float32([2, 4], latentZ(0, 0, 8));
      assertSame(await run(again, z), await run(generator, z));
    });
  });

  describe('asks, where it can not be told,', () => {
    const asked = async (bytes: Uint8Array, choice: OnnxChoice, kind: string, sentence: RegExp) => {
      const error: unknown = await imported(bytes, choice).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof OpenQuestion);
      assert.equal(error.question.kind, kind);
      assert.match(error.message, sentence);
      return error.question;
    };

    it('which outputs are feature maps', async () => {
      const question = await asked(
        tinyModel(),
        {},
        'features',
        /^theirs\.onnx: choose the outputs that are feature maps, of f4 \[1, 4, 4, 4\]: all of them are --features f4\.$/,
      );
      assert.deepEqual(question, { kind: 'features', outputs: [{ name: 'f4', text: 'f4 [1, 4, 4, 4]' }] });
    });

    it('which output is the image', async () => {
      const outputs = [...tinyGraph().outputs, { name: 'small', dtype: 'float32' as const, shape: ['n', 3, 4, 4] }];
      const sentence =
        /which output is the image\? Say --image with one of img \[1, 3, 8, 8\], small \[n, 3, 4, 4\]\.$/;
      await asked(tinyModel({ outputs }), {}, 'image', sentence);
      const { architecture } = await imported(tinyModel({ outputs }), { features: ['f4', 'small'] });
      assert.deepEqual(architecture.features.map(({ channels }) => channels), [4, 3]); // prettier-ignore
    });

    it('which input is the latent', async () => {
      const { nodes, inputs: [z] } = tinyGraph(); // prettier-ignore
      const inputs = [z!, { name: 'style', dtype: 'float32' as const, shape: [1, 4] }];
      // What nothing needs is no candidate.
      await imported(tinyModel({ inputs }), { features: ['f4'] });
      const mixed = [
        onnxNode('Add', ['z', 'style'], ['both']),
        { ...nodes[0]!, inputs: ['both', 'w'] },
        ...nodes.slice(1),
      ];
      const sentence = /--latent with one of z \[1, 4\], style \[1, 4\]/;
      await asked(tinyModel({ inputs, nodes: mixed }), { features: ['f4'] }, 'latent', sentence);
    });
  });

  describe('is refused, with a sentence, when', () => {
    const { nodes, inputs, outputs, initializers } = tinyGraph();
    const refused = async (bytes: Uint8Array, sentence: RegExp, choice: OnnxChoice = { features: ['f4'] }) => {
      const error: unknown = await imported(bytes, choice).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, sentence);
    };
    const output = (name: string, shape: (number | string)[], dtype: 'float32' | 'int64' = 'float32') => ({ name, dtype, shape }); // prettier-ignore

    it('it is a model of ours, or no generator', async () => {
      const own = encodeModel(buildModel({ name: 'x', outputs: { y: scalar(1) }, metadata: { 'datasetgan.generator': '{}' } })); // prettier-ignore
      await refused(own, /a generator of DatasetGAN already/);
      await refused(
        tinyModel({ outputs: [output('f4', [1, 4, 4, 4])] }),
        /no output that looks like an image.*its outputs are f4/,
      );
      await refused(tinyModel({ outputs: outputs.slice(0, 1) }), /gives out no feature maps besides the image img/, {});
    });

    it('a choice is not there, or not possible', async () => {
      await refused(tinyModel(), /has no output b64; its outputs are img \[1, 3, 8, 8\], f4/, { features: ['b64'] });
      await refused(tinyModel(), /has no input w; its inputs are z/, { features: ['f4'], latent: 'w' });
      await refused(tinyModel(), /f4 \[1, 4, 4, 4\] is named twice/, { features: ['f4', 'f4'] });
      await refused(tinyModel(), /f4 .* is no image, which has 1 or 3 channels/, { image: 'f4', features: ['img'] });
      await refused(tinyModel(), /img .* is the image and can not be a feature map/, {
        image: 'img',
        features: ['img'],
      });
      await refused(tinyModel(), /names no output/, { features: [','] });
    });

    it('shapes are not those of a generator', async () => {
      const map = (shape: (number | string)[]) => tinyModel({ outputs: [outputs[0]!, output('f4', shape)] });
      await refused(map([1, 4, 16]), /f4 \[1, 4, 16\] is no map, which has four axes/);
      await refused(map([2, 4, 4, 4]), /is of 2 images at once/);
      await refused(map([1, 'c', 4, 4]), /does not say how many channels/);
      await refused(map([1, 4, 4, 2]), /is not square/);
      await refused(tinyModel({ outputs: [outputs[0]!, output('f4', [1, 4, 4, 4], 'int64')] }), /holds int64 values/);
      const latent = (shape: (number | string)[]) => tinyModel({ inputs: [output('z', shape)] });
      await refused(latent([1, 4, 1]), /no input that looks like a latent.*; its inputs are z \[1, 4, 1\]/);
      await refused(latent([8, 4]), /takes 8 latents at once/, { features: ['f4'], latent: 'z' });
      await refused(latent(['n', 'm']), /does not say how many values/, { features: ['f4'], latent: 'z' });
    });

    it('what comes out is not what it declares', async () => {
      await refused(tinyModel({ outputs: [outputs[0]!, output('f4', [1, 4, 8, 8])] }), /f4 \[1, 4, 8, 8\] was \[1, 4, 4, 4\] when it was run|can't be run/); // prettier-ignore
      const large = [onnxNode('Resize', ['img', '', 'scales'], ['big'])];
      await refused(
        tinyModel({ nodes: [...nodes, ...large], outputs: [...outputs, output('big', ['', 3, '', ''])] }),
        /big \[\?, 3, \?, \?\] is larger than the image \(8×8\): if it has a margin, crop it/,
        { features: ['big'] },
      );
    });

    it('its numbers are none', async () => {
      const damaged = new Map(initializers).set('w', float32([4, 4], new Array(16).fill(3e38)));
      await refused(tinyModel({ initializers: damaged }), /values that are no finite numbers/);
    });

    it('its image does not depend on the latent, or on more than it', async () => {
      const still = [
        onnxNode('Mul', ['z', 'zero'], ['none']),
        { ...nodes[0]!, inputs: ['none', 'w'] },
        ...nodes.slice(1),
      ];
      const zero = new Map(initializers).set('zero', float32([1], [0]));
      await refused(tinyModel({ nodes: still, initializers: zero }), /the same image of every latent/);
      const apart = new Map(initializers).set('fixed', float32([1, 4], [1, 2, 3, 4]));
      await refused(tinyModel({ nodes: [{ ...nodes[0]!, inputs: ['fixed', 'w'] }, ...nodes.slice(1)], initializers: apart }), /floats \[1, values\] that its image depends on; its inputs are z/); // prettier-ignore
      await refused(tinyModel({ outputs: [outputs[0]!, output('scales', [1, 4, 4, 4])] }), /scales is not computed by it/, { features: ['scales'] }); // prettier-ignore
      const noisy = [...nodes.slice(0, 2), onnxNode('Add', ['columns', 'noise'], ['louder']), { ...nodes[2]!, inputs: ['louder', 'pattern'] }, ...nodes.slice(3)]; // prettier-ignore
      await refused(tinyModel({ nodes: noisy, inputs: [...inputs, output('noise', [1, 1, 1, 1])] }), /another input besides the latent, noise \[1, 1, 1, 1\]/); // prettier-ignore
    });

    it('it draws random numbers', async () => {
      const random = [
        onnxNode('RandomNormalLike', ['z'], ['r']),
        onnxNode('Add', ['z', 'r'], ['zr']),
        { ...nodes[0]!, inputs: ['zr', 'w'] },
        ...nodes.slice(1),
      ];
      await refused(tinyModel({ nodes: random }), /draws random numbers as it runs \(RandomNormalLike\)/);
      const ratio = new Map(initializers).set('ratio', float32([], [0.5])).set('on', { dtype: 'bool', shape: [], data: Uint8Array.of(1) }); // prettier-ignore
      const dropout = [onnxNode('Dropout', ['z', 'ratio', 'on'], ['zr']), { ...nodes[0]!, inputs: ['zr', 'w'] }, ...nodes.slice(1)]; // prettier-ignore
      await refused(tinyModel({ nodes: dropout, initializers: ratio }), /another image each time of the same latent/);
    });

    it('its operations are not plain ONNX, or would not end', async () => {
      const custom = [{ ...nodes[0]!, domain: 'org.pytorch.aten' }, ...nodes.slice(1)];
      await refused(tinyModel({ nodes: custom }), /the operation MatMul of org\.pytorch\.aten/);
      await refused(tinyModel({ opset: 9 }), /opset 9 of ONNX, and 11 to 23 are read: export it again/);
      const body = { kind: 'graph', value: { name: 'b', nodes: [], inputs: [], outputs: [], initializers: new Map() } } as const; // prettier-ignore
      const loop = [onnxNode('Loop', ['', '', 'z'], ['zl'], { body }), { ...nodes[0]!, inputs: ['zl', 'w'] }, ...nodes.slice(1)]; // prettier-ignore
      await refused(tinyModel({ nodes: loop }), /holds a loop \(Loop\)/);
      await refused(tinyModel({ nodes: [{ ...nodes[0]!, opType: 'Nonsense' }, ...nodes.slice(1)] }), /^theirs\.onnx can't be run: .*Nonsense/); // prettier-ignore
    });

    it('more is asked of it than it has', async () => {
      const generator = await imported(tinyModel(), { features: ['f4'] });
      assert.throws(() => psiPerLayer(generator.architecture, 0.7, 8), /has no truncation, but psi is 0\.7: make it 1/);
      assert.equal(psiPerLayer(generator.architecture, 0.7, 0).length, 0);
      const synthesizer = new Synthesizer(generator, [], cpu);
      await assert.rejects(synthesizer.render({ latent: { space: 'w', values: new Float32Array(4) }, psi: new Float32Array(0), noise: 'constant' }), /takes no latents w/); // prettier-ignore
    });

    it('its stored file was changed', async () => {
      const model = decodeModel(encodeGenerator(await imported(tinyModel(), { features: ['f4'] })), 'g');
      const read = (changed: OnnxModel) => () => decodeGenerator(encodeModel(changed), 'g.onnx');
      const { graph } = model;
      assert.throws(
        read({ ...model, graph: { ...graph, outputs: graph.outputs.slice(1) } }),
        /inputs and outputs are not those/,
      );
      assert.throws(read({ ...model, graph: { ...graph, inputs: [{ name: 'z', dtype: 'float32', shape: [1, 5] }] } }), /inputs and outputs are not those/); // prettier-ignore
      assert.throws(read({ ...model, opsets: [{ domain: '', version: 9 }] }), /opset 9/);
      const random = [...graph.nodes, onnxNode('RandomNormal', [], ['r'])];
      assert.throws(read({ ...model, graph: { ...graph, nodes: random } }), /draws random numbers/);
    });
  });
});
