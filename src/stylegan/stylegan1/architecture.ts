import * as z from 'zod';
import { layerName, type FeatureMap, type FeatureSet } from '../featureMap.ts';

const size = z.int().min(1).max(65536);

export const stylegan1Schema = z.object({
  family: z.literal('stylegan1'),
  /** Height and width of the image: those of the last block. */
  resolution: size,
  zSize: size,
  wSize: size,
  mappingLayers: size,
  /** Outputs of every mapping layer but the last, which has `wSize`. */
  mappingWidth: size,
  imageChannels: z.union([z.literal(1), z.literal(3)]),
  /** Blocks 4×4, 8×8, … up to the image's resolution. */
  blocks: z
    .array(
      z.object({
        /** Height and width of the block's feature maps: 4, 8, 16, … */
        resolution: size,
        channels: size,
        /**
         * How the block doubles the resolution. `none`: the 4×4 block begins from a constant instead; `nearest`: nearest neighbour ×2, then a
         * 3×3 convolution; `fused`: one transposed convolution with a 4×4 kernel made of four shifted copies of the 3×3 one.
         */
        upsampling: z.enum(['none', 'nearest', 'fused']),
        /** Whether [1,2,1]⊗[1,2,1]/16 is applied after upsampling. */
        blur: z.boolean(),
      }),
    )
    .min(1),
  /** What instance normalisation adds to the variance: 1e-5 in PyTorch, 1e-8 in TensorFlow. */
  epsilon: z.number().positive(),
});

/** Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", CVPR 2019. */
export type Stylegan1Architecture = Readonly<z.infer<typeof stylegan1Schema>>;
export type Stylegan1Block = Readonly<Stylegan1Architecture['blocks'][number]>;

export function featureMaps1({ blocks }: Stylegan1Architecture, set: FeatureSet): readonly FeatureMap[] {
  return blocks.flatMap(({ channels, resolution }, block) => {
    const [first, second] = [2 * block, 2 * block + 1];
    const names =
      set === 'paper' ? [layerName(first), layerName(second)] : [layerName(second), convolutionName(second)];
    return names.map((name) => ({ name, channels, resolution }));
  });
}

/** Name of the raw output of the convolution before AdaIN layer `layer`. */
export function convolutionName(layer: number): string {
  return `C${String(layer).padStart(2, '0')}`;
}
