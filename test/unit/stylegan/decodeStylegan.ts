import assert from 'node:assert/strict';
import { decodeGenerator, type StoredGenerator, type StyleganGenerator } from '../../../src/stylegan/generator.ts';

/** A generator's file that is known to hold a StyleGAN. */
export function decodeStylegan(bytes: Uint8Array, file: string): StyleganGenerator & { readonly sha256: string } {
  return styleganIn(decodeGenerator(bytes, file));
}

export function styleganIn(generator: StoredGenerator): StyleganGenerator & { readonly sha256: string } {
  assert('parameters' in generator);
  return generator;
}
