import { encodeModel } from '../engine/onnx/codec.ts';
import { buildModel } from '../engine/graph.ts';
import { Session, type ProviderName, type SessionOptions } from '../engine/session.ts';
import { float32, float32Data } from '../engine/tensor.ts';
import { psiFeed } from '../stylegan/psiFeed.ts';
import { factoryGraph, labelledSize, type FactoryParts } from './factory.ts';
import { cpuPlan, wholePlan } from './tilePlan.ts';

/** One image with its labels. */
export interface Labelled {
  /** [image channels, H, W], nominally in [−1, 1]. */
  readonly image: Float32Array;
  /** Permanent class ids, row-major. */
  readonly labels: Uint8Array;
  /** Jensen–Shannon divergence in nats, row-major. */
  readonly uncertainty: Float32Array;
}

/** The labeller's model as bytes, so that several processes can load what one has built. */
export function encodeLabeller(parts: FactoryParts, batch: number, provider: ProviderName): Uint8Array {
  const size = labelledSize(parts);
  const plan = provider === 'cpu' ? cpuPlan(size) : wholePlan(size);
  const model = buildModel({
    name: 'labeller',
    outputs: { ...factoryGraph(parts, { batch, plan }) },
    microsoftOps: provider === 'cpu' || provider === 'cuda',
  });
  return encodeModel(model);
}

/** Generator and interpreter as one session: latents in; images, labels and uncertainty out, a whole batch at a time. */
export class Labeller {
  readonly batch: number;
  readonly #session: Session;
  readonly #zSize: number;

  private constructor(session: Session, batch: number, zSize: number) {
    this.#session = session;
    this.batch = batch;
    this.#zSize = zSize;
  }

  static async create(parts: FactoryParts, batch: number, options: SessionOptions): Promise<Labeller> {
    const model = encodeLabeller(parts, batch, options.provider);
    return Labeller.load(model, batch, parts.network.architecture.zSize, options);
  }

  /**
   * @param model of {@link encodeLabeller}, for the same batch and provider
   * @param zSize length of the generator's latents
   */
  static async load(model: Uint8Array, batch: number, zSize: number, options: SessionOptions): Promise<Labeller> {
    // 0.8 GB less at 512², and not slower.
    const session = await Session.create(model, { ...options, planMemory: false });
    return new Labeller(session, batch, zSize);
  }

  /**
   * @param z one latent each, `batch` of them or fewer: the rest of the batch is filled with the first one, so that the
   *   arithmetic of an image does not depend on how many others there are
   * @param psi truncation of each style layer
   */
  async label(z: readonly Float32Array[], psi: Float32Array): Promise<Labelled[]> {
    const latents = new Float32Array(this.batch * this.#zSize);
    for (let i = 0; i < this.batch; i++) latents.set(z[i] ?? z[0]!, i * this.#zSize);
    const result = await this.#session.run({
      z: float32([this.batch, this.#zSize], latents),
      ...psiFeed(psi),
    });
    const images = float32Data(result['image'], 'image');
    const uncertainties = float32Data(result['uncertainty'], 'uncertainty');
    const labels = result['labels'];
    if (labels?.dtype !== 'uint8') throw new Error('The labels are not bytes.');
    const part = <T extends Float32Array | Uint8Array>(data: T, i: number): T => {
      const size = data.length / this.batch;
      return data.subarray(i * size, (i + 1) * size) as T;
    };
    return z.map((_, i) => ({
      image: part(images, i),
      labels: part(labels.data, i),
      uncertainty: part(uncertainties, i),
    }));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
