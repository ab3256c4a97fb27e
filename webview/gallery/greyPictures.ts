import type { ColourTable } from './colourTables.ts';

/** A grey picture's values, row-major. */
export interface GreyMap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** About 2,000 maps of 128², or 32 of 1024². */
const CACHED_BYTES = 32 * 2 ** 20;

/**
 * The values of grey PNGs, read through a canvas: a PNG without a colour profile passes through unchanged (8 bits; of 16 the
 * upper 8), and decoding happens off this thread. The last ones are kept.
 */
export class GreyPictures {
  readonly #cache = new Map<string, GreyMap>();
  readonly #canvas = document.createElement('canvas');
  #bytes = 0;

  /** What is there already. */
  peek(address: string, width: number, height: number): GreyMap | undefined {
    const key = keyOf(address, width, height);
    const map = this.#cache.get(key);
    if (map === undefined) return undefined;
    this.#cache.delete(key); // the last used is the last in the map
    this.#cache.set(key, map);
    return map;
  }

  /** @param width of the values; a picture that is larger is sampled, never mixed: the mean of two ids is a third one */
  async read(address: string, width: number, height: number, signal: AbortSignal): Promise<GreyMap | undefined> {
    const there = this.peek(address, width, height);
    if (there !== undefined) return there;
    const image = new Image();
    // Without it the canvas may not be read: a webview's resources are of another origin.
    image.crossOrigin = 'anonymous';
    image.src = address;
    const abandon = (): void => image.removeAttribute('src');
    signal.addEventListener('abort', abandon, { once: true });
    try {
      await image.decode();
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      signal.removeEventListener('abort', abandon);
    }
    if (signal.aborted) return undefined;
    const map = this.#values(image, width, height);
    this.#keep(keyOf(address, width, height), map);
    return map;
  }

  clear(): void {
    this.#cache.clear();
    this.#bytes = 0;
  }

  #values(image: HTMLImageElement, width: number, height: number): GreyMap {
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const context = this.#canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' })!;
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const values = new Uint8Array(width * height);
    for (let i = 0; i < values.length; i++) values[i] = data[4 * i]!;
    return { width, height, data: values };
  }

  #keep(key: string, map: GreyMap): void {
    this.#cache.set(key, map);
    this.#bytes += map.data.length;
    for (const [oldest, { data }] of this.#cache) {
      if (this.#bytes <= CACHED_BYTES || this.#cache.size === 1) break;
      this.#cache.delete(oldest);
      this.#bytes -= data.length;
    }
  }
}

/** Draws a grey map in a table's colours, one pixel of the canvas for each value. */
export function paint(canvas: HTMLCanvasElement, { width, height, data }: GreyMap, colours: ColourTable): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const pixels = new ImageData(width, height);
  const to = new Uint32Array(pixels.data.buffer);
  const from = new Uint32Array(colours.buffer, colours.byteOffset, 256);
  for (let i = 0; i < data.length; i++) to[i] = from[data[i]!]!;
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}

function keyOf(address: string, width: number, height: number): string {
  return `${width} ${height} ${address}`;
}
