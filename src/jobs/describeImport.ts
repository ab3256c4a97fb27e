import * as z from 'zod';

/** What `dgan import` found and made. */
export const importResultSchema = z.object({
  out: z.string(),
  name: z.string(),
  family: z.string(),
  /** What the checkpoint is: "a StyleGAN 2 of NVIDIA (PyTorch)". */
  format: z.string(),
  resolution: z.number(),
  imageChannels: z.number(),
  /** `512×384 at 0, 64`, where it is not the whole image. */
  crop: z.string().exactOptional(),
  /** Of a conditional generator. */
  condition: z.object({ classes: z.number(), chosen: z.number() }).exactOptional(),
  /** An ONNX model has no style layers that could be reached. */
  latent: z.object({ z: z.number(), styles: z.object({ w: z.number(), layers: z.number() }).exactOptional() }),
  features: z.array(z.object({ name: z.string(), channels: z.number(), resolution: z.number() })),
  /** How many numbers the generator holds, its noise and w_avg among them. */
  parameters: z.number(),
  /** One sentence each. */
  assumed: z.array(z.string()),
  sha256: z.string(),
  attributed: z.boolean(),
  /** Until the generator was written. */
  seconds: z.number(),
  /** The sheet of samples, a PNG, and the seconds that it took. */
  samples: z.object({ file: z.string(), psi: z.number(), seconds: z.number() }).exactOptional(),
});

export type ImportResult = z.output<typeof importResultSchema>;

export function describeImport(r: ImportResult): string {
  const grey = r.imageChannels === 1 ? ', grey' : '';
  const condition = r.condition === undefined ? '' : `, class ${r.condition.chosen} of ${r.condition.classes}`;
  const crop = r.crop === undefined ? '' : `, of which ${r.crop} is the image`;
  const { styles } = r.latent;
  const channels = r.features.reduce((sum, map) => sum + map.channels, 0);
  return [
    `${r.name}: ${r.format}, ${r.resolution}×${r.resolution}${grey}${condition}${crop}.`,
    `Latents:      z ${r.latent.z}${styles === undefined ? '' : `, w ${styles.w}, ${styles.layers} style layers`}`,
    `Feature maps: ${mapsText(r.features)}; ${figure(channels)} channels in all`,
    `Parameters:   ${figure(r.parameters)}`,
    ...r.assumed.map((sentence) => `- ${sentence}`),
    `Written to ${r.out} in ${r.seconds.toFixed(1)} s.`,
    ...(r.attributed ? [] : ['Note: nothing is recorded about whose work it is; --attribution would.']),
    ...(r.samples === undefined
      ? []
      : [`Sixteen samples at psi ${r.samples.psi}, drawn in ${r.samples.seconds.toFixed(1)} s: ${r.samples.file}.`]),
  ].join('\n');
}

/** `512 at 4², 512 + 512 at 8²`: the maps of one resolution together. */
function mapsText(features: ImportResult['features']): string {
  const resolutions = [...new Set(features.map(({ resolution }) => resolution))];
  return resolutions
    .map((resolution) => {
      const channels = features.filter((map) => map.resolution === resolution).map((map) => map.channels);
      return `${channels.join(' + ')} at ${resolution}²`;
    })
    .join(', ');
}

function figure(value: number): string {
  return value.toLocaleString('en');
}
