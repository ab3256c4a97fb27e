import { readFile, stat } from 'node:fs/promises';
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { writeFileWhole } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { scaleOf } from '../interpreter/labelFrame.ts';
import { checked } from './checked.ts';
import { parseJson } from './jsonText.ts';
import { UNLABELLED, type LabelMap } from './labelMap.ts';
import { decodeLabelPng, decodeRgbPng, encodeLabelPngFast, encodeRgbPng, rgbPngSize } from './png.ts';
import { SAMPLE_VERSION, sampleManifestSchema, type Sample, type SampleManifest } from './sample.ts';

/** Limits on what is inflated. 1024² RGB is 3 MB, so these leave room for photos and none for bombs. */
const MAX_ENTRY_BYTES = 64 * 2 ** 20;
const MAX_MANIFEST_BYTES = 4 * 2 ** 20;
export const MAX_FILE_BYTES = 256 * 2 ** 20;
const MAX_ENTRIES = 64;

/**
 * A sample whose image stays the PNG that it came as, for those who change labels and manifest only: at 1024² it is read in a third
 * of the time and written in a tenth.
 */
export interface SampleWithPng extends Pick<Sample, 'manifest' | 'labels' | 'otherEntries'> {
  /** 8-bit RGB, of the size of the labels. */
  readonly imagePng: Uint8Array;
}

/** Reads a `.dgan` file; errors as in {@link decodeSample}. */
export async function readSample(path: string): Promise<Sample> {
  return decodeSample(await readSampleBytes(path), path);
}

/**
 * The bytes of a `.dgan` file.
 * @throws UserError when it can't be read or is too large.
 */
export async function readSampleBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new UserError(`${path} is too large for a sample (${size} bytes).`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Writes a `.dgan` file by temp file and rename. */
export async function writeSample(path: string, sample: Sample): Promise<void> {
  await writeFileWhole(path, encodeSample(sample));
}

/** A sample as the bytes of a `.dgan` file. Equal samples give equal bytes. */
export function encodeSample({ image, ...rest }: Sample): Uint8Array {
  return encodeEntries(rest, image, encodeRgbPng(image));
}

/** As {@link encodeSample}; the image's bytes are taken as they are. */
export function encodeSampleWithPng({ imagePng, ...rest }: SampleWithPng): Uint8Array {
  return encodeEntries(rest, rest.labels, imagePng);
}

/**
 * A sample from the bytes of a `.dgan` file.
 * @param name How errors call the file.
 * @throws UserError that names the file and the entry, for whatever is not understood: it never guesses.
 */
export function decodeSample(bytes: Uint8Array, name: string): Sample {
  const { imagePng, ...rest } = decodeEntries(bytes, name);
  const image = decodeRgbPng(imagePng, `${name}: image.png`);
  checkFit(rest, image, name);
  return { ...rest, image };
}

/** As {@link decodeSample}, errors too; the image is checked and not decoded. */
export function decodeSampleWithPng(bytes: Uint8Array, name: string): SampleWithPng {
  const sample = decodeEntries(bytes, name);
  checkFit(sample, rgbPngSize(sample.imagePng, `${name}: image.png`), name);
  return sample;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function encodeEntries(
  { manifest, labels, otherEntries }: Omit<SampleWithPng, 'imagePng'>,
  image: Size,
  imagePng: Uint8Array,
): Uint8Array {
  const problem = labelsProblem(labels, image, manifest);
  if (problem !== undefined) throw new Error(`The sample cannot be written: ${problem}.`);
  const entries: Zippable = {
    'manifest.json': strToU8(`${JSON.stringify(manifest, undefined, 2)}\n`),
    // PNG is deflated already.
    'image.png': [imagePng, { level: 0 }],
    'labels.png': [encodeLabelPngFast(labels), { level: 0 }],
  };
  for (const [name, bytes] of otherEntries ?? []) entries[name] = bytes;
  // A fixed time keeps the bytes equal. fflate writes the local fields of the date, so local midnight is the same everywhere.
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) });
}

/** The image is not looked at yet. */
function decodeEntries(bytes: Uint8Array, name: string): SampleWithPng {
  const entries = unzip(bytes, name);
  const entry = (entryName: string): Uint8Array => {
    const data = entries.get(entryName);
    if (!data) throw new UserError(`${name} has no entry ${entryName}: it is not a whole .dgan sample.`);
    return data;
  };
  const manifest = readManifest(entry('manifest.json'), `${name}: manifest.json`);
  const imagePng = entry('image.png');
  const labels = decodeLabelPng(entry('labels.png'), `${name}: labels.png`);
  for (const known of ['manifest.json', 'image.png', 'labels.png']) entries.delete(known);
  return { manifest, imagePng, labels, ...(entries.size === 0 ? {} : { otherEntries: entries }) };
}

function checkFit({ manifest, labels }: Omit<SampleWithPng, 'imagePng'>, image: Size, name: string): void {
  const problem = labelsProblem(labels, image, manifest);
  if (problem !== undefined) throw new UserError(`${name}: ${problem}.`);
}

function unzip(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const seen = new Set<string>();
  let total = 0;
  try {
    const entries = unzipSync(bytes, {
      filter: ({ name: entry, originalSize, size, compression }) => {
        const limit = entry === 'manifest.json' ? MAX_MANIFEST_BYTES : MAX_ENTRY_BYTES;
        if (originalSize > limit)
          throw new UserError(
            `${name}: the entry ${entry} is too big (${originalSize} bytes; at most ${limit} are read).`,
          );
        // fflate inflates into a buffer of the declared size, so a lie about it cannot grow; a stored entry is taken as it is.
        if (compression === 0 && size !== originalSize)
          throw new UserError(`${name}: the entry ${entry} is damaged: its two sizes differ.`);
        total += originalSize;
        if (total > MAX_FILE_BYTES) throw new UserError(`${name}: its entries are too big together.`);
        if (seen.has(entry)) throw new UserError(`${name}: the entry ${entry} is there twice.`);
        seen.add(entry);
        if (seen.size > MAX_ENTRIES) throw new UserError(`${name} has more than ${MAX_ENTRIES} entries.`);
        return !entry.endsWith('/');
      },
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} is not a ZIP file, or it is damaged or cut off (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

function readManifest(bytes: Uint8Array, name: string): SampleManifest {
  const json = parseJson(strFromU8(bytes), name);
  if (typeof json !== 'object' || json === null || !('format' in json) || json.format !== 'datasetgan-sample')
    throw new UserError(`${name} is not the manifest of a DatasetGAN sample: "format" must be "datasetgan-sample".`);
  if ('version' in json && typeof json.version === 'number' && json.version > SAMPLE_VERSION)
    throw new UserError(
      `${name}: the sample is of format version ${json.version}, and this version reads up to ${SAMPLE_VERSION}: update DatasetGAN.`,
    );
  return checked(sampleManifestSchema, json, name);
}

function labelsProblem(labels: LabelMap, image: Size, { classes, crop, origin }: SampleManifest): string | undefined {
  if (labels.width !== image.width || labels.height !== image.height)
    return `labels.png is ${labels.width}×${labels.height} pixels, but image.png is ${image.width}×${image.height}`;
  if (origin.kind === 'generated' && crop && scaleOf(crop, image) === undefined)
    return `manifest.json crops to ${crop.width}×${crop.height} pixels, but image.png is ${image.width}×${image.height}`;
  const known = new Uint8Array(256);
  known[UNLABELLED] = 1;
  for (const { id } of classes) known[id] = 1;
  // A plain loop: findIndex takes 25 ms for a million pixels, of the 100 that a save may take.
  let stray = 0;
  while (stray < labels.data.length && known[labels.data[stray]!] === 1) stray++;
  if (stray < labels.data.length)
    return (
      `labels.png has the id ${labels.data[stray]!} at x ${stray % labels.width}, y ${Math.floor(stray / labels.width)}, ` +
      `which is none of the manifest's classes`
    );
  return undefined;
}
