import { sizeOf, type Tensor } from '../engine/tensor.ts';
import { Malformed } from './pickle/malformed.ts';

/** The element types of foreign files, all little-endian, with their size in bytes. */
export const bytesPerElement = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;

export type ElementType = keyof typeof bytesPerElement;

/** An array inside somebody's bytes, as torch and numpy describe it: element i,j,… lies at offset + i·s₀ + j·s₁ + … */
export interface StridedArray {
  readonly bytes: Uint8Array;
  readonly type: ElementType;
  /** In elements, as are the strides. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const mostDimensions = 32;

/**
 * A dense copy of exactly the elements of the view. Floating point of any width becomes float32, integers narrower
 * than 32 bits become int32 (uint8 and bool stay).
 * @throws Malformed when an element lies outside the bytes, or the copy would have more than `mostElements`.
 */
export function denseTensor(array: StridedArray, mostElements: number): Tensor {
  const { shape, strides, offset, type } = array;
  if (shape.length !== strides.length || shape.length > mostDimensions) {
    throw new Malformed(`has ${shape.length} sizes and ${strides.length} strides`);
  }
  for (const number of [offset, ...shape, ...strides]) {
    if (!Number.isSafeInteger(number) || number < 0) throw new Malformed(`has the size, stride or offset ${number}`);
  }
  const size = sizeOf(shape);
  if (size > mostElements) {
    throw new Malformed(`announces ${size} values of shape [${shape.join(', ')}], more than the file can hold`);
  }
  if (size > 0) {
    const available = Math.floor(array.bytes.length / bytesPerElement[type]);
    const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
    if (last >= available) {
      throw new Malformed(`of shape [${shape.join(', ')}] reaches value ${last} of data that hold ${available}`);
    }
  }
  return gather(array, size);
}

/** Strides of a row-major array. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

function gather(array: StridedArray, size: number): Tensor {
  const { bytes, type, shape } = array;
  const contiguous = isContiguous(array);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'float32' && contiguous) {
    // Most of every file: one copy of memory (this and all processors that Node supports are little-endian).
    const data = new Float32Array(size);
    const start = array.offset * 4;
    new Uint8Array(data.buffer).set(bytes.subarray(start, start + 4 * size));
    return { dtype: 'float32', shape, data };
  }
  const fill = <A extends { [index: number]: T }, T>(data: A, read: (element: number) => T): A => {
    const positions = contiguous ? undefined : elementPositions(array, size);
    for (let i = 0; i < size; i++) data[i] = read(positions ? positions[i]! : array.offset + i);
    return data;
  };
  switch (type) {
    case 'float16':
      return {
        dtype: 'float32',
        shape,
        data: fill(new Float32Array(size), (e) => fromHalf(view.getUint16(2 * e, true))),
      };
    case 'bfloat16':
      return {
        dtype: 'float32',
        shape,
        data: fill(new Float32Array(size), (e) => fromBrain(view.getUint16(2 * e, true))),
      };
    case 'float32':
      return { dtype: 'float32', shape, data: fill(new Float32Array(size), (e) => view.getFloat32(4 * e, true)) };
    case 'float64':
      return { dtype: 'float32', shape, data: fill(new Float32Array(size), (e) => view.getFloat64(8 * e, true)) };
    case 'int64':
      return { dtype: 'int64', shape, data: fill(new BigInt64Array(size), (e) => view.getBigInt64(8 * e, true)) };
    case 'int32':
      return { dtype: 'int32', shape, data: fill(new Int32Array(size), (e) => view.getInt32(4 * e, true)) };
    case 'int16':
      return { dtype: 'int32', shape, data: fill(new Int32Array(size), (e) => view.getInt16(2 * e, true)) };
    case 'int8':
      return { dtype: 'int32', shape, data: fill(new Int32Array(size), (e) => view.getInt8(e)) };
    case 'uint8':
    case 'bool':
      return { dtype: type, shape, data: fill(new Uint8Array(size), (e) => bytes[e]!) };
  }
}

function isContiguous({ shape, strides }: StridedArray): boolean {
  const dense = rowMajor(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === dense[axis]);
}

/** Where each element of the dense copy comes from. */
function elementPositions({ shape, strides, offset }: StridedArray, size: number): Float64Array {
  const positions = new Float64Array(size);
  const index = shape.map(() => 0);
  let position = offset;
  for (let i = 0; i < size; i++) {
    positions[i] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return positions;
}

/** IEEE 754 half precision to number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBrain(bits: number): number {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
}
