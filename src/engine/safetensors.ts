import * as z from 'zod';
import { messageOf, UserError } from '../base/userError.ts';
import { sizeOf, type DType, type Tensor } from './tensor.ts';

/** Named arrays and text, as a .safetensors file holds them (https://github.com/huggingface/safetensors, "Format"). */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const formatName: Readonly<Record<DType, string>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int64: 'I64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};
const dtypeOf = new Map(Object.entries(formatName).map(([dtype, name]) => [name, dtype as DType]));
const width: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

/** The reference reader refuses longer headers, too. */
const maximumHeader = 100_000_000;

/**
 * The bytes of a .safetensors file. The same tensors and metadata give the same bytes in whatever order they were set:
 * wide elements first, so that every array is aligned, then by name, as the reference writer has it.
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const order = [...tensors].sort(([a, x], [b, y]) => width[y.dtype] - width[x.dtype] || compare(a, b));
  const header: [string, unknown][] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  // A reader that guards its objects drops this key, as ours does, so it would be lost.
  if (texts.some(([key]) => key === '__proto__')) throw new UserError("Metadata can't have the key '__proto__'.");
  if (texts.length > 0) header.push(['__metadata__', Object.fromEntries(texts)]);
  let end = 0;
  for (const [name, { dtype, shape, data }] of order) {
    // The first is the format's own; JSON readers, ours too, drop the second.
    if (name === '__metadata__' || name === '__proto__') throw new UserError(`A tensor can't be named '${name}'.`);
    header.push([name, { dtype: formatName[dtype], shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  // Spaces up to a multiple of 8 keep the arrays aligned; the format allows them.
  const json = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
  const text = new TextEncoder().encode(`{${json}}`);
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  bytes.fill(0x20, 8 + text.length, 8 + padded);
  let offset = 8 + padded;
  for (const [, { data }] of order) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const size = z.int().nonnegative();
const headerSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) }),
    z.record(z.string(), z.string()),
  ]),
);

/**
 * Reads the bytes of a .safetensors file. Arrays are views of `bytes` where they are aligned there.
 * @param what how the sentence of an error calls the file, for example its path
 * @throws UserError when the header is wrong, an array lies outside the file, or arrays overlap or leave a hole
 */
export function decodeSafetensors(bytes: Uint8Array, what = 'The safetensors file'): TensorFile {
  const { header, data } = split(bytes, what);
  const tensors = new Map<string, Tensor>();
  let metadata: Readonly<Record<string, string>> = {};
  const ranges: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (isTensorEntry(entry)) throw new UserError(`${what} is damaged: its metadata is not text.`);
      metadata = entry;
      continue;
    }
    if (!isTensorEntry(entry)) throw new UserError(`${what} is damaged: the entry '${name}' describes no tensor.`);
    const [begin, end] = entry.data_offsets;
    const dtype = dtypeOf.get(entry.dtype);
    if (!dtype) {
      throw new UserError(`${what} holds '${name}' as ${entry.dtype}, an element type that DatasetGAN does not read.`);
    }
    const length = sizeOf(entry.shape);
    if (begin > end || end > data.length || end - begin !== length * width[dtype]) {
      throw new UserError(
        `${what} is damaged or truncated: '${name}' of shape [${entry.shape.join(', ')}] does not fit its place in the file.`,
      );
    }
    ranges.push([begin, end]);
    tensors.set(name, view(dtype, entry.shape, data.subarray(begin, end)));
  }
  let filled = 0;
  for (const [begin, end] of ranges.sort(([a, b], [c, d]) => a - c || b - d)) {
    if (begin !== filled) throw new UserError(`${what} is damaged: its arrays overlap or leave a hole.`);
    filled = end;
  }
  if (filled !== data.length) {
    throw new UserError(`${what} is damaged: ${data.length - filled} bytes at its end belong to no array.`);
  }
  return { tensors, metadata };
}

type TensorEntry = Extract<z.infer<typeof headerSchema>[string], { data_offsets: unknown[] }>;

function isTensorEntry(entry: z.infer<typeof headerSchema>[string]): entry is TensorEntry {
  return Array.isArray(entry['data_offsets']);
}

function split(bytes: Uint8Array, what: string): { header: z.infer<typeof headerSchema>; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (length > maximumHeader || 8 + length > bytes.length) {
    throw new UserError(`${what} is not a safetensors file, or is truncated.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
    return { header: headerSchema.parse(JSON.parse(text)), data: bytes.subarray(8 + length) };
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : messageOf(error);
    throw new UserError(`${what} is not a safetensors file: its header can't be read (${detail}).`, { cause: error });
  }
}

function view(dtype: DType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { buffer, byteOffset } = bytes.byteOffset % width[dtype] === 0 ? bytes : Uint8Array.from(bytes);
  const length = bytes.length / width[dtype];
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, length) };
    case 'float64':
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, length) };
    case 'float16':
      return { dtype, shape, data: new Uint16Array(buffer, byteOffset, length) };
    case 'int64':
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, length) };
    case 'int32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, length) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) };
  }
}
