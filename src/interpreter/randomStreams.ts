import { normals, permutation, philox4x32 } from '../engine/philox.ts';

/** What training draws random numbers for. Each purpose has streams of its own, so none shifts another. */
const purposes = [
  'hidden1.weight',
  'hidden2.weight',
  'output.weight',
  'pixels',
  'held out',
  'order',
  'mix',
  'dropout1',
  'dropout2',
] as const;

export type RandomPurpose = (typeof purposes)[number];

/** Names one sequence of random numbers. */
export interface RandomAddress {
  readonly seed: number;
  readonly purpose: RandomPurpose;
  /** Member of the ensemble, or number of the image: below 2¹⁶. */
  readonly member: number;
  /** Step or epoch: below 2³². */
  readonly step?: number;
}

/** `count` numbers from N(0, 1). */
export function randomNormals(address: RandomAddress, count: number): Float32Array {
  return normals(address.seed, stream(address), 0, count);
}

/** A random order of 0 … count − 1. */
export function randomOrder(address: RandomAddress, count: number): Uint32Array {
  return permutation(address.seed, stream(address), count);
}

/** `count` random bytes. */
export function randomBytes(address: RandomAddress, count: number): Uint8Array {
  const number = stream(address);
  const words = new Uint32Array(Math.ceil(count / 16) * 4);
  for (let block = 0; block * 4 < words.length; block++) {
    words.set(philox4x32([block, 0, low(number), high(number)], [low(address.seed), high(address.seed)]), block * 4);
  }
  return new Uint8Array(words.buffer, 0, count);
}

function stream({ purpose, member, step = 0 }: RandomAddress): number {
  return (purposes.indexOf(purpose) * 2 ** 16 + member) * 2 ** 32 + step;
}

function low(x: number): number {
  return x >>> 0;
}

function high(x: number): number {
  return Math.floor(x / 2 ** 32) >>> 0;
}
