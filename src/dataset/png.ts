import { deflateSync, inflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { messageOf, UserError } from '../base/userError.ts';
import type { RgbImage } from './image.ts';
import type { LabelMap } from './labelMap.ts';

/** A 16-bit grey image, row-major. */
export interface Grey16Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/** Ids with a colour table, as VOC tools write their masks. */
export interface PaletteImage extends LabelMap {
  /** Red, green, blue per id. */
  readonly palette: readonly (readonly [red: number, green: number, blue: number])[];
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** The largest side we decode. Generators end at 1024, photos are cropped; more than this is a mistake or an attack. */
export const MAX_SIDE = 8192;

// Level 3 is fast-png's own default: at 64×64 and 512×512 higher levels cost two to five times the time for < 10 % of size.

/** An RGB image as an 8-bit truecolour PNG. The bytes depend on the pixels alone. */
export function encodeRgbPng({ width, height, data }: RgbImage): Uint8Array {
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/** Class ids as an 8-bit grey PNG: the grey value is the id. */
export function encodeLabelPng({ width, height, data }: LabelMap): Uint8Array {
  return encode({ width, height, data, channels: 1, depth: 8 });
}

/**
 * As {@link encodeLabelPng}, at a fifteenth of its time (2 ms instead of 35 at 1024²), for saving while a person waits. The bytes depend on
 * Node's zlib too, which is why data sets are not written with it.
 */
export function encodeLabelPngFast({ width, height, data }: LabelMap): Uint8Array {
  const rows = new Uint8Array(height * (1 + width));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width, (y + 1) * width), y * (1 + width) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a pixel; grey, deflate, no filters, not interlaced are all 0
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 3 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A 16-bit grey PNG. */
export function encodeGrey16Png({ width, height, data }: Grey16Image): Uint8Array {
  return encode({ width, height, data, channels: 1, depth: 16 });
}

/** Class ids as an 8-bit indexed PNG. The palette must have an entry for every id that occurs (at most 256). */
export function encodePalettePng({ width, height, data, palette }: PaletteImage): Uint8Array {
  const largest = data.reduce((most, id) => Math.max(most, id), 0);
  if (palette.length > 256 || largest >= palette.length)
    throw new Error(`A palette of ${palette.length} colours does not fit ids up to ${largest}.`);
  return encode({ width, height, data, channels: 1, depth: 8, palette: palette.map((colour) => [...colour]) });
}

/**
 * The pixels of an 8-bit truecolour PNG.
 * @param name How errors call the file.
 * @throws UserError on anything else, on damage, and on sizes beyond {@link MAX_SIDE}.
 */
export function decodeRgbPng(bytes: Uint8Array, name: string): RgbImage {
  const { width, height, data } = decodePng(bytes, name, 'rgb');
  return { width, height, data: data as Uint8Array };
}

/**
 * The size of an 8-bit truecolour PNG whose pixels are not wanted: all is checked that {@link decodeRgbPng} checks, apart from the
 * filter byte of each row, at half of its time.
 */
export function rgbPngSize(bytes: Uint8Array, name: string): { readonly width: number; readonly height: number } {
  const { header } = checkedChunks(bytes, name, 'rgb');
  return { width: header.width, height: header.height };
}

/** The ids of an 8-bit grey PNG; errors as in {@link decodeRgbPng}. */
export function decodeLabelPng(bytes: Uint8Array, name: string): LabelMap {
  const { width, height, data } = decodePng(bytes, name, 'labels');
  return { width, height, data: data as Uint8Array };
}

/** The values of a 16-bit grey PNG; errors as in {@link decodeRgbPng}. */
export function decodeGrey16Png(bytes: Uint8Array, name: string): Grey16Image {
  const { width, height, data } = decodePng(bytes, name, 'grey16');
  return { width, height, data: data as Uint16Array };
}

/** A mask that somebody else's tool wrote: one number per pixel. */
export type MaskImage = {
  readonly width: number;
  readonly height: number;
  readonly values: Int32Array;
} & (
  | { readonly kind: 'grey' }
  | { readonly kind: 'palette'; readonly palette: readonly (readonly [red: number, green: number, blue: number])[] }
  /** `values` are 0xrrggbb, −1 where a pixel is wholly transparent. */
  | { readonly kind: 'colours' }
);

/**
 * The pixels of any PNG that may be a mask: grey or indexed at whatever depth, RGB or RGBA at 8 bits.
 * @throws UserError as {@link decodeRgbPng}
 */
export function decodeMaskPng(bytes: Uint8Array, name: string): MaskImage {
  const { header, critical, compressed } = readChunks(bytes, name);
  const { width, height, depth, colourType } = header;
  checkSides(header, name);
  const channels = colourType === 2 ? 3 : colourType === 6 ? 4 : colourType === 0 || colourType === 3 ? 1 : 0;
  if (channels === 0 || (channels > 1 && depth !== 8) || ![1, 2, 4, 8, 16].includes(depth))
    throw new UserError(
      `${name} is a ${depth}-bit ${colourTypes[colourType] ?? 'unknown'} PNG; a mask is grey or indexed, or 8-bit RGB or RGBA.`,
    );
  if (header.interlaced) throw new UserError(`${name} is an interlaced PNG: save it again without interlacing.`);
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  checkInflatedSize(compressed, height * (1 + rowBytes), name);
  const { data, palette } = decodeChunks(critical, name);
  const values = new Int32Array(width * height);
  if (channels > 1) {
    for (let i = 0; i < values.length; i++) {
      const at = i * channels;
      const transparent = channels === 4 && data[at + 3] === 0;
      values[i] = transparent ? -1 : (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    }
    return { kind: 'colours', width, height, values };
  }
  if (depth >= 8) values.set(data.subarray(0, values.length));
  else {
    const perByte = 8 / depth;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const byte = data[y * rowBytes + Math.floor(x / perByte)]!;
        values[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
      }
  }
  if (colourType === 0) return { kind: 'grey', width, height, values };
  return { kind: 'palette', width, height, values, palette: (palette ?? []) as [number, number, number][] };
}

const kinds = {
  rgb: { colourType: 2, depth: 8, bytesPerPixel: 3, called: 'an 8-bit RGB image' },
  labels: { colourType: 0, depth: 8, bytesPerPixel: 1, called: 'an 8-bit grey image (one class id per pixel)' },
  grey16: { colourType: 0, depth: 16, bytesPerPixel: 2, called: 'a 16-bit grey image' },
} as const;

const colourTypes: Readonly<Record<number, string>> = {
  0: 'grey',
  2: 'RGB',
  3: 'indexed',
  4: 'grey + alpha',
  6: 'RGBA',
};

function decodePng(bytes: Uint8Array, name: string, kind: keyof typeof kinds): ReturnType<typeof decode> {
  return decodeChunks(checkedChunks(bytes, name, kind).critical, name);
}

function decodeChunks(critical: Uint8Array, name: string): ReturnType<typeof decode> {
  try {
    return decode(critical, { checkCrc: true });
  } catch (error) {
    throw new UserError(`${name} is damaged: ${messageOf(error)}.`, { cause: error });
  }
}

function checkedChunks(bytes: Uint8Array, name: string, kind: keyof typeof kinds): ReturnType<typeof readChunks> {
  const wanted = kinds[kind];
  const chunks = readChunks(bytes, name);
  const { header, compressed } = chunks;
  checkSides(header, name);
  if (header.colourType !== wanted.colourType || header.depth !== wanted.depth)
    throw new UserError(
      `${name} is a ${header.depth}-bit ${colourTypes[header.colourType] ?? 'unknown'} PNG; it must be ${wanted.called}.`,
    );
  if (header.interlaced) throw new UserError(`${name} is an interlaced PNG: save it again without interlacing.`);
  checkInflatedSize(compressed, header.height * (1 + header.width * wanted.bytesPerPixel), name);
  return chunks;
}

function checkSides({ width, height }: Header, name: string): void {
  if (width > MAX_SIDE || height > MAX_SIDE || width === 0 || height === 0)
    throw new UserError(`${name} says that it is ${width}×${height} pixels; sides from 1 to ${MAX_SIDE} are read.`);
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/**
 * Walks the chunks (PNG specification, section 5) before anything is decoded. Only what the pixels need is kept, so a
 * compressed text or colour profile is never inflated.
 */
function readChunks(
  bytes: Uint8Array,
  name: string,
): { readonly header: Header; readonly critical: Uint8Array; readonly compressed: readonly Uint8Array[] } {
  const damaged = (what: string): UserError => new UserError(`${name} ${what}: the file is damaged or cut off.`);
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new UserError(`${name} is not a PNG image.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = [bytes.subarray(0, 8)];
  const compressed: Uint8Array[] = [];
  let header: Header | undefined;
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw damaged('ends before its last chunk');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length) throw damaged(`ends within its ${type} chunk`);
    if (!header) {
      if (type !== 'IHDR' || length !== 13) throw damaged('does not begin with a header');
      header = {
        width: view.getUint32(at + 8),
        height: view.getUint32(at + 12),
        depth: view.getUint8(at + 16),
        colourType: view.getUint8(at + 17),
        interlaced: view.getUint8(at + 20) !== 0,
      };
    } else if (type === 'IHDR') throw damaged('has two headers');
    if (['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IDAT') compressed.push(bytes.subarray(at + 8, end - 4));
    at = end;
    if (type === 'IEND') break;
  }
  const critical = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of kept) {
    critical.set(part, to);
    to += part.length;
  }
  return { header, critical, compressed };
}

/**
 * Inflates once without keeping anything: a few kilobytes may claim 64×64 and hold gigabytes, and fast-png would collect
 * them all. It also finds data that is too short, which fast-png reads as black.
 */
function checkInflatedSize(compressed: readonly Uint8Array[], expected: number, name: string): void {
  let size: number;
  try {
    size = inflateSync(Buffer.concat(compressed), { maxOutputLength: expected }).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new UserError(`${name} holds more data than its size allows: it is damaged or hostile.`, { cause: error });
    throw new UserError(`${name} is damaged: its pixels do not decompress (${messageOf(error)}).`, { cause: error });
  }
  if (size < expected) throw new UserError(`${name} holds fewer pixels than its size says: the file is damaged.`);
}
