import { zipEntries } from '../../src/stylegan/zipEntries.ts';
import { pickleOperations, type PickleOperation } from './pickleOperations.ts';

/** A run of bytes of a file: what is interpreted, or data. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const legacyHead = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');

/** All pickles of a checkpoint of any container, nested ones too: their operations, with offsets in the file. */
export function picklesOf(bytes: Uint8Array): PickleOperation[][] {
  const isZip = bytes[0] === 0x50;
  if (isZip) {
    const entry = [...zipEntries(bytes).values()].find(({ name }) => name.endsWith('/data.pkl'))!;
    return [pickleOperations(bytes, entry.packed.byteOffset - bytes.byteOffset)];
  }
  return streamsAt(bytes, 0);
}

function streamsAt(bytes: Uint8Array, start: number): PickleOperation[][] {
  if (legacyHead.every((byte, i) => bytes[start + i] === byte)) {
    const pickles: PickleOperation[][] = [];
    for (let at = start, i = 0; i < 5; i++) {
      pickles.push(pickleOperations(bytes, at));
      at = pickles.at(-1)!.at(-1)!.end;
    }
    return pickles;
  }
  const outer = pickleOperations(bytes, start);
  const nested = outer
    .filter(({ payload, end }) => end - payload > 200 && legacyHead.every((byte, i) => bytes[payload + i] === byte))
    .flatMap(({ payload, end }) => streamsAt(bytes.subarray(0, end), payload));
  return [outer, ...nested];
}

/** Runs that a reader interprets (opcodes, names, numbers, ZIP headers), in order; tensors' data lie between them. */
export function interpretedSpans(bytes: Uint8Array): Span[] {
  const operations = picklesOf(bytes).flat();
  const spans = operations.map(({ start, payload, end }) => ({ start, end: end - payload > 200 ? payload : end }));
  return spans.sort((a, b) => a.start - b.start);
}
