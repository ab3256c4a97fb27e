import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { UserError } from '../../../src/base/userError.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { decodeModel, encodeModel } from '../../../src/engine/onnx/codec.ts';
import { scalar } from '../../../src/engine/ops.ts';
import { float32 } from '../../../src/engine/tensor.ts';
import { decodeGenerator, encodeGenerator, psiPerLayer } from '../../../src/stylegan/generator.ts';
import { decodeStylegan } from './decodeStylegan.ts';
import { networkHash } from '../../../src/stylegan/generatorParameters.ts';
import { importGenerator } from '../../../src/stylegan/importGenerator.ts';

const fixture = (name: string) => ({
  file: name,
  bytes: new Uint8Array(readFileSync(new URL(`../../fixtures/checkpoints/${name}`, import.meta.url))),
});
const checkpoint = fixture('stylegan1-32.for_g_all.pt');

describe('a generator’s file', () => {
  it('gives back what was imported, and is the same when it is written again', async () => {
    const generator = await importGenerator({ checkpoint, name: 'small', attribution: 'us', seed: 4 });
    const bytes = encodeGenerator(generator);
    const stored = decodeStylegan(bytes, 'small.onnx');
    assert.deepEqual(stored.architecture, generator.architecture);
    assert.deepEqual(stored.facts, generator.facts);
    assert.deepEqual(new Set(stored.parameters.keys()), new Set(generator.parameters.keys()));
    for (const [name, tensor] of generator.parameters) assert.deepEqual(stored.parameters.get(name), tensor, name);
    assert.deepEqual(encodeGenerator(stored), bytes);
  });

  it('is known by what it computes with: the same after importing again, another with one other weight', async () => {
    const once = await importGenerator({ checkpoint, name: 'once', seed: 4 });
    const again = await importGenerator({ checkpoint: { ...checkpoint, file: 'copy.pt' }, name: 'again', seed: 4 });
    assert.equal(networkHash(once), networkHash(again));
    assert.equal(decodeGenerator(encodeGenerator(once), 'once').sha256, networkHash(once));
    const wAvg = once.parameters.get('w_avg')!;
    const moved = float32(
      wAvg.shape,
      wAvg.data.map((value, i) => (i === 0 ? value + 1 : value)),
    );
    const other = { ...once, parameters: new Map([...once.parameters, ['w_avg', moved] as const]) };
    assert.notEqual(networkHash(once), networkHash(other));
    assert.notEqual(networkHash(once), networkHash(await importGenerator({ checkpoint, name: 'noise', seed: 5 })));
  });

  it('samples w_avg and noise that the checkpoint lacks, and says so', async () => {
    const { facts, parameters } = await importGenerator({ checkpoint, name: 'small', seed: 4 });
    assert.deepEqual(facts.wAvg, { from: 'mapping', samples: 10_000, seed: 4 });
    assert.deepEqual(facts.noise, { from: 'seed', seed: 4 });
    const noise = [...parameters.get('noise.07')!.data];
    const mean = noise.reduce((a, b) => a + b) / noise.length;
    assert.ok(Math.abs(mean) < 0.15, `noise of mean ${mean}`);
  });

  it('refuses noise and w_avg of another generator, and names the file', async () => {
    const noise = fixture('stylegan1-128.for_g_all.noise.npz');
    await assert.rejects(
      importGenerator({ checkpoint, name: 'x', noise, seed: 0 }),
      /noise\.npz holds 12 arrays; this generator has 8/,
    );
    const wAvg = fixture('stylegan1-32.for_g_all.z.npy');
    await assert.rejects(
      importGenerator({ checkpoint, name: 'x', wAvg, seed: 0 }),
      /z\.npy is float32 .* expected floats/,
    );
  });

  describe('is refused, with a sentence, when it is', () => {
    const refused = (bytes: Uint8Array, sentence: RegExp) =>
      assert.throws(
        () => decodeGenerator(bytes, 'g.onnx'),
        (error) => error instanceof UserError && sentence.test(error.message),
      );
    const encoded = async () => encodeGenerator(await importGenerator({ checkpoint, name: 'small', seed: 4 }));

    it('another model', () => {
      refused(
        encodeModel(buildModel({ name: 'x', outputs: { y: scalar(1) } })),
        /g\.onnx is an ONNX model, but no generator/,
      );
    });
    it('from the future', async () => {
      const model = decodeModel(await encoded(), 'g.onnx');
      const text = model.metadata['datasetgan.generator']!.replace('"version":1', '"version":2');
      refused(encodeModel({ ...model, metadata: { 'datasetgan.generator': text } }), /newer version/);
    });
    it('without one of its weights', async () => {
      const model = decodeModel(await encoded(), 'g.onnx');
      const initializers = new Map([...model.graph.initializers].filter(([name]) => name !== 'torgb.bias'));
      refused(encodeModel({ ...model, graph: { ...model.graph, initializers } }), /torgb\.bias is missing/);
    });
    it('cut off', async () => refused((await encoded()).subarray(0, 20_000), /g\.onnx/));
  });
});

describe('truncation', () => {
  it('acts on the coarse layers only where a number is given', () => {
    const { architecture } = decodeGenerator(
      readFileSync(new URL('../../../models/avatars-64/generator.onnx', import.meta.url)),
      'avatars',
    );
    assert.deepEqual([...psiPerLayer(architecture, 0.5, 3)], [0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual([...psiPerLayer(architecture, 0.5, 'all')], new Array(10).fill(0.5));
  });
});
