import * as z from 'zod';
import type { FeatureMap, FeatureSet } from './featureMap.ts';
import { featureMaps1, stylegan1Schema } from './stylegan1/architecture.ts';
import { featureMaps2, stylegan2Layers, stylegan2Schema } from './stylegan2/architecture.ts';
import { featureMaps3, stylegan3Schema } from './stylegan3/architecture.ts';

export const architectureSchema = z.discriminatedUnion('family', [stylegan1Schema, stylegan2Schema, stylegan3Schema]);

/** Everything about a generator but its weights. */
export type Architecture = Readonly<z.infer<typeof architectureSchema>>;

/** The feature maps of a set, in the order in which they are concatenated. */
export function featureMaps(architecture: Architecture, set: FeatureSet): readonly FeatureMap[] {
  switch (architecture.family) {
    case 'stylegan1':
      return featureMaps1(architecture, set);
    case 'stylegan2':
      return featureMaps2(architecture);
    case 'stylegan3':
      return featureMaps3(architecture);
  }
}

export function featureNames(architecture: Architecture, set: FeatureSet): readonly string[] {
  return featureMaps(architecture, set).map(({ name }) => name);
}

/** The number of style inputs (rows of w+). */
export function styleLayerCount(architecture: Architecture): number {
  switch (architecture.family) {
    case 'stylegan1':
    case 'stylegan2':
      return 2 * architecture.blocks.length;
    case 'stylegan3':
      return architecture.layers.length + 1;
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
      return [];
  }
}
