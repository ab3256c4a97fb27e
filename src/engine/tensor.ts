/** The element types that cross into and out of onnxruntime, each with the array that holds it. */
export interface ArrayOf {
  float32: Float32Array;
  /** Only inside graphs of other people: nothing of ours computes with it. */
  float64: Float64Array;
  /** IEEE half precision as raw bits, as onnxruntime-node passes it. */
  float16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type DType = keyof ArrayOf;

/** A dense array in row-major order. `data.length` is the product of `shape`. */
export interface TensorOf<D extends DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: ArrayOf[D];
}

/** A tensor of any element type; narrowing on `dtype` narrows `data`. */
export type Tensor = { [D in DType]: TensorOf<D> }[DType];

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function float32(shape: readonly number[], data?: ArrayLike<number>): TensorOf<'float32'> {
  return checked({ dtype: 'float32', shape, data: data ? asFloat32(data) : new Float32Array(sizeOf(shape)) });
}

export function int32(shape: readonly number[], data: ArrayLike<number>): TensorOf<'int32'> {
  return checked({ dtype: 'int32', shape, data: data instanceof Int32Array ? data : Int32Array.from(data) });
}

export function int64(shape: readonly number[], data: ArrayLike<number>): TensorOf<'int64'> {
  return checked({ dtype: 'int64', shape, data: BigInt64Array.from(Array.from(data, (x) => BigInt(x))) });
}

export function uint8(shape: readonly number[], data: Uint8Array): TensorOf<'uint8'> {
  return checked({ dtype: 'uint8', shape, data });
}

export function float16Bits(shape: readonly number[], data: Uint16Array): TensorOf<'float16'> {
  return checked({ dtype: 'float16', shape, data });
}

function asFloat32(data: ArrayLike<number>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

function checked<T extends Tensor>(tensor: T): T {
  if (tensor.data.length !== sizeOf(tensor.shape)) {
    throw new Error(
      `A tensor of shape [${tensor.shape.join(', ')}] holds ${sizeOf(tensor.shape)} values, not ${tensor.data.length}.`,
    );
  }
  return tensor;
}

/** The float32 data of a tensor, or an error that names what it is instead. */
export function float32Data(tensor: Tensor | undefined, name = 'tensor'): Float32Array {
  if (tensor?.dtype !== 'float32') throw new Error(`${name} is ${tensor?.dtype ?? 'missing'}, not float32.`);
  return tensor.data;
}
