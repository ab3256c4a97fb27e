import * as z from 'zod';
import { conditionSchema } from '../condition.ts';
import { layerName, type FeatureMap } from '../featureMap.ts';

const size = z.int().min(1).max(65536);

export const stylegan2Schema = z.object({
  family: z.literal('stylegan2'),
  resolution: size,
  zSize: size,
  wSize: size,
  mappingLayers: size,
  /** Outputs of every mapping layer but the last, which has `wSize`. */
  mappingWidth: size,
  imageChannels: z.union([z.literal(1), z.literal(3)]),
  condition: conditionSchema,
  /** `skip`: every block adds to the image; `resnet`: blocks add to their input; `orig`: neither. The last block makes the image in both. */
  structure: z.enum(['skip', 'orig', 'resnet']),
  /** Blocks 4×4, 8×8, … up to the image's resolution. */
  blocks: z.array(z.object({ resolution: size, channels: size })).min(1),
  /** Limit of what every layer puts out, set for training in mixed precision. */
  clamp: z.number().positive().nullable(),
});

/** Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020. */
export type Stylegan2Architecture = Readonly<z.infer<typeof stylegan2Schema>>;

/** One 3×3 convolution with its noise and activation. */
export interface Stylegan2Layer {
  /** Name of its parameters: `synthesis.8.conv0`. */
  readonly name: string;
  /** Names the layer's part in errors. */
  readonly part: string;
  readonly resolution: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly up: boolean;
}

/** The synthesis layers in order: one at 4×4, two in every later block. Layer i takes style i. */
export function stylegan2Layers({ blocks }: Stylegan2Architecture): readonly Stylegan2Layer[] {
  return blocks.flatMap(({ resolution, channels }, index) => {
    const before = blocks[index - 1];
    const layer = (which: 0 | 1, inputs: number): Stylegan2Layer => ({
      name: `synthesis.${resolution}.conv${which}`,
      part: `synthesis block ${resolution}x${resolution} conv${which}`,
      resolution,
      inputs,
      outputs: channels,
      up: which === 0,
    });
    return before ? [layer(0, before.channels), layer(1, channels)] : [layer(1, channels)];
  });
}

export function featureMaps2(architecture: Stylegan2Architecture): readonly FeatureMap[] {
  return stylegan2Layers(architecture).map(({ outputs, resolution }, layer) => ({
    name: layerName(layer),
    channels: outputs,
    resolution,
  }));
}

/** Whether a block makes (a part of) the image. */
export function makesImage({ structure, blocks }: Stylegan2Architecture, block: number): boolean {
  return structure === 'skip' || block === blocks.length - 1;
}
