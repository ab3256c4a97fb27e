import { messageOf, UserError } from '../base/userError.ts';
import { float32 } from '../engine/tensor.ts';
import { featureMaps } from './architecture.ts';
import { generatorGraph, mappingGraph } from './generatorGraph.ts';
import type { StyleganNetwork } from './generatorParameters.ts';

/**
 * Builds the network's graphs, which checks every shape, and compares what comes out with what the architecture says: settings that
 * a file states besides its tensors (sizes, paddings, factors) may be anything.
 * @throws UserError that names `file`
 */
export function checkFits({ architecture, parameters }: StyleganNetwork, file: string): void {
  const { wSize, resolution, imageChannels } = architecture;
  const network = { architecture, parameters: new Map([...parameters, ['w_avg', float32([wSize])]]) };
  try {
    mappingGraph(network, 1);
    const { outputs, features } = generatorGraph(network, { batch: 1, latent: 'w+', noise: 'fed' });
    expect('image', outputs.image.shape, imageChannels, resolution);
    for (const map of featureMaps(architecture, 'paper'))
      expect(map.name, features.get(map.name)?.shape ?? [], map.channels, map.resolution);
  } catch (error) {
    const reason = messageOf(error).replace(/\s+/g, ' ').replace(/\.$/, '');
    throw new UserError(`${file} can't be read: its layers do not fit together (${reason}).`, { cause: error });
  }
}

function expect(what: string, shape: readonly number[], channels: number, resolution: number): void {
  if (shape[1] !== channels || shape[2] !== resolution || shape[3] !== resolution)
    throw new Error(`${what} is ${shape.slice(1).join('×')}, not ${channels}×${resolution}×${resolution}`);
}
