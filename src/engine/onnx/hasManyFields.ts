import type { Type } from 'protobufjs/light.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Deeper than any model; the decoder refuses it. */
const mostDeep = 100;

/**
 * Whether a message has more than `most` fields, those of its parts counted: each becomes an object of a hundred bytes when it is
 * decoded, and takes as few as two in the file. What is malformed ends the count; the decoder says so.
 */
export function hasManyFields(bytes: Uint8Array, type: Type, most: number): boolean {
  let count = 0;
  let at = 0;

  function varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 63) return NaN;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** @returns whether to go on */
  function walk(message: Type, end: number, depth: number): boolean {
    while (at < end) {
      if (++count > most || depth > mostDeep) return false;
      const key = varint();
      const wire = key % 8;
      const length =
        wire === VARINT ? varint() * 0 : wire === BYTES ? varint() : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : NaN;
      // NaN too.
      if (!(at + length <= end)) return false;
      const field = message.fieldsById[Math.floor(key / 8)]?.resolve();
      const part = wire === BYTES ? field?.resolvedType : undefined;
      if (part && 'fieldsById' in part) {
        if (!walk(part, at + length, depth + 1)) return false;
      } else at += length;
    }
    return true;
  }

  walk(type, bytes.length, 0);
  return count > most;
}
