import { createHash } from 'node:crypto';
import type { TensorOf } from '../engine/tensor.ts';
import { noiseResolutions, type Architecture } from './architecture.ts';
import { stylegan1Parameters } from './stylegan1/parameters.ts';

/** A generator's weights by canonical name: those of its family, and `w_avg` [wSize] and `noise.00` … [1, 1, r, r]. */
export type GeneratorParameters = ReadonlyMap<string, TensorOf<'float32'>>;

/** What a generator computes with. */
export interface GeneratorNetwork {
  readonly architecture: Architecture;
  readonly parameters: GeneratorParameters;
}

/** Name of the constant noise of a style layer. */
export function noiseName(layer: number): string {
  return `noise.${String(layer).padStart(2, '0')}`;
}

/** Every parameter of a generator that can be stored, with its shape. */
export function parameterShapes(architecture: Architecture): Map<string, readonly number[]> {
  const slots = stylegan1Parameters(architecture);
  const shapes = new Map<string, readonly number[]>(slots.map(({ name, shape }) => [name, shape]));
  shapes.set('w_avg', [architecture.wSize]);
  noiseResolutions(architecture).forEach((resolution, layer) =>
    shapes.set(noiseName(layer), [1, 1, resolution, resolution]),
  );
  return shapes;
}

/**
 * The SHA-256 by which samples, interpreters and data sets know their generator: of the architecture and all parameters,
 * not of the file, so that importing the checkpoint again, with this version or a later one, gives the same generator.
 */
export function networkHash({ architecture, parameters }: GeneratorNetwork): string {
  const hash = createHash('sha256').update(JSON.stringify(architecture, sortedKeys));
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
