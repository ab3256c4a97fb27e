import { Malformed } from './malformed.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text longer than this is no name and no setting; JavaScript could not hold the longest anyway. */
const longestText = 1 << 26;

/** Reads little-endian numbers and byte runs from the front; every read is checked against what is left. */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Moves past `count` bytes and returns where they begin. */
  #advance(count: number): number {
    if (count > this.remaining) {
      throw new Malformed(
        `it is cut off or damaged: ${count} bytes are announced at byte ${this.position}, ${this.remaining} are left`,
      );
    }
    const start = this.position;
    this.position += count;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** An unsigned 64-bit length. Above 2^53 it is inexact, and then too long for any file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Big-endian, as pickles store floats. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.bytes.subarray(start, start + count);
  }

  text(count: number): string {
    const bytes = this.take(count);
    if (count > longestText) throw new Malformed(`a text of ${count} bytes stands at byte ${this.position - count}`);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Malformed(`a text at byte ${this.position - count} is not UTF-8`);
    }
  }

  latin1(count: number): string {
    const bytes = this.take(count);
    if (count > longestText) throw new Malformed(`a text of ${count} bytes stands at byte ${this.position - count}`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }

  /** The text before the next line feed (latin-1), of at most `longest` bytes. */
  line(longest: number): string {
    const end = this.bytes.subarray(this.position, this.position + longest + 1).indexOf(10);
    if (end < 0) throw new Malformed(`a line at byte ${this.position} does not end`);
    const text = this.latin1(end);
    this.position += 1;
    return text;
  }
}
