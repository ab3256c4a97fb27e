import { UserError } from '../base/userError.ts';
import { noiseResolutions, styleLayerCount, type Architecture } from '../stylegan/architecture.ts';
import { psiPerLayer } from '../stylegan/generator.ts';
import { latentZ, seededNoise } from '../stylegan/latents.ts';
import type { SynthesisInput } from '../stylegan/synthesizer.ts';
import type { Latent } from './provenance.ts';
import type { Origin } from './sample.ts';

/** Where a sample comes from when a generator made it. */
export type GeneratedOrigin = Extract<Origin, { kind: 'generated' }>;

/**
 * All numbers that a generated sample's image is computed from.
 * @param name of the sample, for errors
 * @throws UserError when the latent has another size than the generator's, or is truncated or in a space that the generator does not have.
 */
export function synthesisInput(origin: GeneratedOrigin, architecture: Architecture, name: string): SynthesisInput {
  const { latent, truncation, noise } = origin;
  return {
    latent: latentValues(latent, architecture, name),
    psi: psiPerLayer(architecture, truncation.psi, truncation.layers),
    noise:
      noise.kind === 'constant'
        ? 'constant'
        : noiseResolutions(architecture).map((resolution, layer) => seededNoise(noise.seed, layer, resolution)),
  };
}

function latentValues(latent: Latent, architecture: Architecture, name: string): SynthesisInput['latent'] {
  if (!('values' in latent)) return { space: 'z', values: latentZ(latent.seed, latent.index, architecture.zSize) };
  const rows = latent.space === 'w+' ? latent.values : [latent.values];
  const [count, width] = latentShape(latent.space, architecture, name);
  if (rows.length !== count || rows.some((row) => row.length !== width)) {
    const found = rows.length === 1 ? rows[0]!.length : `${rows.length} rows of ${rows[0]!.length}`;
    throw new UserError(
      `${name}: its ${latent.space} latent has ${found} values, but the generator takes ${count === 1 ? '' : `${count} rows of `}${width}.`,
    );
  }
  return { space: latent.space, values: Float32Array.from(rows.flat()) };
}

function latentShape(
  space: SynthesisInput['latent']['space'],
  architecture: Architecture,
  name: string,
): readonly [rows: number, values: number] {
  if (space === 'z') return [1, architecture.zSize];
  if (architecture.family === 'onnx')
    throw new UserError(`${name}: its latent is a ${space}, but the generator is an ONNX model, which takes z only.`);
  return [space === 'w' ? 1 : styleLayerCount(architecture), architecture.wSize];
}
