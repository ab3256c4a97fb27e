import * as z from 'zod';
import { conditionSchema } from '../condition.ts';
import { layerName, type FeatureMap } from '../featureMap.ts';

const size = z.int().min(1).max(65536);
/** Height and width of a map: 1024² and its margins make 1064. What a file says beyond that would only fill the memory. */
const side = z.int().min(1).max(4200);
const padding = z.int().min(-4200).max(4200);
/** Taps of a filter, of one axis or of both; null: no filter. */
const taps = z.union([z.tuple([size]), z.tuple([size, size])]).nullable();

export const stylegan3Schema = z.object({
  family: z.literal('stylegan3'),
  resolution: side,
  zSize: size,
  wSize: size,
  mappingLayers: size,
  mappingWidth: size,
  imageChannels: z.union([z.literal(1), z.literal(3)]),
  condition: conditionSchema,
  /** The sine waves that synthesis begins from. */
  input: z.object({
    channels: size,
    size: side,
    samplingRate: z.number().positive(),
    bandwidth: z.number().positive(),
  }),
  layers: z
    .array(
      z.object({
        inputs: size,
        outputs: size,
        /** Rows and columns of the convolution's kernel. */
        kernel: size,
        /** Height and width of what comes out, the margin around the image included. */
        size: side,
        /** Of them the image's part. */
        samplingRate: size,
        up: z.int().min(1).max(8),
        down: z.int().min(1).max(8),
        upTaps: taps,
        downTaps: taps,
        /** Of the upsampled map: left, right, top, bottom; negative ones crop. */
        padding: z.tuple([padding, padding, padding, padding]),
        clamp: z.number().positive().nullable(),
        /** The last one: no demodulation, no non-linearity. */
        isToRgb: z.boolean(),
      }),
    )
    .min(1),
  outputScale: z.number(),
});

/** Karras et al., "Alias-Free Generative Adversarial Networks", NeurIPS 2021; configurations T and R. */
export type Stylegan3Architecture = Readonly<z.infer<typeof stylegan3Schema>>;
export type Stylegan3Layer = Readonly<Stylegan3Architecture['layers'][number]>;

/** All layers but the one that makes the image, without the margin. */
export function featureMaps3({ layers }: Stylegan3Architecture): readonly FeatureMap[] {
  return layers.flatMap(({ outputs, samplingRate, isToRgb }, layer) =>
    isToRgb ? [] : [{ name: layerName(layer), channels: outputs, resolution: samplingRate }],
  );
}
