import { inflateSync } from 'fflate';
import { ByteReader } from './pickle/byteReader.ts';
import { Malformed } from './pickle/malformed.ts';
import { printable } from '../base/printable.ts';

export interface ZipEntry {
  readonly name: string;
  readonly compression: 'stored' | 'deflated';
  /** Bytes when unpacked. */
  readonly size: number;
  /** As they stand in the archive. */
  readonly packed: Uint8Array;
}

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endRecord = 0x06054b50;
const end64Locator = 0x07064b50;
const end64Record = 0x06064b50;

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).u32() === localHeader;
}

/**
 * The entries of a ZIP archive by name, as views of its bytes. fflate's own reader copies every stored entry (a
 * checkpoint is nothing else) and loops over whatever a damaged directory says; here every number is checked.
 * Format: PKWARE APPNOTE 4.3.6–4.5.3.
 * @throws Malformed
 */
export function zipEntries(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const directory = findDirectory(bytes);
  const entries = new Map<string, ZipEntry>();
  const reader = new ByteReader(bytes, directory.start);
  for (let i = 0; i < directory.count; i++) {
    const entry = readEntry(bytes, reader);
    if (entries.has(entry.name)) throw new Malformed(`its ZIP directory names "${printable(entry.name)}" twice`);
    entries.set(entry.name, entry);
  }
  return entries;
}

/**
 * The bytes of an entry: a view when stored, unpacked when deflated.
 * @throws Malformed when the entry says it holds more than `mostBytes`, or does not hold what it says.
 */
export function entryBytes(entry: ZipEntry, mostBytes: number): Uint8Array {
  if (entry.compression === 'stored') return entry.packed;
  // Deflate can't pack more than 1032 to 1.
  if (entry.size > mostBytes || entry.size > 1032 * entry.packed.length + 64) {
    throw new Malformed(`its entry "${printable(entry.name)}" says that it unpacks to ${entry.size} bytes`);
  }
  try {
    const unpacked = inflateSync(entry.packed, { out: new Uint8Array(entry.size) });
    if (unpacked.length === entry.size) return unpacked;
  } catch {
    // Said below.
  }
  throw new Malformed(`its entry "${printable(entry.name)}" can't be unpacked`);
}

function findDirectory(bytes: Uint8Array): { start: number; count: number } {
  const size = 22;
  const first = Math.max(0, bytes.length - size - 65535);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - size;
  while (end >= first && view.getUint32(end, true) !== endRecord) end--;
  if (end < first) throw new Malformed('it is cut off: a ZIP archive begins, but its directory at the end is missing');

  const reader = new ByteReader(bytes, end + 10);
  let count = reader.u16();
  reader.u32();
  let start = reader.u32();
  if (end >= 20 && view.getUint32(end - 20, true) === end64Locator) {
    const at = new ByteReader(bytes, end - 12).u64();
    if (at > end) throw new Malformed('its ZIP directory lies outside the file');
    const record = new ByteReader(bytes, at);
    if (record.u32() !== end64Record) throw new Malformed('its ZIP directory is damaged');
    record.take(28);
    count = record.u64();
    record.u64();
    start = record.u64();
  }
  if (start > end || count * 46 > end - start) throw new Malformed('its ZIP directory is damaged');
  return { start, count };
}

/** Reads one header of the central directory. */
function readEntry(bytes: Uint8Array, reader: ByteReader): ZipEntry {
  if (reader.u32() !== centralHeader) throw new Malformed('its ZIP directory is damaged');
  reader.take(4);
  const flags = reader.u16();
  const method = reader.u16();
  reader.take(8);
  let packedSize = reader.u32();
  let size = reader.u32();
  const nameLength = reader.u16();
  const extraLength = reader.u16();
  const commentLength = reader.u16();
  reader.take(8);
  let start = reader.u32();
  const name = reader.latin1(nameLength);
  const extra = new ByteReader(reader.take(extraLength));
  reader.take(commentLength);

  // The Zip64 field (1) holds those numbers that don't fit into 32 bits, in this order.
  while (extra.remaining >= 4) {
    const id = extra.u16();
    const field = new ByteReader(extra.take(extra.u16()));
    if (id !== 1) continue;
    if (size === 0xffffffff) size = field.u64();
    if (packedSize === 0xffffffff) packedSize = field.u64();
    if (start === 0xffffffff) start = field.u64();
  }

  const shown = `"${printable(name)}"`;
  if (flags & 1) throw new Malformed(`its entry ${shown} is encrypted`);
  if (method !== 0 && method !== 8) throw new Malformed(`its entry ${shown} is packed by method ${method}`);
  if (method === 0 && size !== packedSize) throw new Malformed(`its entry ${shown} has two sizes`);
  if (start > bytes.length) throw new Malformed(`its entry ${shown} lies outside the file`);
  const local = new ByteReader(bytes, start);
  if (local.u32() !== localHeader) throw new Malformed(`its entry ${shown} is damaged`);
  local.take(22);
  const [localName, localExtra] = [local.u16(), local.u16()];
  local.take(localName + localExtra);
  return { name, compression: method === 0 ? 'stored' : 'deflated', size, packed: local.take(packedSize) };
}
