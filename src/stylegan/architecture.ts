import * as z from 'zod';
import type { FeatureMap, FeatureSet } from './featureMap.ts';
import { onnxFeatureMaps, onnxSchema, type OnnxArchitecture } from './onnx/architecture.ts';
import { featureMaps1, stylegan1Schema } from './stylegan1/architecture.ts';
import { featureMaps2, stylegan2Layers, stylegan2Schema } from './stylegan2/architecture.ts';
import { featureMaps3, stylegan3Schema } from './stylegan3/architecture.ts';

export const styleganSchema = z.discriminatedUnion('family', [stylegan1Schema, stylegan2Schema, stylegan3Schema]);

/** Everything about a StyleGAN but its weights. */
export type StyleganArchitecture = Readonly<z.infer<typeof styleganSchema>>;

/** Of a StyleGAN, or what is known of somebody else's ONNX model. */
export type Architecture = StyleganArchitecture | OnnxArchitecture;

/** Every family with what its description looks like. */
export const architectureSchema = z.discriminatedUnion('family', [styleganSchema, onnxSchema]);

/** The feature maps of a set, in the order in which they are concatenated. */
export function featureMaps(architecture: Architecture, set: FeatureSet): readonly FeatureMap[] {
  switch (architecture.family) {
    case 'stylegan1':
      return featureMaps1(architecture, set);
    case 'stylegan2':
      return featureMaps2(architecture);
    case 'stylegan3':
      return featureMaps3(architecture);
    case 'onnx':
      return onnxFeatureMaps(architecture);
  }
}

export function featureNames(architecture: Architecture, set: FeatureSet): readonly string[] {
  return featureMaps(architecture, set).map(({ name }) => name);
}

/** The number of style inputs (rows of w+); an ONNX model has none that could be reached. */
export function styleLayerCount(architecture: Architecture): number {
  switch (architecture.family) {
    case 'stylegan1':
    case 'stylegan2':
      return 2 * architecture.blocks.length;
    case 'stylegan3':
      return architecture.layers.length + 1;
    case 'onnx':
      return 0;
  }
}

/** Height and width of the noise of each layer that adds some, in order. */
export function noiseResolutions(architecture: Architecture): readonly number[] {
  switch (architecture.family) {
    case 'stylegan1':
      return architecture.blocks.flatMap(({ resolution }) => [resolution, resolution]);
    case 'stylegan2':
      return stylegan2Layers(architecture).map(({ resolution }) => resolution);
    case 'stylegan3':
    case 'onnx':
      return [];
  }
}
