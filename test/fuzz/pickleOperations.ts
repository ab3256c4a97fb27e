/** One opcode of a pickle with its argument. */
export interface PickleOperation {
  readonly start: number;
  readonly end: number;
  /** Where the bytes of a counted argument begin; `end` when the argument is no run of bytes. */
  readonly payload: number;
}

const fixed = new Map<number, number>();
const give = (characters: string, length: number): void => {
  for (const character of characters) fixed.set(character.charCodeAt(0), length);
};
give('(012N)tl]}eadsuobR.Q', 0);
give('hqK\x80', 1);
give('M', 2);
give('jrJ', 4);
give('G', 8);
for (const byte of [0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94]) fixed.set(byte, 0);
fixed.set(0x95, 8);
/** Bytes of the length that stands before the argument. */
const counted = new Map<number, 1 | 4 | 8>([
  ...['U', 'C', '\x8a', '\x8c'].map((c) => [c.charCodeAt(0), 1] as const),
  ...['T', 'X', 'B'].map((c) => [c.charCodeAt(0), 4] as const),
  ...[0x8d, 0x8e, 0x96].map((byte) => [byte, 8] as const),
]);
/** Lines of the argument. */
const lines = new Map<number, number>();
for (const c of 'gpILFSVP') lines.set(c.charCodeAt(0), 1);
for (const c of 'ci') lines.set(c.charCodeAt(0), 2);

/** Where the operations of a sound pickle begin and end. */
export function pickleOperations(bytes: Uint8Array, start = 0): PickleOperation[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const operations: PickleOperation[] = [];
  for (let at = start; at < bytes.length;) {
    const code = bytes[at]!;
    let end = at + 1;
    let payload: number | undefined;
    const width = counted.get(code);
    if (width !== undefined) {
      payload = end + width;
      const length =
        width === 1
          ? view.getUint8(end)
          : width === 4
            ? view.getUint32(end, true)
            : Number(view.getBigUint64(end, true));
      end = payload + length;
    } else if (lines.has(code)) {
      for (let line = 0; line < lines.get(code)!; line++) end = bytes.indexOf(10, end) + 1;
    } else end += fixed.get(code) ?? 0;
    operations.push({ start: at, end, payload: payload ?? end });
    if (code === 0x2e) break;
    at = end;
  }
  return operations;
}
