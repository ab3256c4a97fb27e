import * as z from 'zod';
import type { FeatureMap } from '../featureMap.ts';

const size = z.int().min(1).max(65536);
/** Height and width: as for the networks that we know. */
export const side = z.int().min(1).max(4200);

/** Somebody else's generator, of which nothing is known but what goes in and comes out. */
export const onnxSchema = z.object({
  family: z.literal('onnx'),
  resolution: side,
  zSize: size,
  imageChannels: z.union([z.literal(1), z.literal(3)]),
  features: z
    .array(z.object({ channels: size, resolution: side }))
    .min(1)
    .max(1000),
});

export type OnnxArchitecture = Readonly<z.infer<typeof onnxSchema>>;

/** In the order in which they were chosen. */
export function onnxFeatureMaps({ features }: OnnxArchitecture): readonly FeatureMap[] {
  return features.map((map, i) => ({ name: featureName(i), ...map }));
}

/**
 * What we call the `i`th chosen output. Its own name may be anything, among it names that models of ours have already; it stands in the
 * generator's facts.
 */
export function featureName(i: number): string {
  return `F${String(i).padStart(2, '0')}`;
}

/** Names that a generator's input and image have in its own file, whatever they were called. */
export const latentName = 'z';
export const imageName = 'image';
