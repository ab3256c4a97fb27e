import type { ElementType } from '../stridedArray.ts';

/** Typed storages by the name of their class in `torch` (or `torch.storage`). */
export const storageTypes: Readonly<Record<string, ElementType>> = {
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  /** Bytes whose type the tensor brings along. */
  UntypedStorage: 'uint8',
};

/** `torch.float32` and the like. */
export const dtypes: Readonly<Record<string, ElementType>> = {
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float: 'float32',
  float64: 'float64',
  double: 'float64',
  int64: 'int64',
  long: 'int64',
  int32: 'int32',
  int: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  bool: 'bool',
};
