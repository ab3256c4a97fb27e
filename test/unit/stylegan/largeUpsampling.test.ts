import assert from 'node:assert/strict';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, sizeOf, type TensorOf } from '../../../src/engine/tensor.ts';
import { generatorGraph } from '../../../src/stylegan/generatorGraph.ts';
import { parameterShapes, type StyleganNetwork } from '../../../src/stylegan/generatorParameters.ts';
import type { Stylegan2Architecture } from '../../../src/stylegan/stylegan2/architecture.ts';
import { randomNumbers } from '../../fuzz/randomNumbers.ts';

const layer = 'synthesis.512.conv0';

/** A network with few channels but in its last block. */
function network(channels: number): StyleganNetwork {
  const architecture: Stylegan2Architecture = {
    family: 'stylegan2',
    resolution: 512,
    zSize: 4,
    wSize: 4,
    mappingLayers: 1,
    mappingWidth: 4,
    imageChannels: 1,
    condition: null,
    structure: 'skip',
    blocks: [4, 8, 16, 32, 64, 128, 256, 512].map((resolution) => ({
      resolution,
      channels: resolution === 512 ? channels : 2,
    })),
    clamp: null,
  };
  const random = randomNumbers(1);
  const filled = (shape: readonly number[]): TensorOf<'float32'> =>
    float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random(2000) / 1000 - 1),
    );
  const shapes = [...parameterShapes(architecture)].filter(([name]) => !name.startsWith('synthesis.512.'));
  const last = [...parameterShapes(architecture)].filter(([name]) => name.startsWith('synthesis.512.'));
  // Those of the last block come last, so that all others are the same for any number of channels.
  return { architecture, parameters: new Map([...shapes, ...last].map(([name, shape]) => [name, filled(shape)])) };
}

async function upsampledMap({ architecture, parameters }: StyleganNetwork): Promise<Float32Array> {
  const { features } = generatorGraph({ architecture, parameters }, { batch: 1, latent: 'w+', noise: 'constant' });
  const model = encodeModel(buildModel({ name: 'map', outputs: { map: features.get('S13')! } }));
  const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow' });
  const { map } = await session.run({ ws: float32([1, 16, 4], new Float32Array(64).fill(0.5)) });
  await session.release();
  return float32Data(map);
}

describe('StyleGAN 2 at a large size', () => {
  it('upsamples some channels at a time and gives the same', async () => {
    const [many, few] = [network(48), network(16)];
    const own = few.parameters.get(`${layer}.weight`)!;
    const all = many.parameters.get(`${layer}.weight`)!;
    const parameters = new Map(few.parameters);
    // The 16 channels in the middle, which the parts cut in two.
    parameters.set(`${layer}.weight`, float32(own.shape, all.data.subarray(16 * 18, 32 * 18)));
    for (const name of ['.bias', '.noise', '.style.weight', '.style.bias']) {
      const tensor = many.parameters.get(layer + name)!;
      const part = name === '.bias' ? float32([16], tensor.data.subarray(16, 32)) : tensor;
      parameters.set(layer + name, part);
    }
    const whole = await upsampledMap(many);
    const middle = await upsampledMap({ architecture: few.architecture, parameters });
    const expected = whole.subarray(16 * 512 ** 2, 32 * 512 ** 2);
    assert.equal(middle.length, expected.length);
    const most = expected.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
    const distance = middle.reduce((far, value, i) => Math.max(far, Math.abs(value - expected[i]!)), 0);
    assert(most > 0.1 && distance < 1e-5 * most, `${distance} of ${most}`);
  });
});
