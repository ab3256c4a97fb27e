import { UserError } from '../../base/userError.ts';
import type { ForeignLatents, LatentReading } from './latentsFile.ts';
import { difference, likeness, type Thumbnail } from './likeness.ts';

/** An image that somebody labelled. */
export interface LabelledImageFile {
  /** The number in its file's name. */
  readonly number: number;
  readonly file: string;
  readonly thumbnail: Thumbnail;
}

export interface LatentMatch {
  readonly reading: LatentReading;
  /** Image i shows latent i + offset. */
  readonly offset: number;
  /** Means over the images with the latents of each offset that was tried, best first. */
  readonly totals: readonly { readonly offset: number; readonly likeness: number; readonly difference: number }[];
  readonly images: readonly MatchedImage[];
}

export interface MatchedImage {
  readonly image: LabelledImageFile;
  /** `mean`: the generator's mean image, which the released code draws as image 0 and saves no latent of. */
  readonly latent: number | 'mean' | 'none';
  readonly likeness: number;
  /** Mean absolute difference of the reduced images, in grey levels. */
  readonly difference: number;
}

export interface Rendering {
  /** The generator's image of w_avg. */
  readonly mean: Thumbnail;
  readonly render: (reading: LatentReading, index: number) => Promise<Thumbnail>;
}

/**
 * Our noise is not theirs, and JPEG blurs: images of the same latent reach 0.9 and more. Others stay about 0, but some come to 0.6 (two
 * avatars with the same hair).
 */
const SAME = 0.75;
/** So much the best offset must be ahead of the next. */
const AHEAD = 0.15;
const OFFSETS = [0, -1, 1] as const;
/** Images that decide how the latents are to be read; all of them decide the offset. */
const PROBES = 3;

/**
 * Finds out how latents are to be read and which of them belongs to which image, by looking: the latents are rendered and held against
 * the images. The released code needs it: where it draws the images itself (make_training_data.py), image 0 is the mean image, whose
 * latent is not among the saved ones, so image i shows latent i − 1; its training code reads, for the annotated sets that were published,
 * latent i with image i.
 * @throws UserError when no reading reproduces the images, with the figures; or when two offsets do so equally well.
 */
export async function matchLatents(
  images: readonly LabelledImageFile[],
  { count, readings }: ForeignLatents,
  { mean, render }: Rendering,
  file: string,
): Promise<LatentMatch> {
  const known = new Map<LatentReading, Map<number, Promise<Thumbnail>>>(
    readings.map((reading) => [reading, new Map()]),
  );
  const rendered = (reading: LatentReading, index: number): Promise<Thumbnail> => {
    const ofReading = known.get(reading)!;
    const picture = ofReading.get(index) ?? render(reading, index);
    ofReading.set(index, picture);
    return picture;
  };
  const totalsOf = async (reading: LatentReading, some: readonly LabelledImageFile[]) => {
    const totals = [];
    for (const offset of OFFSETS) {
      const found = [];
      for (const { number, thumbnail } of some) {
        const index = number + offset;
        if (index >= 0 && index < count) found.push(compared(thumbnail, await rendered(reading, index), mean));
      }
      if (found.length > 0)
        totals.push({
          offset,
          likeness: average(found.map((one) => one.likeness)),
          difference: average(found.map((one) => one.difference)),
        });
    }
    return totals.sort((a, b) => b.likeness - a.likeness);
  };

  // Not the first image: it may be the mean one, which says nothing.
  const probes = [...images.slice(1), ...images.slice(0, 1)].slice(0, PROBES);
  const tried = [];
  for (const reading of readings) {
    const [best] = await totalsOf(reading, probes);
    if (best) tried.push({ reading, best });
  }
  // By difference: another psi moves an image towards the mean one, which likeness does not see.
  tried.sort((a, b) => a.best.difference - b.best.difference);
  const [chosen] = tried;
  if (!chosen)
    throw new UserError(
      `${file} holds ${count} latents, but none has the number of an image: the images do not go with it.`,
    );
  const totals = await totalsOf(chosen.reading, images);
  const [best, second] = totals as [(typeof totals)[number], (typeof totals)[number] | undefined];
  const matched: MatchedImage[] = [];
  for (const image of images) {
    const index = image.number + best.offset;
    if (index >= 0 && index < count) {
      const picture = await rendered(chosen.reading, index);
      matched.push({ image, latent: index, ...compared(image.thumbnail, picture, mean) });
    } else {
      const isMean = image.number === 0 && best.offset === -1;
      matched.push({
        image,
        latent: isMean ? 'mean' : 'none',
        likeness: 0,
        difference: difference(image.thumbnail, mean),
      });
    }
  }
  if (best.likeness < SAME) {
    const elsewhere = await otherNumbers(images, count, (index) => rendered(chosen.reading, index), mean);
    throw new UserError(refusal(file, totals, chosen.reading, tried.length, elsewhere));
  }
  if (second && best.likeness - second.likeness < AHEAD)
    throw new UserError(
      `${file}: it can't be told which latent belongs to which image: image i looks like latent i${signed(best.offset)} ` +
        `(likeness ${best.likeness.toFixed(2)}) and nearly as much like latent i${signed(second.offset)} (${second.likeness.toFixed(2)}).`,
    );
  return { reading: chosen.reading, offset: best.offset, totals, images: matched };
}

/** Whether an image is what its latent makes. The mean image has nothing that sets it apart, so its difference decides. */
export function isReproduced({ latent, likeness: alike, difference: apart }: MatchedImage): boolean {
  return latent === 'mean' ? apart < 8 : latent !== 'none' && alike >= SAME;
}

/** `+1`, `−1` or nothing: what stands behind an i. */
export function signed(offset: number): string {
  return offset === 0 ? '' : offset > 0 ? ` + ${offset}` : ` − ${-offset}`;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b) / values.length;
}

function compared(a: Thumbnail, b: Thumbnail, mean: Thumbnail): Pick<MatchedImage, 'likeness' | 'difference'> {
  return { likeness: likeness(a, b, mean), difference: difference(a, b) };
}

interface Elsewhere {
  readonly file: string;
  readonly latent: number;
  readonly likeness: number;
}

/** Images whose latent is there under another number. Only the first few are looked for: it takes all latents' images. */
async function otherNumbers(
  images: readonly LabelledImageFile[],
  count: number,
  picture: (index: number) => Promise<Thumbnail>,
  mean: Thumbnail,
): Promise<readonly Elsewhere[]> {
  const found: Elsewhere[] = [];
  for (const { file, thumbnail } of images.slice(0, 4)) {
    for (let index = 0; index < Math.min(count, 64); index++) {
      const alike = likeness(thumbnail, await picture(index), mean);
      if (alike >= SAME) found.push({ file, latent: index, likeness: alike });
    }
  }
  return found;
}

function refusal(
  file: string,
  totals: LatentMatch['totals'],
  reading: LatentReading,
  tried: number,
  elsewhere: readonly Elsewhere[],
): string {
  const figures = totals
    .map(({ offset, likeness: alike }) => `latent i${signed(offset)}: ${alike.toFixed(2)}`)
    .join(', ');
  if (elsewhere.length > 0) {
    const pairs = elsewhere.map(
      ({ file: image, latent, likeness: alike }) => `${image} shows latent ${latent} (${alike.toFixed(2)})`,
    );
    return (
      `${file}: the numbers of images and latents do not go together (likeness of image i and ${figures}), ` +
      `but ${pairs.join(', ')}: number the images as the latents are.`
    );
  }
  return (
    `${file}: these are latents of another generator, or belong to other images: read in ${tried} ${tried === 1 ? 'way' : 'ways'}, none reproduces ` +
    `the images (1 is the same, 0 nothing alike; best as ${reading.text}, likeness of image i and ${figures}).`
  );
}
