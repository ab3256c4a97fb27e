import type { Rectangle } from '../../src/dataset/annotation/rectangle.ts';

/** A canvas of the image's size that is kept up to date rectangle by rectangle. */
export class RasterLayer {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #image: ImageData;
  readonly #words: Uint32Array;

  constructor(width: number, height: number) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context = this.canvas.getContext('2d')!;
    this.#image = this.#context.createImageData(width, height);
    this.#words = new Uint32Array(this.#image.data.buffer);
  }

  /** Each pixel in the colour of its byte: the fast way, for what every move of a brush goes through. */
  updateFrom(bytes: Uint8Array, colours: Uint32Array, rectangle?: Rectangle): void {
    const { width: rowLength, height: rows } = this.#image;
    const { x, y, width, height } = rectangle ?? { x: 0, y: 0, width: rowLength, height: rows };
    const words = this.#words;
    for (let row = y; row < y + height; row++) {
      const first = row * rowLength + x;
      for (let i = first; i < first + width; i++) words[i] = colours[bytes[i]!]!;
    }
    this.#context.putImageData(this.#image, 0, 0, x, y, width, height);
  }

  /** @param colourOf pixel index → RGBA word, see ColourTable */
  update(colourOf: (pixel: number) => number, rectangle?: Rectangle): void {
    const { width: rowLength, height: rows } = this.#image;
    const { x, y, width, height } = rectangle ?? { x: 0, y: 0, width: rowLength, height: rows };
    const words = this.#words;
    for (let row = y; row < y + height; row++) {
      const first = row * rowLength + x;
      for (let i = first; i < first + width; i++) words[i] = colourOf(i);
    }
    this.#context.putImageData(this.#image, 0, 0, x, y, width, height);
  }
}
