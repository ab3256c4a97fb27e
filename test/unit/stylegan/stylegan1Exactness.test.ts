import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import type { Value } from '../../../src/engine/value.ts';
import { noiseResolutions } from '../../../src/stylegan/architecture.ts';
import { layerName } from '../../../src/stylegan/featureMap.ts';
import { convolutionName } from '../../../src/stylegan/stylegan1/architecture.ts';
import { psiPerLayer } from '../../../src/stylegan/generator.ts';
import { generatorGraph, mappingGraph } from '../../../src/stylegan/generatorGraph.ts';
import type { StyleganNetwork } from '../../../src/stylegan/generatorParameters.ts';
import { noiseName } from '../../../src/stylegan/noiseName.ts';
import { readNpy, readNpz } from '../../../src/stylegan/npy.ts';
import { readCheckpoint } from '../../../src/stylegan/readCheckpoint.ts';
import { decodeStylegan } from './decodeStylegan.ts';

const fixtures = new URL('../../fixtures/', import.meta.url);
const bytes = (path: string) => new Uint8Array(readFileSync(new URL(path, fixtures)));
const array = (path: string) => readNpy(bytes(path), path);
const arrays = (path: string) => readNpz(bytes(path), path);

/** Largest difference of any element. */
function distance(a: Tensor | undefined, b: Tensor | undefined): number {
  assert.deepEqual(a?.shape, b?.shape);
  const x = float32Data(a);
  return float32Data(b).reduce((most, value, i) => Math.max(most, Math.abs(value - x[i]!)), 0);
}

function rows(tensor: Tensor, from: number, to: number): Tensor {
  const width = tensor.data.length / tensor.shape[0]!;
  return float32([to - from, ...tensor.shape.slice(1)], float32Data(tensor).slice(from * width, to * width));
}

async function run(outputs: Record<string, Value>, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await Session.create(encodeModel(buildModel({ name: 'exactness', outputs })), {
    provider: 'cpu',
    cpuFallback: 'allow',
  });
  const result = await session.run(
    Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))),
  );
  await session.release();
  return result;
}

describe('StyleGAN 1 computes what the original program recorded', () => {
  for (const name of ['stylegan1-32', 'stylegan1-128']) {
    it(`${name}: mapping, image and the released code's features, with the noise that it drew`, async () => {
      const path = `checkpoints/${name}.for_g_all`;
      const { architecture, parameters } = readCheckpoint(bytes(`${path}.pt`), `${name}.pt`);
      // This container holds no w_avg; any will do where nothing is truncated.
      const network: StyleganNetwork = {
        architecture,
        parameters: new Map([...parameters, ['w_avg', float32([architecture.wSize])]]),
      };
      const z = array(`${path}.z.npy`);
      const batch = z.shape[0]!;
      const noise = [...arrays(`${path}.noise.npz`)].map(([, value], layer) => [noiseName(layer), value] as const);
      assert.equal(noise.length, noiseResolutions(architecture).length);
      const graph = generatorGraph(network, { batch, latent: 'z', noise: 'fed' });
      const feeds = {
        z,
        psi: float32([noise.length], psiPerLayer(architecture, 1, 'all')),
        ...Object.fromEntries(noise),
      };
      const result = await run({ ...graph.outputs, ...Object.fromEntries(graph.features) }, feeds);
      const ws = array(`${path}.ws.npy`);
      const w = float32Data(result['w']);
      const width = architecture.wSize;
      float32Data(ws).forEach((value, i) => {
        const [sample, column] = [Math.floor(i / (width * noise.length)), i % width];
        assert.ok(Math.abs(w[sample * width + column]! - value) < 1e-4, `w of sample ${sample}`);
      });
      const styled = generatorGraph(network, { batch, latent: 'w+', noise: 'fed' });
      const again = await run(styled.outputs, { ws, ...Object.fromEntries(noise) });
      assert.ok(distance(again['image'], array(`${path}.image.npy`)) < 1e-3, 'image from w+');
      assert.ok(distance(result['image'], array(`${path}.image.npy`)) < 1e-3);
      const recorded = [...arrays(`${path}.features.npz`).values()];
      assert.equal(recorded.length, noise.length);
      for (const [i, feature] of recorded.entries()) {
        // Per block: the second AdaIN's output, then the raw second convolution.
        const ours = i % 2 === 0 ? layerName(i + 1) : convolutionName(i);
        assert.ok(distance(rows(result[ours]!, 0, 1), feature) < 1e-3, `feature ${i} (${ours})`);
      }
    });
  }

  describe('avatars-64', () => {
    const path = 'avatars-64/avatars-64';
    // The bundled file: import, storage and reading back are part of what is checked.
    const stored = '../../models/avatars-64/generator.onnx';
    const network = decodeStylegan(bytes(stored), stored);
    const z = array(`${path}.z.npy`);

    it('mapping', async () => {
      const { w } = await run({ w: mappingGraph(network, z.shape[0]!) }, { z });
      assert.ok(distance(w, array(`${path}.w.npy`)) < 1e-4);
    });

    for (const [psi, file] of [
      [1, 'image_psi1'],
      [0.8, 'image_psi080'],
    ] as const) {
      it(`image at psi ${psi}${psi < 1 ? ' and all ten AdaIN outputs' : ''}`, async () => {
        const recorded = array(`${path}.${file}.npy`);
        const batch = recorded.shape[0]!;
        const graph = generatorGraph(network, { batch, latent: 'z', noise: 'constant' });
        const feeds = { z: rows(z, 0, batch), psi: float32([10], psiPerLayer(network.architecture, psi, 'all')) };
        const result = await run({ ...graph.outputs, ...Object.fromEntries(graph.features) }, feeds);
        assert.ok(distance(result['image'], recorded) < 1e-3);
        if (psi === 1) return;
        const features = arrays(`${path}.features_psi080.npz`);
        assert.equal(features.size, 10);
        for (const [name, feature] of features) assert.ok(distance(rows(result[name]!, 0, 1), feature) < 1e-3, name);
      });
    }
  });
});
