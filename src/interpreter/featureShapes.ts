import { featureMaps, type Architecture } from '../stylegan/architecture.ts';
import type { FeatureSet } from '../stylegan/featureMap.ts';
import type { FeatureShape } from './ensemble.ts';

/** The shapes of the feature maps that an interpreter of this set reads, in the order of their concatenation. */
export function featureShapes(architecture: Architecture, set: FeatureSet): FeatureShape[] {
  return featureMaps(architecture, set).map(({ name, channels, resolution }) => ({
    name,
    channels,
    height: resolution,
    width: resolution,
  }));
}
