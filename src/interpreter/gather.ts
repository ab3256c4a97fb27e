import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { cast, concat, gather, mul, reduceSum, reshape, transpose } from '../engine/ops.ts';
import { Session } from '../engine/session.ts';
import { float32, int64, type Tensor, type TensorOf } from '../engine/tensor.ts';
import { input, type Value } from '../engine/value.ts';
import { between } from './bilinear.ts';
import type { FeatureShape } from './ensemble.ts';
import type { FramePlace } from './labelFrame.ts';

/** Size of the label map that pixels are counted in. */
export interface PixelGrid {
  readonly width: number;
  readonly height: number;
  /** Where it lies on the generator's whole image; it is the whole image unless told. */
  readonly place?: FramePlace | undefined;
}

/** An image's feature maps by name, [1, C, h, w] each, as the store holds them. */
export type FeatureMaps = ReadonlyMap<string, Tensor>;

/**
 * Reads pixels' feature vectors out of native feature maps: each map bilinearly at the pixel's centre (half-pixel centres,
 * clamped at the edge), all channels concatenated. The same numbers as upsampling whole maps, without doing so. Runs on
 * the CPU, in single precision; vectors are rounded to half precision.
 */
export class VectorGatherer {
  readonly #session: Session;
  readonly #shapes: readonly FeatureShape[];
  readonly #pixels: number;

  private constructor(session: Session, shapes: readonly FeatureShape[], pixels: number) {
    this.#session = session;
    this.#shapes = shapes;
    this.#pixels = pixels;
  }

  /** @param pixels how many one run reads; more take several runs, fewer are padded */
  static async create(shapes: readonly FeatureShape[], pixels: number, threads?: number): Promise<VectorGatherer> {
    const session = await Session.create(gatherModel(shapes, pixels), {
      provider: 'cpu',
      cpuFallback: 'allow',
      ...(threads === undefined ? {} : { threads }),
    });
    return new VectorGatherer(session, shapes, pixels);
  }

  /**
   * @param maps float16, as `FeatureStore` gives them
   * @param pixels row · width + column
   * @returns [pixels, D]
   */
  async gather(maps: FeatureMaps, pixels: Uint32Array, grid: PixelGrid): Promise<TensorOf<'float16'>> {
    const channels = this.#shapes.reduce((sum, shape) => sum + shape.channels, 0);
    const data = new Uint16Array(pixels.length * channels);
    const feeds: Record<string, Tensor> = {};
    for (const { name } of this.#shapes) {
      const map = maps.get(name);
      if (!map) throw new Error(`The feature map ${name} is missing.`);
      feeds[name] = map;
    }
    for (let start = 0; start < pixels.length; start += this.#pixels) {
      const part = pixels.subarray(start, start + this.#pixels);
      for (const { height, width } of sizes(this.#shapes)) {
        const { indices, shares } = corners(part, this.#pixels, grid, { height, width });
        feeds[indexName({ height, width })] = indices;
        feeds[shareName({ height, width })] = shares;
      }
      const { vectors } = await this.#session.run(feeds);
      if (vectors?.dtype !== 'float16') throw new Error('The gathered vectors are not float16.');
      data.set(vectors.data.subarray(0, part.length * channels), start * channels);
    }
    return { dtype: 'float16', shape: [pixels.length, channels], data };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function gatherModel(shapes: readonly FeatureShape[], pixels: number): Uint8Array {
  const corners = new Map(
    sizes(shapes).map((size) => [
      indexName(size),
      {
        indices: input(indexName(size), 'int64', [4, pixels]),
        shares: input(shareName(size), 'float32', [4, pixels, 1]),
      },
    ]),
  );
  const parts = shapes.map((shape): Value => {
    const { name, channels, height, width } = shape;
    const map = cast(input(name, 'float16', [1, channels, height, width]), 'float32');
    const { indices, shares } = corners.get(indexName(shape))!;
    const rows = transpose(reshape(map, [channels, height * width]), [1, 0]);
    return reduceSum(mul(gather(rows, indices), shares), [0]);
  });
  const outputs = { vectors: cast(concat(parts, 1), 'float16') };
  return encodeModel(buildModel({ name: 'gather', outputs }));
}

type Size = Pick<FeatureShape, 'height' | 'width'>;

function sizes(shapes: readonly FeatureShape[]): readonly Size[] {
  return [...new Map(shapes.map((shape) => [indexName(shape), shape])).values()];
}

function indexName({ height, width }: Size): string {
  return `index.${height}x${width}`;
}

function shareName({ height, width }: Size): string {
  return `share.${height}x${width}`;
}

/** The four neighbours of each pixel in a map of `size` and their shares of the value; both [4, `count`]. */
function corners(
  pixels: Uint32Array,
  count: number,
  { width, height, place }: PixelGrid,
  size: Size,
): { readonly indices: Tensor; readonly shares: Tensor } {
  const indices = new Float64Array(4 * count);
  const shares = new Float32Array(4 * count);
  const [left, top] = [place?.left ?? 0, place?.top ?? 0];
  pixels.forEach((pixel, i) => {
    const y = Math.floor(pixel / width);
    const down = between(top + y, size.height, place?.side ?? height);
    const across = between(left + pixel - y * width, size.width, place?.side ?? width);
    for (let corner = 0; corner < 4; corner++) {
      const [row, column] = [corner >> 1, corner & 1];
      const [rowAt, rowShare] = row ? [down.upper, down.fraction] : [down.lower, 1 - down.fraction];
      const [columnAt, columnShare] = column ? [across.upper, across.fraction] : [across.lower, 1 - across.fraction];
      indices[corner * count + i] = rowAt * size.width + columnAt;
      shares[corner * count + i] = rowShare * columnShare;
    }
  });
  return { indices: int64([4, count], indices), shares: float32([4, count, 1], shares) };
}
