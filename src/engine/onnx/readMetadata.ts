import { open, type FileHandle } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';

/** Our descriptions are some kilobytes, with a training curve some hundred. */
const MOST_METADATA_BYTES = 16 * 2 ** 20;
/** A model has a dozen fields beside its metadata; a file that is something else must not be walked byte by byte. */
const MOST_FIELDS = 100_000;
const FIELD_HEAD_BYTES = 20;

const metadataProps = 14;

/**
 * The metadata of an .onnx file, with a few small reads: a model of gigabytes is walked past, not loaded.
 * Format: ModelProto.metadata_props (onnx.proto); protobuf's wire format (protobuf.dev, "Encoding").
 * @throws UserError when the file can't be read or is no ONNX model.
 */
export async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
  try {
    return await metadataOf(file, (await file.stat()).size, path);
  } finally {
    await file.close();
  }
}

async function metadataOf(file: FileHandle, size: number, path: string): Promise<Record<string, string>> {
  const metadata: Record<string, string> = {};
  const head = new Uint8Array(FIELD_HEAD_BYTES);
  let total = 0;
  let at = 0;
  for (let fields = 0; at < size; fields++) {
    if (fields === MOST_FIELDS) throw noModel(path);
    const { bytesRead } = await file.read(head, 0, FIELD_HEAD_BYTES, at);
    const field = fieldHead(head.subarray(0, bytesRead));
    if (field === undefined || at + field.head + field.length > size) throw noModel(path);
    if (field.number === metadataProps && field.wire === 2) {
      total += field.length;
      if (total > MOST_METADATA_BYTES) throw new UserError(`${path}: its metadata is too big.`);
      const bytes = new Uint8Array(field.length);
      await file.read(bytes, 0, field.length, at + field.head);
      const entry = keyAndValue(bytes);
      if (entry === undefined) throw noModel(path);
      metadata[entry.key] = entry.value;
    }
    at += field.head + field.length;
  }
  if (size === 0) throw noModel(path);
  return metadata;
}

interface FieldHead {
  readonly number: number;
  readonly wire: number;
  /** Bytes before the content. */
  readonly head: number;
  /** Bytes of the content. */
  readonly length: number;
}

function fieldHead(bytes: Uint8Array): FieldHead | undefined {
  const tag = varint(bytes, 0);
  if (tag === undefined) return undefined;
  const number = Math.floor(tag.value / 8);
  const wire = tag.value % 8;
  if (number === 0) return undefined;
  switch (wire) {
    case 0: {
      const value = varint(bytes, tag.end);
      return value && { number, wire, head: tag.end, length: value.end - tag.end };
    }
    case 1:
      return { number, wire, head: tag.end, length: 8 };
    case 2: {
      const length = varint(bytes, tag.end);
      return length && { number, wire, head: length.end, length: length.value };
    }
    case 5:
      return { number, wire, head: tag.end, length: 4 };
    default:
      return undefined;
  }
}

/** StringStringEntryProto: key = 1, value = 2. */
function keyAndValue(bytes: Uint8Array): { readonly key: string; readonly value: string } | undefined {
  const texts = new Map<number, string>();
  for (let at = 0; at < bytes.length;) {
    const field = fieldHead(bytes.subarray(at));
    if (field === undefined || at + field.head + field.length > bytes.length) return undefined;
    if (field.wire === 2)
      texts.set(
        field.number,
        new TextDecoder().decode(bytes.subarray(at + field.head, at + field.head + field.length)),
      );
    at += field.head + field.length;
  }
  return { key: texts.get(1) ?? '', value: texts.get(2) ?? '' };
}

/** Numbers beyond 2^53 lose their low bits, which matters for none that we use. */
function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: from + i + 1 };
  }
  return undefined;
}

function noModel(path: string): UserError {
  return new UserError(`${path} is not an ONNX model, or it is damaged.`);
}
