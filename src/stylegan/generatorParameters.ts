import { createHash } from 'node:crypto';
import type { TensorOf } from '../engine/tensor.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { noiseResolutions, type StyleganArchitecture } from './architecture.ts';
import { noiseName } from './noiseName.ts';
import { onnxModel, type OnnxNetwork } from './onnx/onnxNetwork.ts';
import type { ParameterSlot } from './parameterSlot.ts';
import { stylegan1Parameters } from './stylegan1/parameters.ts';
import { stylegan2Parameters } from './stylegan2/parameters.ts';
import { stylegan3Parameters } from './stylegan3/parameters.ts';

/** A StyleGAN's weights by canonical name: those of its family, and `w_avg` [wSize] and `noise.00` … [1, 1, r, r]. */
export type GeneratorParameters = ReadonlyMap<string, TensorOf<'float32'>>;

export interface StyleganNetwork {
  readonly architecture: StyleganArchitecture;
  readonly parameters: GeneratorParameters;
}

/** What a generator computes with. */
export type GeneratorNetwork = StyleganNetwork | OnnxNetwork;

/** The tensors that a checkpoint of the family holds besides w_avg and noise. */
function parameterSlots(architecture: StyleganArchitecture): readonly ParameterSlot[] {
  switch (architecture.family) {
    case 'stylegan1':
      return stylegan1Parameters(architecture);
    case 'stylegan2':
      return stylegan2Parameters(architecture);
    case 'stylegan3':
      return stylegan3Parameters(architecture);
  }
}

/** Every parameter of a StyleGAN that can be stored, with its shape. */
export function parameterShapes(architecture: StyleganArchitecture): Map<string, readonly number[]> {
  const slots = parameterSlots(architecture);
  const shapes = new Map<string, readonly number[]>(slots.map(({ name, shape }) => [name, shape]));
  shapes.set('w_avg', [architecture.wSize]);
  noiseResolutions(architecture).forEach((resolution, layer) =>
    shapes.set(noiseName(layer), [1, 1, resolution, resolution]),
  );
  return shapes;
}

/**
 * The SHA-256 by which samples, interpreters and data sets know their generator: of the architecture and all parameters
 * (of an ONNX model: all that the chosen outputs need), not of the file, so that importing the checkpoint again, with this version or a later one, gives the same generator.
 */
export function networkHash(network: GeneratorNetwork): string {
  const hash = createHash('sha256').update(JSON.stringify(network.architecture, sortedKeys));
  if ('graph' in network) return hash.update(encodeModel(onnxModel(network, { name: 'network' }))).digest('hex');
  const { architecture, parameters } = network;
  for (const [name, shape] of parameterShapes(architecture)) {
    const { data } = parameters.get(name)!;
    hash.update(`${name} ${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

function sortedKeys(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
