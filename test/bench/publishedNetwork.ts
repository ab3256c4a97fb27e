import { float32, sizeOf, type TensorOf } from '../../src/engine/tensor.ts';
import { featureShapes } from '../../src/interpreter/featureShapes.ts';
import { hiddenSizes, type EnsembleArchitecture } from '../../src/interpreter/ensemble.ts';
import type { Stylegan1Architecture } from '../../src/stylegan/stylegan1/architecture.ts';
import { parameterShapes, type GeneratorNetwork } from '../../src/stylegan/generatorParameters.ts';
import { RESOLUTION } from './published.ts';

/** The StyleGAN 1 of the paper at 512²: channels 512 up to 32², then halved with every doubling. */
export const architecture: Stylegan1Architecture = {
  family: 'stylegan1',
  resolution: RESOLUTION,
  zSize: 512,
  wSize: 512,
  mappingLayers: 8,
  mappingWidth: 512,
  imageChannels: 3,
  blocks: [4, 8, 16, 32, 64, 128, 256, 512].map((resolution, i) => ({
    resolution,
    channels: Math.min(512, 16384 / resolution),
    upsampling: i === 0 ? 'none' : resolution < 128 ? 'nearest' : 'fused',
    blur: i > 0,
  })),
  epsilon: 1e-8,
};

/** Uniform numbers of variance 1: StyleGAN stores its weights so. */
export function randomTensor(shape: readonly number[]): TensorOf<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * Math.sqrt(3) * (Math.random() - 0.5)),
  );
}

export function network(): GeneratorNetwork {
  const shapes = [...parameterShapes(architecture)];
  return { architecture, parameters: new Map(shapes.map(([name, shape]) => [name, randomTensor(shape)])) };
}

export function ensemble(classes: number): EnsembleArchitecture {
  return {
    members: 10,
    features: 'paper',
    featureShapes: featureShapes(architecture, 'paper'),
    hidden: hiddenSizes('auto', classes),
    classes: Array.from({ length: classes }, (_, k) => k),
    dropout: 'none',
  };
}
