import { open } from 'node:fs/promises';

export interface ReleasableBytes {
  readonly bytes: Uint8Array;
  /** Gives the memory back at once; `bytes` and all views of it are empty from then on. */
  release(): void;
}

/** Bytes read at a time: more than 2 GB at once is an error on some systems. */
const CHUNK = 2 ** 26;

/**
 * Reads a large file into memory that can be given back without waiting for the garbage collector, which sees little reason to
 * hurry for a checkpoint of some hundred megabytes and would leave it beside what is made of it.
 */
export async function readReleasable(path: string): Promise<ReleasableBytes> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    // Resizable buffers (ES2024, Node 20) are newer than the library that we compile against.
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize(length: number): void };
    const buffer = new Resizable(size, { maxByteLength: size });
    const bytes = new Uint8Array(buffer, 0, size);
    for (let done = 0; done < size;) {
      const { bytesRead } = await file.read(bytes, done, Math.min(CHUNK, size - done), done);
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      done += bytesRead;
    }
    return { bytes, release: () => buffer.resize(0) };
  } finally {
    await file.close();
  }
}
