import { frameImage } from '../../dataset/frameImage.ts';
import type { RgbImage } from '../../dataset/image.ts';
import { encodeRgbPng } from '../../dataset/png.ts';
import { shrinkFactor, shrinkImage } from '../../dataset/report/shrink.ts';
import { tiledImage } from '../../dataset/tiledImage.ts';
import { Session } from '../../engine/session.ts';
import { float32, float32Data } from '../../engine/tensor.ts';
import { labelFrame } from '../../interpreter/labelFrame.ts';
import type { Architecture } from '../../stylegan/architecture.ts';
import { psiPerLayer, type GeneratorFacts } from '../../stylegan/generator.ts';
import { latentZ } from '../../stylegan/latents.ts';
import { psiFeed } from '../../stylegan/psiFeed.ts';

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

/**
 * Sixteen samples of a generator in one PNG, as they will be labelled, each at most 256 pixels wide: whether an import is right shows
 * at a glance. They are drawn by the file that was written, as it stands.
 * @param file of the generator
 */
export async function sampleSheet(
  file: string,
  architecture: Architecture,
  crop: GeneratorFacts['crop'],
  { seed, truncation, onImage }: SheetOptions,
): Promise<Uint8Array> {
  const { resolution, zSize } = architecture;
  const frame = labelFrame({ resolution, crop });
  const psi = psiPerLayer(architecture, truncation.psi, truncation.layers);
  onImage(0);
  // Without the plan a network of 1024² needs one gigabyte instead of two.
  const session = await Session.create(file, {
    provider: 'cpu',
    cpuFallback: 'allow',
    planMemory: false,
  });
  const images: RgbImage[] = [];
  try {
    for (let index = 0; index < SHEET_SAMPLES; index++) {
      onImage(index);
      const z = float32([1, zSize], latentZ(seed, index, zSize));
      const { image } = await session.run({ z, ...psiFeed(psi) }, ['image']);
      const whole = frameImage(float32Data(image, 'image'), frame);
      images.push(shrinkImage(whole, shrinkFactor(whole, MOST_SIDE)));
    }
  } finally {
    await session.release();
  }
  return encodeRgbPng(tiledImage(images, COLUMNS));
}
