import { foreignOutputs } from '../engine/foreignGraph.ts';
import { add, concat, mul, range, reshape, slice, sub } from '../engine/ops.ts';
import { float32 } from '../engine/tensor.ts';
import { constant, input, parameter, type Value } from '../engine/value.ts';
import { featureMaps, noiseResolutions, styleLayerCount, type StyleganArchitecture } from './architecture.ts';
import type { GeneratorNetwork, StyleganNetwork } from './generatorParameters.ts';
import { noiseName } from './noiseName.ts';
import { imageName, latentName } from './onnx/architecture.ts';
import type { OnnxNetwork } from './onnx/onnxNetwork.ts';
import { mapping1, synthesis1 } from './stylegan1/network.ts';
import { mapping2 } from './stylegan2/mapping.ts';
import { synthesis2 } from './stylegan2/network.ts';
import { synthesis3 } from './stylegan3/network.ts';
import type { Lookup, Synthesis } from './synthesis.ts';

export interface GeneratorGraphOptions {
  /** Latents per run. */
  readonly batch: number;
  /** What is fed: `z` [N, zSize], `w` [N, wSize], or one w per style layer `ws` [N, L, wSize]. */
  readonly latent: 'z' | 'w' | 'w+';
  /** `constant`: the generator's own; `fed`: inputs `noise.00` … [N, 1, r, r]. */
  readonly noise: 'constant' | 'fed';
  /** psi of each style layer [L], when it is to stand in the graph; else it is fed. */
  readonly psi?: Float32Array;
}

export interface GeneratorGraph {
  readonly outputs: {
    /** [N, wSize], before truncation. */
    readonly w?: Value;
    /** [N, image channels, R, R] */
    readonly image: Value;
  };
  /** Feature maps by name, [N, channels, r, r]. */
  readonly features: ReadonlyMap<string, Value>;
}

/**
 * A generator's network from latents to image and feature maps. Besides the latent it takes `psi` [L], the truncation
 * of each style layer: ws = w_avg + psi·(w − w_avg) (Karras et al. 2019, appendix B); not for w+, which is taken as it is. Somebody
 * else's ONNX model takes z alone: it has no style layers.
 */
export function generatorGraph(generator: GeneratorNetwork, options: GeneratorGraphOptions): GeneratorGraph {
  if ('graph' in generator) return onnxGraph(generator, options);
  const { architecture, parameters } = generator;
  const known = new Map<string, Value>();
  const weight = (name: string): Value => {
    const tensor = parameters.get(name);
    if (!tensor) throw new Error(`The generator has no parameter ${name}.`);
    const value = known.get(name) ?? parameter(name, tensor);
    known.set(name, value);
    return value;
  };
  const noise = noiseResolutions(architecture).map((resolution, layer) =>
    options.noise === 'constant'
      ? weight(noiseName(layer))
      : input(noiseName(layer), 'float32', [options.batch, 1, resolution, resolution]),
  );
  const layers = styleLayerCount(architecture);
  const { wSize, zSize } = architecture;
  if (options.latent === 'w+') {
    const { image, features } = synthesis(
      architecture,
      weight,
      input('ws', 'float32', [options.batch, layers, wSize]),
      noise,
    );
    return { outputs: { image }, features };
  }
  const w =
    options.latent === 'z'
      ? mapping(architecture, weight, input('z', 'float32', [options.batch, zSize]))
      : input('w', 'float32', [options.batch, wSize]);
  const given = options.psi && constant(float32([layers], options.psi));
  const psi = reshape(given ?? input('psi', 'float32', [layers]), [1, layers, 1]);
  const average = reshape(weight('w_avg'), [1, 1, wSize]);
  const ws = add(average, mul(psi, sub(reshape(w, [options.batch, 1, wSize]), average)));
  const { image, features } = synthesis(architecture, weight, ws, noise);
  return { outputs: { w, image }, features };
}

function onnxGraph({ architecture, graph }: OnnxNetwork, { batch, latent }: GeneratorGraphOptions): GeneratorGraph {
  if (latent !== 'z') throw new Error(`An ONNX generator takes no latents ${latent}.`);
  const z = input(latentName, 'float32', [batch, architecture.zSize]);
  const images = Array.from({ length: batch }, (_, i) =>
    foreignOutputs(graph, batch === 1 ? z : slice(z, [range(0, i, i + 1)])),
  );
  const together = (name: string): Value =>
    concat(
      images.map((outputs) => outputs.get(name)!),
      0,
    );
  const features = featureMaps(architecture, 'paper').map(({ name }) => [name, together(name)] as const);
  return { outputs: { image: together(imageName) }, features: new Map(features) };
}

/** The mapping network alone: `z` [N, zSize] → w [N, wSize]. */
export function mappingGraph(generator: StyleganNetwork, batch: number): Value {
  const weight = (name: string): Value => parameter(name, generator.parameters.get(name)!);
  return mapping(generator.architecture, weight, input('z', 'float32', [batch, generator.architecture.zSize]));
}

function mapping(architecture: StyleganArchitecture, weight: Lookup, z: Value): Value {
  return architecture.family === 'stylegan1' ? mapping1(architecture, weight, z) : mapping2(architecture, weight, z);
}

function synthesis(architecture: StyleganArchitecture, weight: Lookup, ws: Value, noise: readonly Value[]): Synthesis {
  switch (architecture.family) {
    case 'stylegan1':
      return synthesis1(architecture, weight, ws, noise);
    case 'stylegan2':
      return synthesis2(architecture, weight, ws, noise);
    case 'stylegan3':
      return synthesis3(architecture, weight, ws);
  }
}
