import type { PixelPool } from './pixelPool.ts';
import { randomOrder, type RandomAddress } from './randomStreams.ts';

/**
 * The order in which an epoch goes through `train`. Class c gets the share (1 − e)·f(c) + e/K of it, f its share of all
 * labelled pixels, e = `evenShare` and K the number of classes in `train`; rare classes come more than once for that.
 * @returns indices into the pool, as many as `train`, give or take rounding
 */
export function epochOrder(
  pool: PixelPool,
  train: Uint32Array,
  evenShare: number,
  address: Omit<RandomAddress, 'purpose'>,
): Uint32Array {
  const byClass = new Map<number, number[]>();
  for (const i of randomOrder({ ...address, purpose: 'order' }, train.length)) {
    const pixel = train[i]!;
    const label = pool.labels[pixel]!;
    const list = byClass.get(label) ?? [];
    list.push(pixel);
    byClass.set(label, list);
  }
  const labelled = Array.from(byClass.keys()).reduce((sum, label) => sum + pool.labelledPixels[label]!, 0);
  const chosen: number[] = [];
  for (const [label, pixels] of byClass) {
    const share = ((1 - evenShare) * pool.labelledPixels[label]!) / labelled + evenShare / byClass.size;
    const count = Math.max(1, Math.round(share * train.length));
    for (let i = 0; i < count; i++) chosen.push(pixels[i % pixels.length]!);
  }
  return randomOrder({ ...address, purpose: 'mix' }, chosen.length).map((i) => chosen[i]!);
}
