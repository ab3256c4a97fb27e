import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSample, encodeSample } from '../../../src/dataset/dganFile.ts';
import { imageFromTensor } from '../../../src/dataset/image.ts';
import {
  annotatedImages,
  isSameImage,
  originOfImage,
  sampleNameOfImage,
  sampleOfImage,
} from '../../../src/dataset/sampleOfImage.ts';
import { synthesisInput } from '../../../src/dataset/synthesisInput.ts';
import { decodeGenerator, psiPerLayer } from '../../../src/stylegan/generator.ts';
import { latentZ } from '../../../src/stylegan/latents.ts';
import { Synthesizer } from '../../../src/stylegan/synthesizer.ts';
import { dataSetSettings } from './dataSetSettings.ts';

const classes = [{ id: 0, name: 'background', colour: '#e6e6e6' }];
const settings = dataSetSettings({ classes, width: 64, height: 64, count: 100, truncation: { psi: 0.8, layers: 8 } });

describe('a sample of a generated image', () => {
  it('renders again as the image that the data set holds', async () => {
    const path = join(import.meta.dirname, '../../../models/avatars-64/generator.onnx');
    const generator = decodeGenerator(await readFile(path), path);
    const { architecture } = generator;
    const made = { ...settings, generator: { name: generator.facts.name, sha256: generator.sha256 } };
    const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
    try {
      // As labelBatch.ts makes it: latent `id` of the seed, truncated as the settings say.
      const direct = await synthesizer.render({
        latent: { space: 'z', values: latentZ(made.seed, 42, architecture.zSize) },
        psi: psiPerLayer(architecture, made.truncation.psi, made.truncation.layers),
        noise: 'constant',
      });
      const stored = sampleOfImage(made, 42, imageFromTensor(direct.image, 64, 64), classes);
      const { manifest, image, labels } = decodeSample(encodeSample(stored), 'sample');
      assert.ok(manifest.origin.kind === 'generated');
      const again = await synthesizer.render(synthesisInput(manifest.origin, architecture, 'sample'));
      const { data } = imageFromTensor(again.image, 64, 64);
      assert.ok(data.every((value, i) => Math.abs(value - image.data[i]!) <= 1));
      assert.ok(labels.data.every((id) => id === 255));
      assert.equal(manifest.status, 'open');
    } finally {
      await synthesizer.release();
    }
  });

  it('is known by what it was made from, not by its name', () => {
    const origin = originOfImage(settings, 42);
    assert.ok(isSameImage(origin, { ...origin, generator: { ...origin.generator, name: 'renamed' } }));
    assert.ok(!isSameImage(origin, originOfImage(settings, 43)));
    assert.ok(!isSameImage(origin, originOfImage({ ...settings, truncation: { psi: 0.7, layers: 8 } }, 42)));
    assert.ok(!isSameImage(origin, originOfImage({ ...settings, seed: 2 }, 42)));
    assert.ok(!isSameImage(origin, { kind: 'photo' }));
    assert.deepEqual(
      annotatedImages(settings, [
        origin,
        originOfImage(settings, 7),
        origin,
        { kind: 'photo' },
        originOfImage({ ...settings, seed: 2 }, 8),
        { ...origin, latent: { space: 'w', values: [1, 2] } },
        originOfImage(settings, 100),
      ]),
      [7, 42],
    );
  });

  it('has a name of its own', () => {
    assert.equal(sampleNameOfImage(settings, 42), 'seed1-000042');
    assert.equal(sampleNameOfImage(settings, 42, 2), 'seed1-000042-2');
  });
});
