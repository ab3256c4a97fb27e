import type { PixelPool } from './pixelPool.ts';
import { randomOrder } from './randomStreams.ts';

/** What a member is not trained on; its loss there decides when the member stops. */
export type HeldOut =
  /** Every `every`th image, a different choice for each member, so that all images are trained on by some. */
  | { readonly kind: 'images'; readonly every: number }
  /** This share of the pixels. */
  | { readonly kind: 'pixels'; readonly share: number };

/** Indices into the pool, each pixel in one of the two; a pool of a single pixel is both. Neither is ever empty. */
export interface Split {
  readonly train: Uint32Array;
  readonly heldOut: Uint32Array;
}

/** Held-out pixels that are measured; more say little more and cost as much as training steps. */
const mostMeasured = 2048;

/**
 * One member's split. Images are dealt out in an order of the seed; member m holds out every image whose place is m modulo
 * `every`. With fewer than `every` labelled images there are no images to spare, so a fifth of the pixels is held out.
 */
export function splitPool(pool: PixelPool, heldOut: HeldOut, seed: number, member: number): Split {
  const labelled = Array.from(new Set(pool.images));
  if (heldOut.kind === 'images' && labelled.length >= heldOut.every) {
    const order = randomOrder({ seed, purpose: 'held out', member: 0 }, labelled.length);
    const away = new Set(labelled.filter((_, i) => order[i]! % heldOut.every === member % heldOut.every));
    return split(pool, (pixel) => away.has(pool.images[pixel]!), seed, member);
  }
  if (pool.labels.length === 1) return { train: Uint32Array.of(0), heldOut: Uint32Array.of(0) };
  const share = heldOut.kind === 'pixels' ? heldOut.share : 1 / heldOut.every;
  const order = randomOrder({ seed, purpose: 'held out', member }, pool.labels.length);
  const away = new Set(order.subarray(0, Math.max(1, Math.floor(share * pool.labels.length))));
  return split(pool, (pixel) => away.has(pixel), seed, member);
}

function split(pool: PixelPool, isAway: (pixel: number) => boolean, seed: number, member: number): Split {
  const pixels = Uint32Array.from(pool.labels.keys());
  const away = pixels.filter(isAway);
  const order = randomOrder({ seed, purpose: 'held out', member, step: 1 }, away.length);
  return {
    train: pixels.filter((pixel) => !isAway(pixel)),
    heldOut: Uint32Array.from(order.subarray(0, mostMeasured), (i) => away[i]!),
  };
}
