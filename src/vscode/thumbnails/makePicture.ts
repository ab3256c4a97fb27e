import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { writeFileWhole } from '../../base/atomicFile.ts';
import type { LabelClass } from '../../dataset/classes.ts';
import { picturePath } from '../../dataset/dataSetLayout.ts';
import { readSample } from '../../dataset/dganFile.ts';
import type { RgbImage } from '../../dataset/image.ts';
import type { LabelMap } from '../../dataset/labelMap.ts';
import { decodeGrey16Png, decodeLabelPng, decodeRgbPng, encodeRgbPng } from '../../dataset/png.ts';
import {
  fittingSize,
  heatColours,
  labelColours,
  resizedImage,
  resizedValues,
  rowPng,
  withLabels,
  type Values,
} from './drawing.ts';

/** What a small picture is of. */
export type Pictured =
  | {
      readonly kind: 'sample';
      readonly path: string;
      readonly classes: readonly LabelClass[];
      /** The interpreter's uncertainty in 0 … 255; without it there is no heat map. */
      readonly heat?: {
        readonly width: number;
        readonly height: number;
        readonly data: Uint8Array;
        readonly top: number;
      };
    }
  | {
      readonly kind: 'generated';
      /** Of the data set. */
      readonly folder: string;
      readonly id: number;
      readonly classes: readonly LabelClass[];
      /** The share of the largest uncertainty that has the lightest colour, 0 … 1. */
      readonly top: number;
    };

export interface PictureRequest {
  readonly of: Pictured;
  /** Image with labels over it; heat map; or image, labels and heat map in a row. */
  readonly form: 'overlay' | 'heat' | 'row';
  /** Pixels of the longer side, of one picture of the row. */
  readonly side: number;
  /** The PNG file to write. */
  readonly out: string;
}

/**
 * Draws a small picture into a file.
 * @throws UserError when what it is of can't be read.
 */
export async function makePicture({ of, form, side, out }: PictureRequest): Promise<void> {
  await writeFileWhole(out, form === 'row' ? await row(of, side) : encodeRgbPng(await single(of, form, side)));
}

async function single(of: Pictured, form: 'overlay' | 'heat', side: number): Promise<RgbImage> {
  if (form === 'heat') {
    const heat = await heatOf(of);
    if (heat) return heatPicture(heat, side);
  }
  const { image, labels } = await pixelsOf(of);
  return fitted(withLabels(image, labels, of.classes), side);
}

async function row(of: Pictured, side: number): Promise<Uint8Array> {
  const [{ image, labels }, heat] = await Promise.all([pixelsOf(of), heatOf(of)]);
  return rowPng([
    fitted(image, side),
    fitted(labelColours(labels, of.classes), side),
    ...(heat ? [heatPicture(heat, side)] : []),
  ]);
}

function fitted(image: RgbImage, side: number): RgbImage {
  const { width, height } = fittingSize(image, side);
  return resizedImage(image, width, height);
}

interface Heat {
  readonly values: Values;
  readonly top: number;
}

/** Uncertainties are averaged before they become colours. */
function heatPicture({ values, top }: Heat, side: number): RgbImage {
  const { width, height } = fittingSize(values, side);
  return heatColours(resizedValues(values, width, height), top);
}

async function pixelsOf(of: Pictured): Promise<{ readonly image: RgbImage; readonly labels: LabelMap }> {
  if (of.kind === 'sample') return readSample(of.path);
  const [imagePath, labelsPath] = [picturePath(of.folder, 'images', of.id), picturePath(of.folder, 'labels', of.id)];
  const image = decodeRgbPng(await bytesOf(imagePath), imagePath);
  const labels = decodeLabelPng(await bytesOf(labelsPath), labelsPath);
  if (image.width !== labels.width || image.height !== labels.height)
    throw new UserError(`${imagePath} and ${labelsPath} are of different sizes.`);
  return { image, labels };
}

async function heatOf(of: Pictured): Promise<Heat | undefined> {
  if (of.kind === 'sample') {
    if (!of.heat) return undefined;
    const { width, height, data, top } = of.heat;
    return { values: { width, height, data: Float32Array.from(data) }, top };
  }
  const path = picturePath(of.folder, 'uncertainty', of.id);
  const { width, height, data } = decodeGrey16Png(await bytesOf(path), path);
  return { values: { width, height, data: Float32Array.from(data) }, top: 65535 * of.top };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
