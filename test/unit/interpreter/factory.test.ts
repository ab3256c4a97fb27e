import assert from 'node:assert/strict';
import { decodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session, type Runtime } from '../../../src/engine/session.ts';
import { float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { encodeFactory, FACTORY_METADATA } from '../../../src/interpreter/factory.ts';
import { psiPerLayer } from '../../../src/stylegan/generator.ts';
import { randomTensor, randomWeights } from './randomInterpreter.ts';
import { ensembleFor, randomGenerator } from './smallGenerator.ts';

describe('encodeFactory', () => {
  const generator = randomGenerator([12, 12, 8, 6]);
  const architecture = ensembleFor(generator, 5, [16, 8], [0, 1, 2, 7, 3]);
  const weights = randomWeights(architecture, 3);
  const batch = 2;
  const psi = psiPerLayer(generator.architecture, 0.7, 4);
  const z = randomTensor([batch, 8], 11, 2);
  const bytes = encodeFactory(
    { network: generator, ensemble: { architecture, weights } },
    { batch, psi, description: { attribution: 'us' } },
  );

  async function run(model: Uint8Array, runtime?: Runtime): Promise<Record<string, Tensor>> {
    const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow', threads: 1 }, runtime);
    try {
      assert.deepEqual(session.inputNames, ['z']);
      return await session.run({ z });
    } finally {
      await session.release();
    }
  }

  it('takes latents and gives images, permanent class ids and uncertainty', async () => {
    const { image, labels, uncertainty } = await run(bytes);
    assert.deepEqual(image?.shape, [batch, 3, 32, 32]);
    assert.deepEqual(labels?.shape, [batch, 32, 32]);
    assert.deepEqual(uncertainty?.shape, [batch, 32, 32]);
    assert.equal(labels.dtype, 'uint8');
    const seen = new Set(labels.data);
    assert.ok(seen.size > 1 && [...seen].every((id) => architecture.classes.includes(id)), [...seen].join());
    assert.ok(float32Data(uncertainty).every((x) => x >= 0 && x <= Math.log(5) + 1e-6));
  });

  it('gives the same in WebAssembly', async () => {
    const web = await import('onnxruntime-web');
    web.env.wasm.numThreads = 1;
    const [node, wasm] = [await run(bytes), await run(bytes, web)];
    assert.deepEqual(wasm['labels'], node['labels']);
    for (const name of ['image', 'uncertainty']) {
      const [a, b] = [float32Data(node[name]), float32Data(wasm[name])];
      a.forEach((x, i) => assert.ok(Math.abs(x - b[i]!) < 1e-4, `${name}[${i}]: ${x} and ${b[i]}`));
    }
  });

  it('cut in strips or not, gives the same', async () => {
    const options = { batch, psi };
    const plan = { rows: 8 };
    const strips = await run(
      encodeFactory({ network: generator, ensemble: { architecture, weights } }, { ...options, plan }),
    );
    assert.deepEqual(strips['labels'], (await run(bytes))['labels']);
  });

  it('holds ai.onnx operations only and says where it comes from', () => {
    const model = decodeModel(bytes, 'factory.onnx');
    assert.deepEqual(
      model.opsets.map(({ domain }) => domain),
      [''],
    );
    assert.ok(model.graph.nodes.every(({ domain = '' }) => domain === ''));
    const description: unknown = JSON.parse(model.metadata[FACTORY_METADATA]!);
    assert.deepEqual(description, { version: 1, attribution: 'us', classIds: [0, 1, 2, 7, 3] });
  });
});
