import { deflateSync, inflateSync } from 'fflate';

/** Bytes of a label or uncertainty map, deflated for the way between host and webview (0.1 s per MB without). */
export function packBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return deflateSync(bytes, { level: 1 });
}

/** @param size how many bytes it must be; nothing larger is ever inflated */
export function unpackBytes(packed: Uint8Array, size: number): Uint8Array {
  // One byte more, because what does not fit is cut off in silence.
  const bytes = inflateSync(packed, { out: new Uint8Array(size + 1) });
  if (bytes.length > size) throw new Error(`A map of more than the expected ${size} bytes came.`);
  if (bytes.length < size) throw new Error(`A map of ${bytes.length} bytes came where ${size} were expected.`);
  return bytes.subarray(0, size);
}
