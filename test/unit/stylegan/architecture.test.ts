import assert from 'node:assert/strict';
import { featureMaps, featureNames, noiseResolutions, styleLayerCount } from '../../../src/stylegan/architecture.ts';
import type { Stylegan1Architecture } from '../../../src/stylegan/stylegan1/architecture.ts';

/** The published sizes: 512 channels up to 32×32, then half as many at every doubling. */
function published(resolution: number): Stylegan1Architecture {
  const blocks = [];
  for (let r = 4; r <= resolution; r *= 2) {
    const upsampling = r === 4 ? 'none' : r < 128 ? 'nearest' : 'fused';
    blocks.push({ resolution: r, channels: Math.min(512, 16384 / r), upsampling, blur: r > 4 } as const);
  }
  const latents = { zSize: 512, wSize: 512, mappingLayers: 8, mappingWidth: 512 };
  return { family: 'stylegan1', resolution, ...latents, imageChannels: 3, blocks, epsilon: 1e-5 };
}

describe('architecture', () => {
  it('has the feature depths that the paper gives, in both sets', () => {
    for (const [resolution, depth] of [
      [256, 4992],
      [512, 5056],
      [1024, 5088],
    ] as const) {
      // prettier-ignore
      for (const set of ['paper', 'released'] as const) {
        const maps = featureMaps(published(resolution), set);
        assert.equal(maps.reduce((sum, { channels }) => sum + channels, 0), depth); // prettier-ignore
      }
    }
  });

  it('names the maps by style layer; the released code takes the second of each block and its convolution', () => {
    assert.deepEqual(featureNames(published(8), 'paper'), ['S00', 'S01', 'S02', 'S03']);
    assert.deepEqual(featureNames(published(8), 'released'), ['S01', 'C01', 'S03', 'C03']);
    assert.deepEqual(featureMaps(published(8), 'released')[3], { name: 'C03', channels: 512, resolution: 8 });
  });

  it('has two styles and two noises per block', () => {
    assert.equal(styleLayerCount(published(1024)), 18);
    assert.deepEqual(noiseResolutions(published(16)), [4, 4, 8, 8, 16, 16]);
  });
});
