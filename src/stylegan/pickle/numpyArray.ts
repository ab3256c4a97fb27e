import { float32, type Tensor } from '../../engine/tensor.ts';
import { denseTensor, rowMajor, type ElementType } from '../stridedArray.ts';
import { Malformed } from './malformed.ts';
import { PickleObject, PickleTuple, type PickleValue } from './pickleValue.ts';

const elementTypes: Readonly<Record<string, ElementType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  b1: 'bool',
};

export function isNumpyArray(value: PickleValue | undefined): value is PickleObject {
  return value instanceof PickleObject && value.type === 'numpy.ndarray';
}

/**
 * A dense copy of a pickled array; a pickled scalar is an array without axes.
 * @throws Malformed when it is none, of an unknown type, or of another size than it says.
 */
export function numpyArray(value: PickleValue | undefined, mostElements: number): Tensor {
  const number = numberOf(value);
  if (number !== undefined) return float32([], [number]);
  const state = isNumpyArray(value) ? value.state : undefined;
  // (version, shape, dtype, is Fortran order, bytes); version is left out in very old files.
  if (!(state instanceof PickleTuple) || state.items.length !== 5) throw new Malformed('is no numpy array');
  const [, sizes, dtype, fortran, bytes] = state.items;
  if (!(sizes instanceof PickleTuple) || !(bytes instanceof Uint8Array)) throw new Malformed('is no plain numpy array');
  const shape = sizes.items.map((size) => {
    if (typeof size !== 'number') throw new Malformed('is a numpy array of an unknown shape');
    return size;
  });
  const strides = fortran === true ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape);
  return denseTensor({ bytes, type: elementType(dtype), offset: 0, shape, strides }, mostElements);
}

/** A number, also numpy's; undefined for anything else. */
export function numberOf(value: PickleValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!(value instanceof PickleObject) || value.type !== 'numpy.scalar') return undefined;
  const [dtype, bytes] = value.args;
  if (!(bytes instanceof Uint8Array)) return undefined;
  return ifSound(() =>
    Number(denseTensor({ bytes, type: elementType(dtype), offset: 0, shape: [], strides: [] }, 1).data[0]),
  );
}

/** Numbers of a list, a tuple or a numpy array; undefined for anything else. */
export function numbersOf(value: PickleValue | undefined): readonly number[] | undefined {
  if (isNumpyArray(value)) return ifSound(() => Array.from(numpyArray(value, 64).data, Number));
  const list = value instanceof PickleTuple ? value.items : Array.isArray(value) ? value : undefined;
  const numbers = list?.map(numberOf);
  return numbers?.every((number) => number !== undefined) ? numbers : undefined;
}

/** Settings are a reader's to miss: it knows what they are for. */
function ifSound<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function elementType(dtype: PickleValue | undefined): ElementType {
  const [code] = dtype instanceof PickleObject && dtype.type === 'numpy.dtype' ? dtype.args : [];
  const state = dtype instanceof PickleObject && dtype.state instanceof PickleTuple ? dtype.state.items : [];
  const type = typeof code === 'string' ? elementTypes[code.replace(/^[<|=]/, '')] : undefined;
  // The second part of the state is the byte order: '<', '|' or '=' on the machines that we know.
  if (!type || state[1] === '>') throw new Malformed('is a numpy array of an unknown or big-endian type');
  return type;
}
