import type { Emitter, Op, OpSample, Vjp } from './op.ts';
import type { OnnxAttribute } from './onnx/model.ts';
import {
  broadcastShapes,
  convolutionShape,
  normalAxis,
  rangeLength,
  reducedShape,
  transposedConvolutionShape,
  type ConvolutionAttributes,
  type Pads,
  type Range,
} from './shapes.ts';
import { float32, int64 as int64Tensor, sizeOf, type DType, type Tensor } from './tensor.ts';
import { constant, GraphError, makeValue, shapeText, type Value } from './value.ts';

// The whole calculus in one place: each op is one object (shape rule, ONNX emission, gradient, samples) and the
// table is closed: every op that a gradient emits is itself in the table, so gradients of gradients exist.

type None = Readonly<Record<string, never>>;
const none: None = {};

// ---- building -----------------------------------------------------------------------------------------------

function apply<N extends keyof Attributes>(name: N, inputs: readonly Value[], attributes: Attributes[N]): Value {
  const op: Op<Attributes[N]> = ops[name];
  if (op.arity !== 'any' && op.arity !== inputs.length)
    throw new GraphError(`${name} takes ${op.arity} inputs, not ${inputs.length}.`);
  const { dtype, shape } = op.result(inputs, attributes);
  return makeValue(dtype, shape, { kind: 'op', op: name, inputs, attributes });
}

export const neg = (x: Value) => apply('neg', [x], none);
export const exp = (x: Value) => apply('exp', [x], none);
export const log = (x: Value) => apply('log', [x], none);
export const sqrt = (x: Value) => apply('sqrt', [x], none);
export const reciprocal = (x: Value) => apply('reciprocal', [x], none);
export const sin = (x: Value) => apply('sin', [x], none);
export const cos = (x: Value) => apply('cos', [x], none);
export const tanh = (x: Value) => apply('tanh', [x], none);
export const sigmoid = (x: Value) => apply('sigmoid', [x], none);
export const softplus = (x: Value) => apply('softplus', [x], none);
/** x where x > 0, else slope · x. Slope 0 is ReLU. */
export const leakyRelu = (x: Value, slope: number) => apply('leakyRelu', [x], { slope });
/** The derivative of `leakyRelu` by x: 1 where x > 0, else slope. Piecewise constant itself. */
export const leakyReluSlope = (x: Value, slope: number) => apply('leakyReluSlope', [x], { slope });
/** x kept within −limit … limit. */
export const clamp = (x: Value, limit: number) => apply('clamp', [x], { limit });
/** The derivative of `clamp` by x: 1 inside the limits, else 0. */
export const clampSlope = (x: Value, limit: number) => apply('clampSlope', [x], { limit });

export const add = (a: Value, b: Value) => apply('add', [a, b], none);
export const sub = (a: Value, b: Value) => apply('sub', [a, b], none);
export const mul = (a: Value, b: Value) => apply('mul', [a, b], none);
export const div = (a: Value, b: Value) => apply('div', [a, b], none);
export const equal = (a: Value, b: Value) => apply('equal', [a, b], none);
export const greater = (a: Value, b: Value) => apply('greater', [a, b], none);
export const where = (condition: Value, a: Value, b: Value) => apply('where', [condition, a, b], none);
export const cast = (x: Value, to: DType) => (x.dtype === to ? x : apply('cast', [x], { to }));

export const reduceSum = (x: Value, axes: readonly number[], keep = false) => reduction('reduceSum', x, axes, keep);
export const reduceMean = (x: Value, axes: readonly number[], keep = false) => reduction('reduceMean', x, axes, keep);
export const reduceMax = (x: Value, axes: readonly number[], keep = false) => reduction('reduceMax', x, axes, keep);
/** Index of the largest element, the first one of several. int64. */
export const argMax = (x: Value, axis: number, keep = false) =>
  apply('argMax', [x], { axis: normalAxis('argMax', axis, x.shape), keep });
export const softmax = (x: Value, axis: number) =>
  apply('softmax', [x], { axis: normalAxis('softmax', axis, x.shape) });
export const logSoftmax = (x: Value, axis: number) =>
  apply('logSoftmax', [x], { axis: normalAxis('logSoftmax', axis, x.shape) });

export const reshape = (x: Value, shape: readonly number[]) =>
  sameShape(x.shape, shape) ? x : apply('reshape', [x], { shape });
export const transpose = (x: Value, permutation: readonly number[]) =>
  permutation.every((axis, i) => axis === i) && permutation.length === x.shape.length
    ? x
    : apply('transpose', [x], { permutation });
/** Repeats axes of length 1 (and missing leading ones) to `shape`. */
export const expand = (x: Value, shape: readonly number[]) =>
  sameShape(x.shape, shape) ? x : apply('expand', [x], { shape });
export const slice = (x: Value, ranges: readonly Range[]) => apply('slice', [x], { ranges });
/** Zero padding: `before[i]` and `after[i]` elements around axis i. */
export const pad = (x: Value, before: readonly number[], after: readonly number[]) =>
  [...before, ...after].every((n) => n === 0) ? x : apply('pad', [x], { before, after });
export const concat = (values: readonly Value[], axis: number) =>
  values.length === 1
    ? values[0]!
    : apply('concat', values, { axis: normalAxis('concat', axis, values[0]?.shape ?? []) });
/** Rows `indices` (int64, any shape) of the leading axis of x: [...indices.shape, ...x.shape[1:]]. */
export const gather = (x: Value, indices: Value) => apply('gather', [x, indices], none);

export interface MatMulAttributes {
  readonly transA: boolean;
  readonly transB: boolean;
}
/** Matrix product of the last two axes; leading axes broadcast. */
export const matMul = (a: Value, b: Value, { transA = false, transB = false }: Partial<MatMulAttributes> = {}) =>
  apply('matMul', [a, b], { transA, transB });
/**
 * a·b + c of matrices, c broadcast: one pass over the result where `add(matMul(a, b), c)` takes two.
 * @param c [rows or 1, columns or 1]
 */
export const gemm = (
  a: Value,
  b: Value,
  c: Value,
  { transA = false, transB = false }: Partial<MatMulAttributes> = {},
) => apply('gemm', [a, b, c], { transA, transB });
/** A stride of one number is that of rows and columns. */
export interface ConvolutionOptions {
  readonly stride?: number | readonly [rows: number, columns: number];
  readonly pads?: Pads;
  readonly groups?: number;
}
export const conv = (x: Value, w: Value, options: ConvolutionOptions = {}) =>
  apply('conv', [x, w], convolution(options));
export const convTranspose = (x: Value, w: Value, options: ConvolutionOptions = {}) =>
  apply('convTranspose', [x, w], convolution(options));

function convolution({ stride = 1, pads = [0, 0, 0, 0], groups = 1 }: ConvolutionOptions): ConvolutionAttributes {
  return { strides: typeof stride === 'number' ? [stride, stride] : stride, pads, groups };
}

/** Each pixel of [N, C, H, W] repeated factor × factor times. */
export const upsampleNearest = (x: Value, factor: number) => apply('upsampleNearest', [x], { factor });
/** (x − mean) / √(variance + epsilon) over all axes after the second; biased variance. */
export const instanceNorm = (x: Value, epsilon: number) => apply('instanceNorm', [x], { epsilon });

export const scalar = (value: number) => constant(float32([], [value]));
export const square = (x: Value) => mul(x, x);
export const rsqrt = (x: Value) => reciprocal(sqrt(x));
export const scale = (x: Value, factor: number) => (factor === 1 ? x : mul(x, scalar(factor)));
/** 1 at the index, 0 elsewhere: int64 [...] → float32 [..., depth]. An index outside 0 … depth − 1 gives zeros. */
export const oneHot = (indices: Value, depth: number) => {
  const classes = constant(
    int64Tensor(
      [depth],
      Array.from({ length: depth }, (_, i) => i),
    ),
  );
  return cast(equal(reshape(indices, [...indices.shape, 1]), classes), 'float32');
};
/** Steps through an axis backwards. */
export const flip = (x: Value, axes: readonly number[]) =>
  slice(
    x,
    axes.map((axis) => ({ axis, start: x.shape[axis]! - 1, end: -1, step: -1 })),
  );
export const range = (axis: number, start: number, end: number, step = 1): Range => ({ axis, start, end, step });

// ---- the table ----------------------------------------------------------------------------------------------

interface Attributes {
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  reciprocal: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  leakyRelu: { readonly slope: number };
  leakyReluSlope: { readonly slope: number };
  clamp: { readonly limit: number };
  clampSlope: { readonly limit: number };
  add: None;
  sub: None;
  mul: None;
  div: None;
  equal: None;
  greater: None;
  where: None;
  cast: { readonly to: DType };
  reduceSum: Reduction;
  reduceMean: Reduction;
  reduceMax: Reduction;
  argMax: { readonly axis: number; readonly keep: boolean };
  softmax: { readonly axis: number };
  logSoftmax: { readonly axis: number };
  reshape: { readonly shape: readonly number[] };
  transpose: { readonly permutation: readonly number[] };
  expand: { readonly shape: readonly number[] };
  slice: { readonly ranges: readonly Range[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concat: { readonly axis: number };
  gather: None;
  matMul: MatMulAttributes;
  gemm: MatMulAttributes;
  conv: ConvolutionAttributes;
  convTranspose: ConvolutionAttributes;
  upsampleNearest: { readonly factor: number };
  instanceNorm: { readonly epsilon: number };
}

interface Reduction {
  readonly axes: readonly number[];
  readonly keep: boolean;
}

export type OpName = keyof Attributes;

export const ops: { readonly [N in OpName]: Op<Attributes[N]> } = {
  neg: unary('Neg', (dy) => neg(dy), [-1.3, 0.4, 2]),
  exp: unary('Exp', (dy, _, y) => mul(dy, y), [-1.3, 0.4, 1]),
  log: unary('Log', (dy, x) => div(dy, x), [0.7, 1.4, 2]),
  sqrt: unary('Sqrt', (dy, _, y) => div(scale(dy, 0.5), y), [0.7, 1.4, 2]),
  reciprocal: unary('Reciprocal', (dy, _, y) => neg(mul(dy, square(y))), [-1.3, 0.8, 2]),
  sin: unary('Sin', (dy, x) => mul(dy, cos(x)), [-1.3, 0.4, 2]),
  cos: unary('Cos', (dy, x) => neg(mul(dy, sin(x))), [-1.3, 0.4, 2]),
  tanh: unary('Tanh', (dy, _, y) => mul(dy, sub(scalar(1), square(y))), [-1.3, 0.4, 1]),
  sigmoid: unary('Sigmoid', (dy, _, y) => mul(dy, mul(y, sub(scalar(1), y))), [-1.3, 0.4, 1]),
  softplus: unary('Softplus', (dy, x) => mul(dy, sigmoid(x)), [-1.3, 0.4, 1]),
  leakyRelu: {
    arity: 1,
    result: ([x]) => floats('leakyRelu', x!),
    emit: (e, [x], _, __, { slope }) =>
      slope === 0 ? e.node('Relu', [x!]) : e.node('LeakyRelu', [x!], { alpha: { kind: 'float', value: slope } }),
    vjp: (dy, [x], _, { slope }) => [mul(dy, leakyReluSlope(x!, slope))],
    samples: [
      { inputs: [float32([3], [-1.3, 0.4, 2])], attributes: { slope: 0.2 } },
      { inputs: [float32([3], [-1.3, 0.4, 2])], attributes: { slope: 0 } },
    ],
  },
  leakyReluSlope: {
    arity: 1,
    result: ([x]) => floats('leakyReluSlope', x!),
    emit: (e, [x], _, __, { slope }) => {
      const positive = e.node('Cast', [e.node('Greater', [x!, e.float32([], [0])])], { to: dtypeAttribute('float32') });
      if (slope === 0) return positive;
      return e.node('Add', [e.node('Mul', [positive, e.float32([], [1 - slope])]), e.float32([], [slope])]);
    },
    vjp: 'piecewise constant',
    samples: [{ inputs: [float32([3], [-1.3, 0.4, 2])], attributes: { slope: 0.2 } }],
  },
  clamp: {
    arity: 1,
    result: ([x]) => floats('clamp', x!),
    emit: (e, [x], _, __, { limit }) => e.node('Clip', [x!, e.float32([], [-limit]), e.float32([], [limit])]),
    vjp: (dy, [x], _, { limit }) => [mul(dy, clampSlope(x!, limit))],
    samples: [{ inputs: [float32([4], [-1.3, 0.4, 2, -0.2])], attributes: { limit: 0.9 } }],
  },
  clampSlope: {
    arity: 1,
    result: ([x]) => floats('clampSlope', x!),
    emit: (e, [x], _, __, { limit }) =>
      e.node('Cast', [e.node('Less', [e.node('Abs', [x!]), e.float32([], [limit])])], {
        to: dtypeAttribute('float32'),
      }),
    vjp: 'piecewise constant',
    samples: [{ inputs: [float32([3], [-1.3, 0.4, 2])], attributes: { limit: 0.9 } }],
  },

  add: binary('Add', (dy) => [dy, dy]),
  sub: binary('Sub', (dy) => [dy, neg(dy)]),
  mul: binary('Mul', (dy, a, b) => [mul(dy, b), mul(dy, a)]),
  div: binary('Div', (dy, a, b) => [div(dy, b), neg(div(mul(dy, a), square(b)))]),
  equal: comparison('Equal'),
  greater: comparison('Greater'),
  where: {
    arity: 3,
    result: ([condition, a, b]) => {
      if (condition!.dtype !== 'bool') throw new GraphError(`where: the condition is ${condition!.dtype}, not bool.`);
      sameType('where', a!, b!);
      return {
        dtype: a!.dtype,
        shape: broadcastShapes('where', condition!.shape, broadcastShapes('where', a!.shape, b!.shape)),
      };
    },
    emit: (e, names) => e.node('Where', names),
    vjp: (dy, [condition, a, b]) => {
      const zero = scalar(0);
      return [
        undefined,
        unbroadcast(where(condition!, dy, zero), a!.shape),
        unbroadcast(where(condition!, zero, dy), b!.shape),
      ];
    },
    samples: [
      {
        inputs: [
          { dtype: 'bool', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) },
          float32([2, 2], [1, 2, 3, 4]),
          float32([2], [0.5, -0.5]),
        ],
        attributes: none,
      },
    ],
  },
  cast: {
    arity: 1,
    result: ([x], { to }) => ({ dtype: to, shape: x!.shape }),
    emit: (e, [x], _, __, { to }) => e.node('Cast', [x!], { to: dtypeAttribute(to) }),
    vjp: (dy, [x]) => [isFloat(x!.dtype) ? cast(dy, x!.dtype) : undefined],
    samples: [{ inputs: [float32([2], [0.5, -2])], attributes: { to: 'float32' } }],
  },

  reduceSum: {
    arity: 1,
    result: ([x], { axes, keep }) => ({
      dtype: numeric('reduceSum', x!).dtype,
      shape: reducedShape(x!.shape, axes, keep),
    }),
    emit: (e, [x], _, __, reduction) => emitReduction(e, 'ReduceSum', x!, reduction),
    vjp: (dy, [x], _, reduction) => [expandReduced(dy, x!, reduction)],
    samples: reductionSamples(),
  },
  reduceMean: {
    arity: 1,
    result: ([x], { axes, keep }) => ({ ...floats('reduceMean', x!), shape: reducedShape(x!.shape, axes, keep) }),
    emit: (e, [x], _, __, reduction) => emitReduction(e, 'ReduceMean', x!, reduction),
    vjp: (dy, [x], _, reduction) => [
      scale(expandReduced(dy, x!, reduction), 1 / sizeOf(reduction.axes.map((axis) => x!.shape[axis]!))),
    ],
    samples: reductionSamples(),
  },
  reduceMax: {
    arity: 1,
    result: ([x], { axes, keep }) => ({
      dtype: numeric('reduceMax', x!).dtype,
      shape: reducedShape(x!.shape, axes, keep),
    }),
    emit: (e, [x], _, __, reduction) => emitReduction(e, 'ReduceMax', x!, reduction),
    // Equal largest elements share the gradient.
    vjp: (dy, [x], y, reduction) => {
      const largest = cast(equal(x!, expandReduced(y, x!, reduction)), 'float32');
      return [mul(expandReduced(dy, x!, reduction), div(largest, reduceSum(largest, reduction.axes, true)))];
    },
    samples: reductionSamples(),
  },
  argMax: {
    arity: 1,
    result: ([x], { axis, keep }) => ({ dtype: 'int64', shape: reducedShape(x!.shape, [axis], keep) }),
    emit: (e, [x], _, __, { axis, keep }) => e.node('ArgMax', [x!], { axis: int(axis), keepdims: flag(keep) }),
    vjp: 'piecewise constant',
    samples: [{ inputs: [float32([2, 3], [1, 3, 2, 0, -1, 4])], attributes: { axis: 1, keep: false } }],
  },
  softmax: {
    arity: 1,
    result: ([x]) => floats('softmax', x!),
    emit: (e, [x], [value], _, { axis }) => emitSoftmax(e, 'Softmax', x!, value!.shape.length, axis),
    vjp: (dy, _, y, { axis }) => [mul(y, sub(dy, reduceSum(mul(dy, y), [axis], true)))],
    samples: [{ inputs: [float32([2, 3], [1, 0.3, -0.2, 0, -1, 0.4])], attributes: { axis: 1 } }],
  },
  logSoftmax: {
    arity: 1,
    result: ([x]) => floats('logSoftmax', x!),
    emit: (e, [x], [value], _, { axis }) => emitSoftmax(e, 'LogSoftmax', x!, value!.shape.length, axis),
    vjp: (dy, [x], _, { axis }) => [sub(dy, mul(softmax(x!, axis), reduceSum(dy, [axis], true)))],
    samples: [{ inputs: [float32([3, 2], [1, 0.3, -0.2, 0, -1, 0.4])], attributes: { axis: 0 } }],
  },

  reshape: {
    arity: 1,
    result: ([x], { shape }) => {
      if (sizeOf(shape) !== sizeOf(x!.shape))
        throw new GraphError(`reshape: ${shapeText(x!.shape)} does not fit ${shapeText(shape)}.`);
      return { dtype: x!.dtype, shape };
    },
    emit: (e, [x], _, __, { shape }) => e.node('Reshape', [x!, e.int64(shape)]),
    vjp: (dy, [x]) => [reshape(dy, x!.shape)],
    samples: [{ inputs: [float32([2, 3], [1, 2, 3, 4, 5, 6])], attributes: { shape: [3, 2] } }],
  },
  transpose: {
    arity: 1,
    result: ([x], { permutation }) => {
      if (
        [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i) ||
        permutation.length !== x!.shape.length
      ) {
        throw new GraphError(
          `transpose: ${shapeText(permutation)} is not an order of the axes of ${shapeText(x!.shape)}.`,
        );
      }
      return { dtype: x!.dtype, shape: permutation.map((axis) => x!.shape[axis]!) };
    },
    emit: (e, [x], _, __, { permutation }) => e.node('Transpose', [x!], { perm: { kind: 'ints', value: permutation } }),
    vjp: (dy, _, __, { permutation }) => [
      transpose(
        dy,
        permutation.map((___, axis) => permutation.indexOf(axis)),
      ),
    ],
    samples: [{ inputs: [float32([1, 2, 3], [1, 2, 3, 4, 5, 6])], attributes: { permutation: [2, 0, 1] } }],
  },
  expand: {
    arity: 1,
    result: ([x], { shape }) => {
      if (!sameShape(broadcastShapes('expand', x!.shape, shape), shape)) {
        throw new GraphError(`expand: ${shapeText(x!.shape)} does not expand to ${shapeText(shape)}.`);
      }
      return { dtype: x!.dtype, shape };
    },
    emit: (e, [x], _, __, { shape }) => e.node('Expand', [x!, e.int64(shape)]),
    vjp: (dy, [x]) => [unbroadcast(dy, x!.shape)],
    samples: [{ inputs: [float32([2, 1], [1, 2])], attributes: { shape: [3, 2, 2] } }],
  },
  slice: {
    arity: 1,
    result: ([x], { ranges }) => ({ dtype: x!.dtype, shape: slicedShape(x!.shape, ranges) }),
    emit: (e, [x], inputs, _, { ranges }) =>
      e.node('Slice', [
        x!,
        e.int64(ranges.map((r) => r.start)),
        // ONNX reads an end of −1 as the last element; further below zero is "before the first".
        e.int64(ranges.map((r) => (r.end < 0 ? -inputs[0]!.shape[r.axis]! - 1 : r.end))),
        e.int64(ranges.map((r) => r.axis)),
        e.int64(ranges.map((r) => r.step)),
      ]),
    vjp: (dy, [x], _, { ranges }) => [unslice(dy, x!.shape, ranges)],
    samples: [
      { inputs: [float32([2, 4], [1, 2, 3, 4, 5, 6, 7, 8])], attributes: { ranges: [range(1, 1, 3)] } },
      {
        inputs: [float32([5, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])],
        attributes: { ranges: [range(0, 0, 5, 2), range(1, 1, -1, -1)] },
      },
      { inputs: [float32([6], [1, 2, 3, 4, 5, 6])], attributes: { ranges: [range(0, 4, 0, -2)] } },
    ],
  },
  pad: {
    arity: 1,
    result: ([x], { before, after }) => {
      if (before.length !== x!.shape.length || after.length !== x!.shape.length) {
        throw new GraphError(`pad: ${before.length} paddings for ${shapeText(x!.shape)}.`);
      }
      return { dtype: x!.dtype, shape: x!.shape.map((n, i) => n + before[i]! + after[i]!) };
    },
    emit: (e, [x], _, __, { before, after }) => e.node('Pad', [x!, e.int64([...before, ...after])]),
    vjp: (dy, [x], _, { before }) => [
      slice(
        dy,
        x!.shape.map((n, i) => range(i, before[i]!, before[i]! + n)),
      ),
    ],
    samples: [{ inputs: [float32([2, 2], [1, 2, 3, 4])], attributes: { before: [1, 0], after: [0, 2] } }],
  },
  concat: {
    arity: 'any',
    result: (values, { axis }) => {
      const [first] = values;
      for (const value of values) {
        sameType('concat', first!, value);
        if (
          value.shape.length !== first!.shape.length ||
          value.shape.some((n, i) => i !== axis && n !== first!.shape[i])
        ) {
          throw new GraphError(
            `concat: ${shapeText(first!.shape)} and ${shapeText(value.shape)} differ beside axis ${axis}.`,
          );
        }
      }
      const length = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
      return { dtype: first!.dtype, shape: first!.shape.map((n, i) => (i === axis ? length : n)) };
    },
    emit: (e, names, _, __, { axis }) => e.node('Concat', names, { axis: int(axis) }),
    vjp: (dy, values, _, { axis }) => {
      let start = 0;
      return values.map((value) => {
        const end = start + value.shape[axis]!;
        const part = slice(dy, [range(axis, start, end)]);
        start = end;
        return part;
      });
    },
    samples: [{ inputs: [float32([2, 1], [1, 2]), float32([2, 2], [3, 4, 5, 6])], attributes: { axis: 1 } }],
  },
  gather: {
    arity: 2,
    result: ([x, indices]) => {
      if (indices!.dtype !== 'int64') throw new GraphError(`gather: the indices are ${indices!.dtype}, not int64.`);
      if (x!.shape.length === 0) throw new GraphError('gather: a scalar has no rows.');
      return { dtype: x!.dtype, shape: [...indices!.shape, ...x!.shape.slice(1)] };
    },
    emit: (e, names) => e.node('Gather', names, { axis: int(0) }),
    vjp: (dy, [x, indices]) => {
      const rows = x!.shape[0]!;
      const count = sizeOf(indices!.shape);
      const width = sizeOf(x!.shape.slice(1));
      const chosen = reshape(oneHot(indices!, rows), [count, rows]);
      return [reshape(matMul(chosen, reshape(dy, [count, width]), { transA: true }), x!.shape), undefined];
    },
    samples: [{ inputs: [float32([3, 2], [1, 2, 3, 4, 5, 6]), int64Tensor([2, 2], [2, 0, 2, 1])], attributes: none }],
  },

  matMul: {
    arity: 2,
    result: ([a, b], { transA, transB }) => {
      floats('matMul', a!);
      sameType('matMul', a!, b!);
      const [rows, inner] = lastTwo(a!, transA);
      const [innerB, columns] = lastTwo(b!, transB);
      if (inner !== innerB) {
        throw new GraphError(
          `matMul: ${shapeText(a!.shape)}${transA ? 'ᵀ' : ''} and ${shapeText(b!.shape)}${transB ? 'ᵀ' : ''} do not multiply.`,
        );
      }
      return {
        dtype: a!.dtype,
        shape: [...broadcastShapes('matMul', a!.shape.slice(0, -2), b!.shape.slice(0, -2)), rows, columns],
      };
    },
    emit: emitMatMul,
    vjp: (dy, [a, b], _, { transA, transB }) => {
      const da = transA ? matMul(b!, dy, { transA: transB, transB: true }) : matMul(dy, b!, { transB: !transB });
      const db = transB ? matMul(dy, a!, { transA: true, transB: transA }) : matMul(a!, dy, { transA: !transA });
      return [unbroadcast(da, a!.shape), unbroadcast(db, b!.shape)];
    },
    samples: [false, true].flatMap((transA) =>
      [false, true].flatMap((transB): OpSample<MatMulAttributes>[] => [
        { inputs: [ramp(transA ? [3, 2] : [2, 3]), ramp(transB ? [4, 3] : [3, 4])], attributes: { transA, transB } },
        {
          inputs: [ramp(transA ? [2, 3, 2] : [2, 2, 3]), ramp(transB ? [1, 2, 3] : [1, 3, 2])],
          attributes: { transA, transB },
        },
      ]),
    ),
  },
  gemm: {
    arity: 3,
    result: ([a, b, c], { transA, transB }) => {
      sameType('gemm', a!, b!);
      sameType('gemm', a!, c!);
      const [rows, inner] = lastTwo(a!, transA);
      const [innerB, columns] = lastTwo(b!, transB);
      if ([a!, b!, c!].some((x) => x.shape.length !== 2) || inner !== innerB) {
        throw new GraphError(
          `gemm: ${shapeText(a!.shape)}${transA ? 'ᵀ' : ''} · ${shapeText(b!.shape)}${transB ? 'ᵀ' : ''} + ${shapeText(c!.shape)} is no sum of matrices.`,
        );
      }
      const shape = [rows, columns];
      if (!sameShape(broadcastShapes('gemm', c!.shape, shape), shape))
        throw new GraphError(`gemm: ${shapeText(c!.shape)} does not broadcast to ${shapeText(shape)}.`);
      return { ...floats('gemm', a!), shape };
    },
    emit: (e, names, _, __, { transA, transB }) =>
      e.node('Gemm', names, { transA: flag(transA), transB: flag(transB) }),
    vjp: (dy, [a, b, c], _, { transA, transB }) => [
      transA ? matMul(b!, dy, { transA: transB, transB: true }) : matMul(dy, b!, { transB: !transB }),
      transB ? matMul(dy, a!, { transA: true, transB: transA }) : matMul(a!, dy, { transA: !transA }),
      unbroadcast(dy, c!.shape),
    ],
    samples: [
      { inputs: [ramp([2, 3]), ramp([3, 4]), ramp([1, 4])], attributes: { transA: false, transB: false } },
      { inputs: [ramp([3, 2]), ramp([4, 3]), ramp([2, 4])], attributes: { transA: true, transB: true } },
    ],
  },
  conv: {
    arity: 2,
    result: ([x, w], attributes) => ({
      ...floats('conv', x!),
      shape: convolutionShape(x!.shape, w!.shape, attributes),
    }),
    emit: (e, names, [, w], _, attributes) => e.node('Conv', names, convolutionAttributes(w!, attributes)),
    vjp: (dy, [x, w], _, attributes) => [
      convolutionInputGradient(dy, x!, w!, attributes),
      kernelGradient(x!, dy, w!, attributes, 'conv'),
    ],
    samples: convolutionSamples('conv'),
  },
  convTranspose: {
    arity: 2,
    result: ([x, w], attributes) => ({
      ...floats('convTranspose', x!),
      shape: transposedConvolutionShape(x!.shape, w!.shape, attributes),
    }),
    emit: (e, names, [, w], _, attributes) => e.node('ConvTranspose', names, convolutionAttributes(w!, attributes)),
    // w [C, O/g, kh, kw] read as the weights of a convolution from O to C channels is the adjoint.
    vjp: (dy, [x, w], _, attributes) => [
      conv(dy, w!, { ...attributes, stride: attributes.strides }),
      kernelGradient(dy, x!, w!, attributes, 'convTranspose'),
    ],
    samples: convolutionSamples('convTranspose'),
  },
  upsampleNearest: {
    arity: 1,
    result: ([x], { factor }) => {
      const { dtype, shape } = floats('upsampleNearest', x!);
      if (shape.length !== 4) throw new GraphError(`upsampleNearest: ${shapeText(shape)} is not [N, C, H, W].`);
      return { dtype, shape: [shape[0]!, shape[1]!, shape[2]! * factor, shape[3]! * factor] };
    },
    emit: (e, [x], _, __, { factor }) =>
      // The region of interest means nothing here, but could not be left out before opset 13.
      e.node('Resize', [x!, e.opset >= 13 ? '' : e.float32([0], []), e.float32([4], [1, 1, factor, factor])], {
        mode: { kind: 'string', value: 'nearest' },
        coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
        nearest_mode: { kind: 'string', value: 'floor' },
      }),
    vjp: (dy, [x], _, { factor }) => {
      const [n, c, h, w] = x!.shape as [number, number, number, number];
      return [reduceSum(reshape(dy, [n, c, h, factor, w, factor]), [3, 5])];
    },
    samples: [{ inputs: [ramp([2, 1, 2, 3])], attributes: { factor: 2 } }],
  },
  instanceNorm: {
    arity: 1,
    result: ([x]) => {
      if (x!.shape.length < 3) throw new GraphError(`instanceNorm: ${shapeText(x!.shape)} has no spatial axes.`);
      return floats('instanceNorm', x!);
    },
    emit: (e, [x], [value], _, { epsilon }) => {
      const channels = value!.shape[1]!;
      const ones = e.float32([channels], new Array<number>(channels).fill(1));
      const zeros = e.float32([channels], new Array<number>(channels).fill(0));
      return e.node('InstanceNormalization', [x!, ones, zeros], { epsilon: { kind: 'float', value: epsilon } });
    },
    vjp: (dy, [x], y, { epsilon }) => {
      const axes = x!.shape.slice(2).map((_, i) => i + 2);
      const mean = (v: Value) => reduceMean(v, axes, true);
      const inverse = rsqrt(add(mean(square(sub(x!, mean(x!)))), scalar(epsilon)));
      return [mul(inverse, sub(sub(dy, mean(dy)), mul(y, mean(mul(dy, y)))))];
    },
    samples: [{ inputs: [float32([1, 2, 2, 2], [1, 0.2, -0.5, 0.7, 2, -1, 0.3, 0.9])], attributes: { epsilon: 0.1 } }],
  },
};

// ---- rules that several ops share ---------------------------------------------------------------------------

function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float16';
}

function floats(op: string, x: Value): { dtype: DType; shape: readonly number[] } {
  if (!isFloat(x.dtype)) throw new GraphError(`${op}: ${shapeText(x.shape)} is ${x.dtype}, not a float tensor.`);
  return { dtype: x.dtype, shape: x.shape };
}

function numeric(op: string, x: Value): Value {
  if (x.dtype === 'bool') throw new GraphError(`${op}: ${shapeText(x.shape)} is bool; cast it first.`);
  return x;
}

function sameType(op: string, a: Value, b: Value): void {
  if (a.dtype !== b.dtype) {
    throw new GraphError(
      `${op}: ${a.dtype} ${shapeText(a.shape)} and ${b.dtype} ${shapeText(b.shape)} differ in type.`,
    );
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

function unary(opType: string, vjp: (dy: Value, x: Value, y: Value) => Value, sample: readonly number[]): Op<None> {
  return {
    arity: 1,
    result: ([x]) => floats(opType, x!),
    emit: (e, names) => e.node(opType, names),
    vjp: (dy, [x], y) => [vjp(dy, x!, y)],
    samples: [{ inputs: [float32([sample.length], sample)], attributes: none }],
  };
}

function binary(opType: string, vjp: (dy: Value, a: Value, b: Value) => readonly [Value, Value]): Op<None> {
  return {
    arity: 2,
    result: ([a, b]) => {
      sameType(opType, a!, b!);
      return { dtype: numeric(opType, a!).dtype, shape: broadcastShapes(opType, a!.shape, b!.shape) };
    },
    emit: (e, names) => e.node(opType, names),
    vjp: (dy, [a, b]) => {
      const [da, db] = vjp(dy, a!, b!);
      return [unbroadcast(da, a!.shape), unbroadcast(db, b!.shape)];
    },
    samples: [
      { inputs: [float32([2], [0.6, -1.2]), float32([2], [1.4, 0.8])], attributes: none },
      { inputs: [float32([2, 1], [0.6, -1.2]), float32([3], [1.4, 0.8, -0.9])], attributes: none },
    ],
  };
}

function comparison(opType: string): Op<None> {
  return {
    arity: 2,
    result: ([a, b]) => {
      sameType(opType, a!, b!);
      return { dtype: 'bool', shape: broadcastShapes(opType, a!.shape, b!.shape) };
    },
    emit: (e, names) => e.node(opType, names),
    vjp: 'piecewise constant',
    samples: [{ inputs: [float32([3], [0.6, -1.2, 2]), float32([3], [1.4, -1.2, 1])], attributes: none }],
  };
}

function reduction(
  name: 'reduceSum' | 'reduceMean' | 'reduceMax',
  x: Value,
  axes: readonly number[],
  keep: boolean,
): Value {
  if (axes.length === 0) return x;
  return apply(name, [x], { axes: axes.map((axis) => normalAxis(name, axis, x.shape)), keep });
}

/** ReduceSum takes its axes as an input since opset 13, the others since 18; before, they were an attribute. */
function emitReduction(e: Emitter, opType: string, x: string, { axes, keep }: Reduction): string {
  return e.opset >= (opType === 'ReduceSum' ? 13 : 18)
    ? e.node(opType, [x, e.int64(axes)], { keepdims: flag(keep) })
    : e.node(opType, [x], { axes: { kind: 'ints', value: axes }, keepdims: flag(keep) });
}

/** Before opset 13 it runs over the given axis and all behind it, so the axis goes to the end and back. */
function emitSoftmax(e: Emitter, opType: string, x: string, rank: number, axis: number): string {
  const last = rank - 1;
  if (e.opset >= 13 || axis === last) return e.node(opType, [x], { axis: int(axis) });
  const swap = Array.from({ length: rank }, (_, i) => (i === axis ? last : i === last ? axis : i));
  const perm: OnnxAttribute = { kind: 'ints', value: swap };
  const result = e.node(opType, [e.node('Transpose', [x], { perm })], { axis: int(last) });
  return e.node('Transpose', [result], { perm });
}

/** Sums a gradient over the axes along which an input of `shape` was repeated. */
function unbroadcast(dy: Value, shape: readonly number[]): Value {
  const extra = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((n, i) => (i < extra || (shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return reshape(reduceSum(dy, axes, true), shape);
}

/** Undoes a reduction's loss of shape: repeats a reduced value over the axes that were reduced. */
function expandReduced(value: Value, x: Value, { axes }: Reduction): Value {
  return expand(reshape(value, reducedShape(x.shape, axes, true)), x.shape);
}

function slicedShape(shape: readonly number[], ranges: readonly Range[]): number[] {
  const sliced = [...shape];
  for (const r of ranges) {
    const n = shape[r.axis];
    const length = rangeLength(r);
    const last = r.start + (length - 1) * r.step;
    if (n === undefined || length === 0 || r.start < 0 || r.start >= n || last < 0 || last >= n) {
      throw new GraphError(`slice: ${r.start}:${r.end}:${r.step} of axis ${r.axis} lies outside ${shapeText(shape)}.`);
    }
    sliced[r.axis] = length;
  }
  return sliced;
}

/** The adjoint of a slice: the elements go back where they came from, zeros elsewhere. */
function unslice(dy: Value, shape: readonly number[], ranges: readonly Range[]): Value {
  let spread = dy;
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  for (const r of ranges) {
    const length = rangeLength(r);
    const last = r.start + (length - 1) * r.step;
    if (r.step < 0) spread = flip(spread, [r.axis]);
    spread = insertZeros(spread, r.axis, Math.abs(r.step));
    before[r.axis] = Math.min(r.start, last);
    after[r.axis] = shape[r.axis]! - 1 - Math.max(r.start, last);
  }
  return pad(spread, before, after);
}

/** step − 1 zeros between neighbours along an axis: n → (n − 1)·step + 1. */
function insertZeros(x: Value, axis: number, step: number): Value {
  const n = x.shape[axis]!;
  if (step === 1 || n === 1) return x;
  const zeros = x.shape.map(() => 0);
  const split = reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const padded = pad(split, [...zeros, 0], [...zeros.slice(0, axis + 1), step - 1, ...zeros.slice(axis + 1)]);
  const joined = reshape(
    padded,
    x.shape.map((length, i) => (i === axis ? n * step : length)),
  );
  return slice(joined, [range(axis, 0, (n - 1) * step + 1)]);
}

function lastTwo(x: Value, transposed: boolean): readonly [number, number] {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new GraphError(`matMul: ${shapeText(x.shape)} is not a matrix.`);
  return transposed ? [columns, rows] : [rows, columns];
}

function emitMatMul(
  e: Emitter,
  names: readonly string[],
  inputs: readonly Value[],
  _: Value,
  { transA, transB }: MatMulAttributes,
): string {
  if (!transA && !transB) return e.node('MatMul', names);
  const attributes = { transA: flag(transA), transB: flag(transB) };
  if (inputs.every((x) => x.shape.length === 2)) return e.node('Gemm', names, attributes);
  if (e.microsoftOps) return e.node('FusedMatMul', names, attributes, 'com.microsoft');
  const swapped = inputs.map((x, i) => {
    if (i === 0 ? !transA : !transB) return names[i]!;
    const rank = x.shape.length;
    const perm = x.shape.map((__, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    return e.node('Transpose', [names[i]!], { perm: { kind: 'ints', value: perm } });
  });
  return e.node('MatMul', swapped);
}

/**
 * The gradient of a convolution by its input: a stride-1 convolution of the zero-inserted output gradient with the
 * flipped weights, input and output channels swapped within each group.
 */
function convolutionInputGradient(
  dy: Value,
  x: Value,
  w: Value,
  { strides, pads, groups }: ConvolutionAttributes,
): Value {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const [, , height, width] = x.shape as [number, number, number, number];
  const swapped = transpose(reshape(w, [groups, o / groups, i, kh, kw]), [0, 2, 1, 3, 4]);
  const kernel = flip(reshape(swapped, [groups * i, o / groups, kh, kw]), [2, 3]);
  const spread = insertZeros(insertZeros(dy, 2, strides[0]), 3, strides[1]);
  const [top, left] = [kh - 1 - pads[0], kw - 1 - pads[1]];
  // What a stride left unread at the far edge gets a zero gradient.
  const bottom = height - (spread.shape[2]! + top - kh + 1);
  const right = width - (spread.shape[3]! + left - kw + 1);
  const whole = [top, left, bottom, right] as const;
  if (whole.every((n) => n >= 0)) return conv(spread, kernel, { pads: whole, groups });
  const cropped = pad(
    spread,
    [0, 0, Math.max(0, top), Math.max(0, left)],
    [0, 0, Math.max(0, bottom), Math.max(0, right)],
  );
  const inside = slice(cropped, [
    range(2, Math.max(0, -top), cropped.shape[2]! - Math.max(0, -bottom)),
    range(3, Math.max(0, -left), cropped.shape[3]! - Math.max(0, -right)),
  ]);
  return conv(inside, kernel, { groups });
}

/**
 * The gradient by the weights, tap by tap: each of the kh·kw taps is one matrix product of the small side (the
 * output of a convolution, the input of a transposed one) with a shifted, strided view of the padded wide side.
 * @param wide [N, A, H, W]: x of conv, dy of convTranspose
 * @param small [N, B, h, w]: dy of conv, x of convTranspose
 */
function kernelGradient(
  wide: Value,
  small: Value,
  w: Value,
  { strides, pads, groups }: ConvolutionAttributes,
  kind: 'conv' | 'convTranspose',
): Value {
  const [n, a] = wide.shape as [number, number];
  const [, b, rows, columns] = small.shape as [number, number, number, number];
  const [, , kh, kw] = w.shape as [number, number, number, number];
  const [top, left, bottom, right] = pads;
  const padded = pad(wide, [0, 0, top, left], [0, 0, bottom, right]);
  const smallSide = reshape(small, [n, groups, b / groups, rows * columns]);
  const taps: Value[] = [];
  for (let y = 0; y < kh; y++) {
    for (let x = 0; x < kw; x++) {
      const view = slice(padded, [
        range(2, y, y + (rows - 1) * strides[0] + 1, strides[0]),
        range(3, x, x + (columns - 1) * strides[1] + 1, strides[1]),
      ]);
      const wideSide = reshape(view, [n, groups, a / groups, rows * columns]);
      // [groups, B/groups, A/groups], the order of the weights of both kinds: conv [O, I/g], convTranspose [I, O/g].
      taps.push(reshape(reduceSum(matMul(smallSide, wideSide, { transB: true }), [0]), [b, a / groups, 1]));
    }
  }
  const gradient = reshape(concat(taps, 2), [b, a / groups, kh, kw]);
  if (!sameShape(gradient.shape, w.shape))
    throw new GraphError(`${kind}: gradient ${shapeText(gradient.shape)} for ${shapeText(w.shape)}.`);
  return gradient;
}

function convolutionAttributes(
  w: Value,
  { strides, pads, groups }: ConvolutionAttributes,
): Record<string, OnnxAttribute> {
  return {
    kernel_shape: { kind: 'ints', value: w.shape.slice(2) },
    strides: { kind: 'ints', value: strides },
    pads: { kind: 'ints', value: pads },
    group: int(groups),
  };
}

function int(value: number): OnnxAttribute {
  return { kind: 'int', value };
}

function flag(value: boolean): OnnxAttribute {
  return int(value ? 1 : 0);
}

/** Distinct values without symmetry, so that a swapped axis shows. */
function ramp(shape: readonly number[]): Tensor {
  return float32(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + 2.3 * i)),
  );
}

function reductionSamples(): OpSample<Reduction>[] {
  return [
    { inputs: [ramp([2, 3])], attributes: { axes: [1], keep: false } },
    { inputs: [ramp([2, 3, 2])], attributes: { axes: [0, 2], keep: true } },
  ];
}

function convolutionSamples(kind: 'conv' | 'convTranspose'): OpSample<ConvolutionAttributes>[] {
  const weights = (out: number, into: number, groups: number, k: number) =>
    ramp(kind === 'conv' ? [out, into / groups, k, k] : [into, out / groups, k, k]);
  return [
    {
      inputs: [ramp([2, 2, 4, 3]), weights(3, 2, 1, 3)],
      attributes: { strides: [1, 1], pads: [1, 1, 1, 1], groups: 1 },
    },
    {
      inputs: [ramp([1, 2, 4, 4]), weights(2, 2, 1, 3)],
      attributes: { strides: [2, 2], pads: [1, 1, 1, 1], groups: 1 },
    },
    {
      inputs: [ramp([1, 1, 5, 4]), weights(2, 1, 1, 2)],
      attributes: { strides: [2, 2], pads: [0, 1, 1, 0], groups: 1 },
    },
    {
      inputs: [ramp([1, 1, 5, 3]), weights(2, 1, 1, 2)],
      attributes: { strides: [2, 1], pads: [0, 1, 1, 0], groups: 1 },
    },
    {
      inputs: [ramp([1, 4, 3, 3]), weights(2, 4, 2, 3)],
      attributes: { strides: [1, 1], pads: [1, 1, 1, 1], groups: 2 },
    },
    {
      inputs: [ramp([1, 2, 3, 3]), weights(1, 2, 1, 1)],
      attributes: { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    },
  ];
}

/** TensorProto.DataType. */
function dtypeAttribute(dtype: DType): OnnxAttribute {
  return int({ float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 }[dtype]);
}

export type { ConvolutionAttributes, Pads, Range, Vjp };
