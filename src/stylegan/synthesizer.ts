import { encodeModel } from '../engine/onnx/codec.ts';
import { buildModel } from '../engine/graph.ts';
import { cast } from '../engine/ops.ts';
import { Session, type SessionOptions } from '../engine/session.ts';
import { float32, float32Data, type Tensor, type TensorOf } from '../engine/tensor.ts';
import { noiseResolutions } from './architecture.ts';
import { generatorGraph } from './generatorGraph.ts';
import type { GeneratorNetwork } from './generatorParameters.ts';
import { noiseName } from './noiseName.ts';
import { psiFeed } from './psiFeed.ts';

/** What one image is made from, with all values in hand. */
export interface SynthesisInput {
  readonly latent:
    | { readonly space: 'z' | 'w'; readonly values: Float32Array }
    /** Row-major [style layers, wSize]. */
    | { readonly space: 'w+'; readonly values: Float32Array };
  /** psi of each style layer; w+ is taken as it is. */
  readonly psi: Float32Array;
  /** One array for each style layer, or the generator's own. */
  readonly noise: 'constant' | readonly Float32Array[];
}

export interface SynthesisResult {
  /** [image channels, R, R], nominally in [−1, 1]. */
  readonly image: Float32Array;
  /** The asked feature maps by name, each [1, channels, r, r] in half precision. */
  readonly features: ReadonlyMap<string, TensorOf<'float16'>>;
}

/**
 * Renders single images with their feature maps: for annotation and training, where every image may have its own kind
 * of latent and noise. (Data sets are generated in batches by the factory instead.)
 */
export class Synthesizer {
  readonly #network: GeneratorNetwork;
  readonly #featureNames: readonly string[];
  readonly #options: SessionOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(network: GeneratorNetwork, featureNames: readonly string[], options: SessionOptions) {
    this.#network = network;
    this.#featureNames = featureNames;
    this.#options = options;
  }

  async render({ latent, psi, noise }: SynthesisInput): Promise<SynthesisResult> {
    const { architecture } = this.#network;
    const session = await this.#session(latent.space, noise === 'constant' ? 'constant' : 'fed');
    const feeds: Record<string, Tensor> = {};
    if (latent.space === 'w+') feeds['ws'] = float32([1, psi.length, latent.values.length / psi.length], latent.values);
    else {
      feeds[latent.space] = float32([1, latent.values.length], latent.values);
      Object.assign(feeds, psiFeed(psi));
    }
    if (noise !== 'constant') {
      noiseResolutions(architecture).forEach((r, i) => (feeds[noiseName(i)] = float32([1, 1, r, r], noise[i])));
    }
    const result = await session.run(feeds);
    const features = new Map<string, TensorOf<'float16'>>();
    for (const name of this.#featureNames) {
      const map = result[name];
      if (map?.dtype !== 'float16') throw new Error(`The feature map ${name} is not in half precision.`);
      features.set(name, map);
    }
    return { image: float32Data(result['image'], 'image'), features };
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }

  async #session(latent: 'z' | 'w' | 'w+', noise: 'constant' | 'fed'): Promise<Session> {
    const key = `${latent} ${noise}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const graph = generatorGraph(this.#network, { batch: 1, latent, noise });
    const features = this.#featureNames.map((name) => [name, cast(graph.features.get(name)!, 'float16')] as const);
    const model = buildModel({
      name: 'synthesis',
      outputs: { image: graph.outputs.image, ...Object.fromEntries(features) },
    });
    const session = await Session.create(encodeModel(model), { ...this.#options, keepMemory: false });
    this.#sessions.set(key, session);
    return session;
  }
}
