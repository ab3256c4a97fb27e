import type { OnnxAttribute } from './onnx/model.ts';
import type { DType, Tensor } from './tensor.ts';
import type { Value } from './value.ts';

/** What an op may ask for while it is written out as ONNX nodes. Every call returns the name of a value. */
export interface Emitter {
  /** True where `com.microsoft` ops exist and the model is not stored or handed out. */
  readonly microsoftOps: boolean;
  /** Version of ai.onnx that the model is written for: ours, or that of a foreign graph in it (11 or later). */
  readonly opset: number;
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    domain?: string,
  ): string;
  int64(values: readonly number[]): string;
  float32(shape: readonly number[], values: readonly number[]): string;
}

/** Small inputs on which the op is smooth, for the table-driven derivative test. */
export interface OpSample<A> {
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
}

/** Vector–Jacobian product: the loss's gradient for each input, given that for the output. `undefined`: none flows there. */
export type Vjp<A> = (dy: Value, inputs: readonly Value[], y: Value, attributes: A) => readonly (Value | undefined)[];

/** An operation: everything that the engine knows of it, in one object. */
export interface Op<A> {
  readonly arity: number | 'any';
  result(inputs: readonly Value[], attributes: A): { readonly dtype: DType; readonly shape: readonly number[] };
  emit(emitter: Emitter, names: readonly string[], inputs: readonly Value[], y: Value, attributes: A): string;
  readonly vjp: Vjp<A> | 'piecewise constant';
  readonly samples: readonly OpSample<A>[];
}
