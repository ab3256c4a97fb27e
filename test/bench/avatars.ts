import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeLabelPng } from '../../src/dataset/png.ts';
import { float32Data } from '../../src/engine/tensor.ts';
import { featureShapes } from '../../src/interpreter/featureShapes.ts';
import type { FeatureShape } from '../../src/interpreter/ensemble.ts';
import type { LabelledSample } from '../../src/interpreter/pixelPool.ts';
import type { FeatureSet } from '../../src/stylegan/featureMap.ts';
import { decodeGenerator, psiPerLayer, type StoredGenerator } from '../../src/stylegan/generator.ts';
import type { GeneratorNetwork } from '../../src/stylegan/generatorParameters.ts';
import { readNpy } from '../../src/stylegan/npy.ts';
import type { Synthesizer } from '../../src/stylegan/synthesizer.ts';

const folder = fileURLToPath(new URL('../fixtures/avatars-64/', import.meta.url));

export const AVATAR_CLASSES = ['background', 'skin', 'hair', 'clothes', 'mouth', 'eyes', 'eyebrows', 'beard'];
export const AVATAR_CLASS_IDS = AVATAR_CLASSES.map((_, id) => id);

/** The bundled generator. */
export async function avatarGenerator(): Promise<StoredGenerator> {
  const path = fileURLToPath(new URL('../../models/avatars-64/generator.onnx', import.meta.url));
  return decodeGenerator(new Uint8Array(await readFile(path)), path);
}

export function avatarFeatureShapes(generator: GeneratorNetwork, features: FeatureSet): FeatureShape[] {
  return featureShapes(generator.architecture, features);
}

/** Annotated samples `start` … `end` − 1 of the fixtures. */
export async function avatarSamples(
  { architecture }: GeneratorNetwork,
  synthesizer: Synthesizer,
  start: number,
  end: number,
): Promise<readonly LabelledSample[]> {
  const latents = float32Data(readNpy(new Uint8Array(await readFile(`${folder}samples/latents.npy`)), 'latents.npy'));
  const psi = psiPerLayer(architecture, 0.8, 'all');
  const samples: LabelledSample[] = [];
  for (let sample = start; sample < end; sample++) {
    const name = `${String(sample).padStart(3, '0')}.png`;
    const bytes = new Uint8Array(await readFile(`${folder}samples/labels/${name}`));
    const values = latents.slice(sample * architecture.zSize, (sample + 1) * architecture.zSize);
    const featureMaps = async () =>
      (await synthesizer.render({ latent: { space: 'z', values }, psi, noise: 'constant' })).features;
    samples.push({ name, labels: decodeLabelPng(bytes, name), featureMaps });
  }
  return samples;
}
