import assert from 'node:assert/strict';
import { describeImport, type ImportResult } from '../../../src/jobs/describeImport.ts';

describe('describeImport', () => {
  const result: ImportResult = {
    out: '/g/car.onnx',
    name: 'car',
    family: 'stylegan2',
    format: 'a StyleGAN 2 of NVIDIA (PyTorch)',
    resolution: 8,
    imageChannels: 1,
    crop: '8×6 at 0, 1',
    condition: { classes: 10, chosen: 3 },
    latent: { z: 512, styles: { w: 256, layers: 4 } },
    features: [
      { name: 'S00', channels: 512, resolution: 4 },
      { name: 'S01', channels: 512, resolution: 8 },
      { name: 'S02', channels: 256, resolution: 8 },
    ],
    parameters: 1234567,
    assumed: ['The constant noise is as read.'],
    sha256: '0'.repeat(64),
    attributed: false,
    seconds: 2.345,
    samples: { file: '/g/car.samples.png', psi: 0.7, seconds: 24 },
  };

  it('says what a person compares with what they know, what was assumed, and where everything is', () => {
    assert.equal(
      describeImport(result),
      `car: a StyleGAN 2 of NVIDIA (PyTorch), 8×8, grey, class 3 of 10, of which 8×6 at 0, 1 is the image.
Latents:      z 512, w 256, 4 style layers
Feature maps: 512 at 4², 512 + 256 at 8²; 1,280 channels in all
Parameters:   1,234,567
- The constant noise is as read.
Written to /g/car.onnx in 2.3 s.
Note: nothing is recorded about whose work it is; --attribution would.
Sixteen samples at psi 0.7, drawn in 24.0 s: /g/car.samples.png.`,
    );
  });

  it('leaves out what there is not', () => {
    const { condition, samples, crop, ...rest } = result;
    assert(condition && samples && crop);
    const text = describeImport({ ...rest, imageChannels: 3, attributed: true });
    assert.doesNotMatch(text, /class|grey|of which|Sixteen|Note/);
  });
});
