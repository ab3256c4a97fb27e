import { float32, sizeOf, type TensorOf } from '../../src/engine/tensor.ts';
import { parameterShapes, type GeneratorNetwork } from '../../src/stylegan/generatorParameters.ts';
import type { Stylegan2Architecture } from '../../src/stylegan/stylegan2/architecture.ts';

/** StyleGAN 2 at 1024², configuration F, as of FFHQ: channels 512 up to 64², then halved with every doubling. */
export const configF: Stylegan2Architecture = {
  family: 'stylegan2',
  resolution: 1024,
  zSize: 512,
  wSize: 512,
  mappingLayers: 8,
  mappingWidth: 512,
  imageChannels: 3,
  condition: null,
  structure: 'skip',
  blocks: [4, 8, 16, 32, 64, 128, 256, 512, 1024].map((resolution) => ({
    resolution,
    channels: Math.min(512, 32768 / resolution),
  })),
  clamp: null,
};

/** Uniform numbers of variance 1, the same for all tensors: drawing 30 million would take longer than what is measured. */
const numbers = Float32Array.from({ length: 2 ** 20 }, () => 2 * Math.sqrt(3) * (Math.random() - 0.5));

export function repeatedNumbers(shape: readonly number[]): TensorOf<'float32'> {
  const data = new Float32Array(sizeOf(shape));
  for (let start = 0; start < data.length; start += numbers.length)
    data.set(numbers.subarray(0, Math.min(numbers.length, data.length - start)), start);
  return float32(shape, data);
}

export function configFNetwork(): GeneratorNetwork {
  const shapes = [...parameterShapes(configF)];
  return { architecture: configF, parameters: new Map(shapes.map(([name, shape]) => [name, repeatedNumbers(shape)])) };
}
