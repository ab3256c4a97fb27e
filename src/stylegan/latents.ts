import { normals } from '../engine/philox.ts';

/** What the random numbers of a generator are for; each purpose has a stream of its own, so that none shifts another. */
export const streams = { latent: 1, meanW: 2, noise: 3 } as const;

/** The z of sample `index` of `seed`: zSize numbers from N(0, 1), the same on every machine and in any order. */
export function latentZ(seed: number, index: number, zSize: number): Float32Array {
  return normals(seed, streams.latent, index * zSize, zSize);
}

/**
 * The noise of one style layer that a seed stands for: [1, 1, r, r], row-major. Layers are 2²⁴ numbers apart, more
 * than a 4096² layer takes, so that they never share a number.
 */
export function seededNoise(seed: number, layer: number, resolution: number): Float32Array {
  return normals(seed, streams.noise, layer * 2 ** 24, resolution ** 2);
}
