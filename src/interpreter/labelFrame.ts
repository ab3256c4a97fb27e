import { UserError } from '../base/userError.ts';

/** Whole pixels of the generator's image. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What part of the generator's image is labelled, and at what size. A label stands for `scale` × `scale` pixels of the
 * generator, all of them within the crop.
 */
export interface LabelFrame {
  /** Width and height of the generator's image. */
  readonly resolution: number;
  /** In the generator's pixels; `scale` divides all four. */
  readonly crop: Crop;
  readonly scale: 1 | 2 | 4 | 8;
  /** Of image and labels. */
  readonly width: number;
  readonly height: number;
}

/** The largest side that "auto" labels: 1024² generators are labelled at 512², as in the paper (section 3.1). */
const AUTO_MOST = 512;
const SCALES = [1, 2, 4, 8] as const;

/** The whole image, pixel by pixel. */
export function wholeFrame(resolution: number): LabelFrame {
  const crop = { x: 0, y: 0, width: resolution, height: resolution };
  return { resolution, crop, scale: 1, width: resolution, height: resolution };
}

/**
 * The frame of a project.
 * @param crop of the generator's image, if it has margins that are no image
 * @param labelSize the larger side of the labels, or "auto": the crop's own size, but at most 512
 * @throws UserError when the generator's image can't be brought to that size by whole factors
 */
export function labelFrame(
  { resolution, crop }: { readonly resolution: number; readonly crop?: Crop | undefined },
  labelSize: 'auto' | number = 'auto',
): LabelFrame {
  const part = crop ?? wholeFrame(resolution).crop;
  const larger = Math.max(part.width, part.height);
  const possible = SCALES.filter((scale) => fits(part, resolution, scale));
  const scale =
    labelSize === 'auto'
      ? (possible.find((factor) => larger / factor <= AUTO_MOST) ?? possible.at(-1)!)
      : possible.find((factor) => larger / factor === labelSize);
  if (scale === undefined) {
    const sizes = possible.map((factor) => larger / factor).join(', ');
    throw new UserError(
      `The generator's images (${part.width}×${part.height}) can't be labelled at a size of ${labelSize}: ` +
        `"generator.labelSize" may be ${sizes} or "auto".`,
    );
  }
  return frameOf(resolution, part, scale);
}

/**
 * The frame that a finished image was made in, from what stands beside it.
 * @param crop none: the whole image
 * @returns half a sentence when the two sizes do not go together
 */
export function frameOfImage(
  resolution: number,
  crop: Crop | undefined,
  image: { readonly width: number; readonly height: number },
): LabelFrame | string {
  const part = crop ?? wholeFrame(resolution).crop;
  if (part.x + part.width > resolution || part.y + part.height > resolution)
    return `its crop (${cropText(part)}) goes beyond the generator's image of ${resolution}×${resolution} pixels`;
  const scale = scaleOf(part, image);
  if (scale === undefined)
    return `it is ${image.width}×${image.height} pixels, which is no whole fraction of ${crop ? 'its crop' : "the generator's image"} (${part.width}×${part.height})`;
  if (!fits(part, resolution, scale)) return `its crop (${cropText(part)}) does not go by ${scale}×${scale} pixels`;
  return frameOf(resolution, part, scale);
}

/** By what factor a crop was scaled down to an image; undefined when by none that we use. */
export function scaleOf(
  crop: Pick<Crop, 'width' | 'height'>,
  image: { readonly width: number; readonly height: number },
): LabelFrame['scale'] | undefined {
  return SCALES.find((scale) => crop.width === scale * image.width && crop.height === scale * image.height);
}

/** Whether labels and image are the whole image of the generator, pixel by pixel. */
export function isWhole({ resolution, width, height }: LabelFrame): boolean {
  return width === resolution && height === resolution;
}

/** What is to be written beside an image of this frame: nothing when it is the generator's whole image. */
export function cropEntry(frame: LabelFrame): { readonly crop?: Record<keyof Crop, number> } {
  return isWhole(frame) ? {} : { crop: { ...frame.crop } };
}

/** Where labels lie on the generator's whole image, at their own scale. */
export interface FramePlace {
  /** Width and height of the whole image in labels. */
  readonly side: number;
  readonly left: number;
  readonly top: number;
}

export function framePlace({ resolution, crop, scale }: LabelFrame): FramePlace {
  return { side: resolution / scale, left: crop.x / scale, top: crop.y / scale };
}

/** `512×384 at 0, 64` */
export function cropText({ x, y, width, height }: Crop): string {
  return `${width}×${height} at ${x}, ${y}`;
}

function fits({ x, y, width, height }: Crop, resolution: number, scale: number): boolean {
  return [x, y, width, height, resolution].every((length) => length % scale === 0);
}

function frameOf(resolution: number, crop: Crop, scale: LabelFrame['scale']): LabelFrame {
  return { resolution, crop, scale, width: crop.width / scale, height: crop.height / scale };
}
