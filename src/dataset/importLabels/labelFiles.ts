import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { messageOf, UserError } from '../../base/userError.ts';
import { decodeJpeg } from '../jpeg.ts';
import type { RgbImage } from '../image.ts';
import { decodeMaskPng } from '../png.ts';

/** How labels lie on disk. */
export type LabelFormat = 'datasetgan' | 'masks' | 'labelme';

/** The files that hold labels, by their order. */
export interface LabelFiles {
  readonly format: LabelFormat;
  readonly folder: string;
  /** Names within the folder. */
  readonly files: readonly string[];
}

const MOST_FILE_BYTES = 256 * 2 ** 20;
const PATTERNS: Readonly<Record<LabelFormat, RegExp>> = {
  datasetgan: /^image_mask\d+\.npy$/,
  masks: /\.png$/i,
  labelme: /\.json$/i,
};
const CALLED: Readonly<Record<LabelFormat, string>> = {
  datasetgan: 'image_mask*.npy',
  masks: '*.png',
  labelme: '*.json',
};

/**
 * What is in a folder of labels, or a single file of them.
 * @param format when a person said it; else it is seen from the files' names
 * @throws UserError when there is nothing that is understood, or more than one thing.
 */
export async function labelFiles(path: string, format: LabelFormat | undefined): Promise<LabelFiles> {
  const single = (await orError(stat(path), path)).isFile();
  const folder = single ? dirname(path) : path;
  const names = single ? [basename(path)] : (await orError(readdir(path), path)).sort(byNumber);
  const of = (one: LabelFormat): string[] => names.filter((name) => PATTERNS[one].test(name));
  if (format !== undefined) {
    const files = of(format);
    if (files.length === 0)
      throw new UserError(`${path} holds no ${CALLED[format]}, so there are no labels to import.`);
    return { format, folder, files };
  }
  const released = of('datasetgan');
  if (released.length > 0) return { format: 'datasetgan', folder, files: released };
  const [masks, json] = [of('masks'), of('labelme')];
  if (masks.length > 0 && json.length > 0)
    throw new UserError(
      `${path} holds both .png and .json files: say with --layout masks or --layout labelme which of them are the labels.`,
    );
  if (masks.length === 0 && json.length === 0)
    throw new UserError(
      `${path} holds no labels that are understood: the released DatasetGAN layout (image_mask0.npy, image_0.jpg and latents), ` +
        'masks (.png) or LabelMe files (.json).',
    );
  return masks.length > 0 ? { format: 'masks', folder, files: masks } : { format: 'labelme', folder, files: json };
}

/** A file's bytes. */
export async function readLabelFile(folder: string, file: string): Promise<Uint8Array> {
  const path = join(folder, file);
  const { size } = await orError(stat(path), path);
  if (size > MOST_FILE_BYTES) throw new UserError(`${path} is too large (${size} bytes).`);
  return orError(readFile(path), path);
}

/** A JPEG or PNG by its first bytes. */
export function decodeImage(bytes: Uint8Array, file: string): RgbImage {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, file);
  const png = decodeMaskPng(bytes, file);
  const { width, height, values } = png;
  const data = new Uint8Array(width * height * 3);
  const put = (at: number, red: number, green: number, blue: number): void => data.set([red, green, blue], at * 3);
  values.forEach((value, at) => {
    if (png.kind === 'palette') put(at, ...(png.palette[value] ?? [0, 0, 0]));
    else if (png.kind === 'grey') put(at, value, value, value);
    else put(at, (value >> 16) & 255, (value >> 8) & 255, value & 255);
  });
  return { width, height, data };
}

/** The name without its extension. */
export function stemOf(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

/** The images of a folder by stem. */
export async function imagesByStem(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await orError(readdir(folder), folder);
  return new Map(names.filter((name) => /\.(png|jpe?g)$/i.test(name)).map((name) => [stemOf(name), name]));
}

async function orError<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** image_2 before image_10. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
