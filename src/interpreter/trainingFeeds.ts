import { float16Bits, float32, int32, sizeOf, type Tensor } from '../engine/tensor.ts';
import type { EnsembleArchitecture } from './ensemble.ts';
import { fromHalf } from './halfFloat.ts';
import type { MemberOrder } from './memberOrder.ts';
import type { PixelPool } from './pixelPool.ts';
import { randomBytes, type RandomAddress } from './randomStreams.ts';
import { stepCorrections, type FeatureType } from './trainingGraph.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/**
 * What `trainingModel` takes for steps `first` … `first` + `steps` − 1, apart from the state.
 * @param stepsTotal where the learning rate ends
 */
export function trainingFeeds(
  architecture: EnsembleArchitecture,
  pool: PixelPool,
  members: readonly MemberOrder[],
  settings: TrainingSettings,
  featureType: FeatureType,
  { first, steps, stepsTotal }: { readonly first: number; readonly steps: number; readonly stepsTotal: number },
): Record<string, Tensor> {
  const { batch, seed, schedule } = settings;
  const { dropout, hidden } = architecture;
  const feeds: Record<string, Tensor> = {};
  const corrections = float32([steps, 2]);
  for (let s = 0; s < steps; s++) {
    const step = first + s;
    const rate = schedule === 'cosine' ? 0.5 * (1 + Math.cos((Math.PI * step) / stepsTotal)) : 1;
    corrections.data.set(stepCorrections(step + 1, rate), 2 * s);
    const { features, labels } = pixelFeeds(
      pool,
      members.map((member) => member.batch(step)),
      featureType,
    );
    feeds[`features.${s}`] = features;
    feeds[`labels.${s}`] = labels;
    if (dropout === 'none') continue;
    hidden.forEach((units, layer) => {
      const mask = float32([members.length, batch, units]);
      members.forEach(({ id }, i) => {
        const purpose = layer === 0 ? 'dropout1' : 'dropout2';
        const part = mask.data.subarray(i * batch * units, (i + 1) * batch * units);
        dropoutMask(part, dropout[layer]!, { seed, purpose, member: id, step });
      });
      feeds[`mask${layer + 1}.${s}`] = mask;
    });
  }
  return { ...feeds, corrections };
}

/**
 * Inverted dropout (Srivastava et al. 2014, section 10): 0 with probability `rate`, else 1 / (1 − rate). One random byte
 * for each unit, so the rate is rounded to a 256th.
 */
export function dropoutMask(into: Float32Array, rate: number, address: RandomAddress): void {
  const dropped = Math.round(rate * 256);
  const kept = 256 / (256 - dropped);
  const bytes = randomBytes(address, into.length);
  for (let i = 0; i < into.length; i++) into[i] = bytes[i]! < dropped ? 0 : kept;
}

/** `features` [M, P, D] and `labels` [M, P] of each member's pixels. */
export function pixelFeeds(
  pool: PixelPool,
  lists: readonly Uint32Array[],
  featureType: FeatureType,
): { readonly features: Tensor; readonly labels: Tensor } {
  const { channels } = pool;
  const shape = [lists.length, lists[0]!.length];
  const data = new Uint16Array(sizeOf(shape) * channels);
  const labels = new Int32Array(sizeOf(shape));
  let at = 0;
  for (const list of lists) {
    for (const pixel of list) {
      data.set(pool.vectors.subarray(pixel * channels, (pixel + 1) * channels), at * channels);
      labels[at++] = pool.labels[pixel]!;
    }
  }
  const vectors = float16Bits([...shape, channels], data);
  return {
    features: featureType === 'float16' ? vectors : float32(vectors.shape, fromHalf(vectors.data)),
    labels: int32(shape, labels),
  };
}
