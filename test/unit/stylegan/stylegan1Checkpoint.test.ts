import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { float32, int32, type Tensor } from '../../../src/engine/tensor.ts';
import { UserError } from '../../../src/base/userError.ts';
import { readStylegan1 } from '../../../src/stylegan/stylegan1/checkpoint.ts';
import { stylegan1Parameters } from '../../../src/stylegan/stylegan1/parameters.ts';
import { readTorchFile } from '../../../src/stylegan/torch/readTorchFile.ts';
import { isStateDict, type StateDict, stateDictOf } from '../../../src/stylegan/torch/stateDict.ts';

function stateDict(name: string): StateDict {
  const bytes = readFileSync(`test/fixtures/checkpoints/${name}`);
  const value = readTorchFile(bytes, name);
  assert.ok(isStateDict(value));
  return stateDictOf(value, name, bytes.length);
}

describe('StyleGAN 1 checkpoints', () => {
  const small = stateDict('stylegan1-32.for_g_all.pt');

  /** The small checkpoint with some tensors replaced, or left out. */
  function changed(changes: Readonly<Record<string, Tensor | undefined>>): StateDict {
    const tensors = new Map(small);
    for (const [key, tensor] of Object.entries(changes)) {
      if (tensor) tensors.set(key, tensor);
      else tensors.delete(key);
    }
    return tensors;
  }

  function refuses(changes: Readonly<Record<string, Tensor | undefined>>, message: string): void {
    assert.throws(() => readStylegan1(changed(changes), 'x.pt'), { name: UserError.name, message });
  }

  it('takes all sizes from the shapes (zip container)', () => {
    const { architecture, parameters } = readStylegan1(small, 'x.pt');
    assert.deepEqual(architecture, {
      family: 'stylegan1',
      resolution: 32,
      zSize: 64,
      wSize: 64,
      mappingLayers: 8,
      mappingWidth: 64,
      imageChannels: 3,
      blocks: [
        { resolution: 4, channels: 32, upsampling: 'none', blur: false },
        { resolution: 8, channels: 32, upsampling: 'nearest', blur: true },
        { resolution: 16, channels: 32, upsampling: 'nearest', blur: true },
        { resolution: 32, channels: 32, upsampling: 'nearest', blur: true },
      ],
      epsilon: 1e-5,
    });
    assert.deepEqual([...parameters.keys()], stylegan1Parameters(architecture).map(({ name }) => name)); // prettier-ignore
    assert.deepEqual(parameters.get('mapping.7.bias'), small.get('g_mapping.dense7.bias'));
    assert.deepEqual(parameters.get('synthesis.32.up.weight'), small.get('g_synthesis.blocks.32x32.conv0_up.weight'));
  });

  it('knows fused upsampling from 128×128 on (legacy container)', () => {
    const { architecture } = readStylegan1(stateDict('stylegan1-128.for_g_all.pt'), 'x.pt');
    assert.equal(architecture.zSize, 40);
    assert.deepEqual(architecture.blocks.map(({ channels }) => channels), [24, 24, 24, 24, 24, 16]); // prettier-ignore
    assert.deepEqual(architecture.blocks.map(({ upsampling }) => upsampling), ['none', ...Array<string>(4).fill('nearest'), 'fused']); // prettier-ignore
  });

  it('reads latents, hidden layers and depths of any size', () => {
    const { architecture, parameters } = readStylegan1(
      changed({
        'g_mapping.dense0.weight': float32([10, 7]),
        'g_mapping.dense0.bias': float32([10]),
        'g_mapping.dense1.weight': float32([64, 10]),
        'g_synthesis.torgb.weight': float32([1, 32, 1, 1]),
        'g_synthesis.torgb.bias': float32([1]),
        ...Object.fromEntries(
          [2, 3, 4, 5, 6, 7]
            .flatMap((i) => [`g_mapping.dense${i}.weight`, `g_mapping.dense${i}.bias`])
            .map((key) => [key, undefined]),
        ),
      }),
      'x.pt',
    );
    const { zSize, wSize, mappingLayers, mappingWidth, imageChannels } = architecture;
    assert.deepEqual([zSize, wSize, mappingLayers, mappingWidth, imageChannels], [7, 64, 2, 10, 1]);
    assert.deepEqual(parameters.get('torgb.weight')?.shape, [1, 32, 1, 1]);
  });

  it('reads a generator without blur', () => {
    const key = (resolution: number) => `g_synthesis.blocks.${resolution}x${resolution}.conv0_up.intermediate.kernel`;
    const without = changed({ [key(8)]: undefined, [key(16)]: undefined, [key(32)]: undefined });
    assert.ok(readStylegan1(without, 'x.pt').architecture.blocks.every(({ blur }) => !blur));
  });

  it('says which part has another size than its neighbours', () => {
    const block = 'g_synthesis.blocks.32x32';
    refuses(
      { [`${block}.conv1.weight`]: float32([32, 24, 3, 3]) },
      'x.pt: synthesis block 32x32 conv1 has 24 input channels, expected 32.',
    );
    refuses(
      { [`${block}.conv0_up.weight`]: float32([32, 31, 3, 3]) },
      'x.pt: synthesis block 32x32 conv0_up has 31 input channels, expected 32.',
    );
    refuses(
      { [`${block}.epi2.style_mod.lin.weight`]: float32([64, 63]) },
      'x.pt: synthesis block 32x32 epi2 style has 63 inputs, expected 64.',
    );
    refuses(
      { [`${block}.epi1.top_epi.noise.weight`]: float32([1]) },
      'x.pt: synthesis block 32x32 epi1 noise has 1 values, expected 32.',
    );
    refuses({ 'g_mapping.dense3.weight': float32([64, 60]) }, 'x.pt: mapping layer 3 has 60 inputs, expected 64.');
    refuses({ 'g_mapping.dense3.bias': float32([60]) }, 'x.pt: mapping layer 3 bias has 60 values, expected 64.');
    refuses(
      { 'g_synthesis.blocks.4x4.const': float32([1, 32, 4, 5]) },
      'x.pt: synthesis block 4x4 const has 5 columns, expected 4.',
    );
    refuses(
      { [`${block}.conv1.weight`]: float32([32, 32]) },
      'x.pt: synthesis block 32x32 conv1 has the shape [32, 32], expected [32, 32, 3, 3].',
    );
    refuses(
      { [`${block}.conv0_up.weight`]: float32([0, 32, 3, 3]) },
      'x.pt: g_synthesis.blocks.32x32.conv0_up.weight has the shape [0, 32, 3, 3], expected 4 sizes.',
    );
  });

  it('names what is missing or unknown', () => {
    const damaged = 'is missing; the file is damaged, or holds only a part of a generator.';
    for (const key of small.keys()) {
      if (key.endsWith('.kernel')) continue;
      assert.throws(() => readStylegan1(changed({ [key]: undefined }), 'x.pt'), {
        name: UserError.name,
        message: `x.pt: ${key} ${damaged}`,
      });
    }
    const of = (prefix: string) =>
      Object.fromEntries([...small.keys()].filter((key) => key.startsWith(prefix)).map((key) => [key, undefined]));
    refuses(of('g_synthesis.blocks.16x16'), 'x.pt: synthesis block 16x16 is missing.');
    refuses(of('g_synthesis.'), 'x.pt: synthesis block 4x4 is missing.');
    refuses(of('g_mapping.'), `x.pt: g_mapping.dense0.weight ${damaged}`);
    refuses(
      { 'd.a': float32([1]), 'd.b': float32([1]), 'd.c': float32([1]), 'd.d': float32([1]) },
      'x.pt holds tensors that a StyleGAN 1 generator does not have: d.a, d.b, d.c and 1 more.',
    );
  });

  it('refuses values that no generator has', () => {
    refuses({ 'g_mapping.dense0.bias': int32([64], new Int32Array(64)) }, 'x.pt: mapping layer 0 bias holds int32 values, expected floats.'); // prettier-ignore
    refuses(
      { 'g_synthesis.torgb.bias': float32([3], [0, NaN, 0]) },
      'x.pt: torgb bias (torgb.bias) holds values that are no finite numbers; the file is damaged or its training diverged.',
    );
    const kernel = 'g_synthesis.blocks.8x8.conv0_up.intermediate.kernel';
    refuses(
      { [kernel]: float32([1, 1, 3, 3]) },
      `x.pt: ${kernel} is not the blur of StyleGAN 1 ([1,2,1]⊗[1,2,1]/16), which is the only one known.`,
    );
  });
});
