import { frameImage } from '../../dataset/frameImage.ts';
import type { RgbImage } from '../../dataset/image.ts';
import { encodeRgbPng } from '../../dataset/png.ts';
import { shrinkFactor, shrinkImage } from '../../dataset/report/shrink.ts';
import { tiledImage } from '../../dataset/tiledImage.ts';
import { labelFrame } from '../../interpreter/labelFrame.ts';
import { psiPerLayer, type Generator } from '../../stylegan/generator.ts';
import { latentZ } from '../../stylegan/latents.ts';
import { Synthesizer } from '../../stylegan/synthesizer.ts';

const COLUMNS = 4;
export const SHEET_SAMPLES = COLUMNS ** 2;
const MOST_SIDE = 256;

export interface SheetOptions {
  /** The sheet shows the first samples of this seed. */
  readonly seed: number;
  readonly truncation: { readonly psi: number; readonly layers: number | 'all' };
  /** Called before each image. */
  readonly onImage: (done: number) => void;
}

/** Sixteen samples of a generator in one PNG, as they will be labelled, each at most 256 pixels wide: whether an import is right shows at a glance. */
export async function sampleSheet(
  generator: Generator,
  { seed, truncation, onImage }: SheetOptions,
): Promise<Uint8Array> {
  const { architecture } = generator;
  const { resolution, zSize } = architecture;
  const frame = labelFrame({ resolution, crop: generator.facts.crop });
  const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
  const images: RgbImage[] = [];
  try {
    for (let index = 0; index < SHEET_SAMPLES; index++) {
      onImage(index);
      const { image } = await synthesizer.render({
        latent: { space: 'z', values: latentZ(seed, index, zSize) },
        psi: psiPerLayer(architecture, truncation.psi, truncation.layers),
        noise: 'constant',
      });
      const whole = frameImage(image, frame);
      images.push(shrinkImage(whole, shrinkFactor(whole, MOST_SIDE)));
    }
  } finally {
    await synthesizer.release();
  }
  return encodeRgbPng(tiledImage(images, COLUMNS));
}
