import type { TensorOf } from '../../../src/engine/tensor.ts';
import type { EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { featureMaps } from '../../../src/stylegan/architecture.ts';
import type { Stylegan1Architecture } from '../../../src/stylegan/stylegan1/architecture.ts';
import {
  parameterShapes,
  type GeneratorNetwork,
  type StyleganNetwork,
} from '../../../src/stylegan/generatorParameters.ts';
import { randomTensor } from './randomInterpreter.ts';

/** A StyleGAN 1 of any size with random weights. */
export function randomGenerator(
  channels: readonly number[],
  { zSize = 8, wSize = 8, mappingLayers = 2 }: { zSize?: number; wSize?: number; mappingLayers?: number } = {},
): StyleganNetwork {
  const architecture: Stylegan1Architecture = {
    family: 'stylegan1',
    resolution: 4 * 2 ** (channels.length - 1),
    zSize,
    wSize,
    mappingLayers,
    mappingWidth: wSize,
    imageChannels: 3,
    blocks: channels.map((count, i) => ({
      resolution: 4 * 2 ** i,
      channels: count,
      upsampling: i === 0 ? 'none' : i < 5 ? 'nearest' : 'fused',
      blur: i > 0,
    })),
    epsilon: 1e-8,
  };
  const parameters = new Map<string, TensorOf<'float32'>>();
  let seed = 1;
  for (const [name, shape] of parameterShapes(architecture)) parameters.set(name, randomTensor(shape, seed++, 1.5));
  return { architecture, parameters };
}

/** An ensemble's architecture that fits a generator's AdaIN outputs. */
export function ensembleFor(
  { architecture }: GeneratorNetwork,
  members: number,
  hidden: readonly [number, number],
  classes: readonly number[],
): EnsembleArchitecture {
  const featureShapes = featureMaps(architecture, 'paper').map(({ name, channels, resolution }) => ({
    name,
    channels,
    height: resolution,
    width: resolution,
  }));
  return { members, features: 'paper', featureShapes, hidden, classes, dropout: 'none' };
}
