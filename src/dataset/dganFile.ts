import { readFile, stat } from 'node:fs/promises';
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { writeFileWhole } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { checked } from './checked.ts';
import { parseJson } from './jsonText.ts';
import { UNLABELLED, type LabelMap } from './labelMap.ts';
import { decodeLabelPng, decodeRgbPng, encodeLabelPng, encodeRgbPng } from './png.ts';
import { SAMPLE_VERSION, sampleManifestSchema, type Sample, type SampleManifest } from './sample.ts';

/** Limits on what is inflated. 1024² RGB is 3 MB, so these leave room for photos and none for bombs. */
const MAX_ENTRY_BYTES = 64 * 2 ** 20;
const MAX_MANIFEST_BYTES = 4 * 2 ** 20;
const MAX_FILE_BYTES = 256 * 2 ** 20;
const MAX_ENTRIES = 64;

/** Reads a `.dgan` file; errors as in {@link decodeSample}. */
export async function readSample(path: string): Promise<Sample> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new UserError(`${path} is too large for a sample (${size} bytes).`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
  return decodeSample(bytes, path);
}

/** Writes a `.dgan` file by temp file and rename. */
export async function writeSample(path: string, sample: Sample): Promise<void> {
  await writeFileWhole(path, encodeSample(sample));
}

/** A sample as the bytes of a `.dgan` file. Equal samples give equal bytes. */
export function encodeSample({ manifest, image, labels, otherEntries }: Sample): Uint8Array {
  const problem = labelsProblem(labels, image, manifest);
  if (problem !== undefined) throw new Error(`The sample cannot be written: ${problem}.`);
  const entries: Zippable = {
    'manifest.json': strToU8(`${JSON.stringify(manifest, undefined, 2)}\n`),
    // PNG is deflated already.
    'image.png': [encodeRgbPng(image), { level: 0 }],
    'labels.png': [encodeLabelPng(labels), { level: 0 }],
  };
  for (const [name, bytes] of otherEntries ?? []) entries[name] = bytes;
  // A fixed time keeps the bytes equal. fflate writes the local fields of the date, so local midnight is the same everywhere.
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) });
}

/**
 * A sample from the bytes of a `.dgan` file.
 * @param name How errors call the file.
 * @throws UserError that names the file and the entry, for whatever is not understood: it never guesses.
 */
export function decodeSample(bytes: Uint8Array, name: string): Sample {
  const entries = unzip(bytes, name);
  const entry = (entryName: string): Uint8Array => {
    const data = entries.get(entryName);
    if (!data) throw new UserError(`${name} has no entry ${entryName}: it is not a whole .dgan sample.`);
    return data;
  };
  const manifest = readManifest(entry('manifest.json'), `${name}: manifest.json`);
  const image = decodeRgbPng(entry('image.png'), `${name}: image.png`);
  const labels = decodeLabelPng(entry('labels.png'), `${name}: labels.png`);
  const problem = labelsProblem(labels, image, manifest);
  if (problem !== undefined) throw new UserError(`${name}: ${problem}.`);
  for (const known of ['manifest.json', 'image.png', 'labels.png']) entries.delete(known);
  return entries.size === 0 ? { manifest, image, labels } : { manifest, image, labels, otherEntries: entries };
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

function labelsProblem(
  labels: LabelMap,
  image: { readonly width: number; readonly height: number },
  { classes, crop, origin }: SampleManifest,
): string | undefined {
  if (labels.width !== image.width || labels.height !== image.height)
    return `labels.png is ${labels.width}×${labels.height} pixels, but image.png is ${image.width}×${image.height}`;
  if (origin.kind === 'generated' && crop && (crop.width !== image.width || crop.height !== image.height))
    return `manifest.json crops to ${crop.width}×${crop.height} pixels, but image.png is ${image.width}×${image.height}`;
  const known = new Uint8Array(256);
  known[UNLABELLED] = 1;
  for (const { id } of classes) known[id] = 1;
  const stray = labels.data.findIndex((id) => known[id] === 0);
  if (stray >= 0)
    return (
      `labels.png has the id ${labels.data[stray]!} at x ${stray % labels.width}, y ${Math.floor(stray / labels.width)}, ` +
      `which is none of the manifest's classes`
    );
  return undefined;
}
