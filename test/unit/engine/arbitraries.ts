import fc from 'fast-check';
import { sizeOf, type Tensor } from '../../../src/engine/tensor.ts';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });

/** Small tensors of every element type, scalars and empty ones among them. */
export const tensor: fc.Arbitrary<Tensor> = shape.chain((shape) => {
  const n = { minLength: sizeOf(shape), maxLength: sizeOf(shape) };
  return fc.oneof(
    fc.float32Array(n).map((data) => ({ dtype: 'float32' as const, shape, data })),
    fc.float64Array(n).map((data) => ({ dtype: 'float64' as const, shape, data })),
    fc.uint16Array(n).map((data) => ({ dtype: 'float16' as const, shape, data })),
    fc.bigInt64Array(n).map((data) => ({ dtype: 'int64' as const, shape, data })),
    fc.int32Array(n).map((data) => ({ dtype: 'int32' as const, shape, data })),
    fc.uint8Array(n).map((data) => ({ dtype: 'uint8' as const, shape, data })),
    fc.uint8Array({ ...n, max: 1 }).map((data) => ({ dtype: 'bool' as const, shape, data })),
  );
});
