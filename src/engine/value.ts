import type { ForeignGraph } from './foreignGraph.ts';
import type { DType, Tensor } from './tensor.ts';

/** A shape or type error in a graph under construction; thrown where the op is built. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

/** Where a value comes from. Graphs are plain immutable DAGs of values; nothing is registered anywhere. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  /** An initializer that keeps its name in the stored file. */
  | { readonly kind: 'parameter'; readonly name: string; readonly tensor: Tensor }
  /** An unnamed initializer. */
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  | { readonly kind: 'op'; readonly op: string; readonly inputs: readonly Value[]; readonly attributes: unknown }
  /** An output of somebody else's graph, which is written into ours as it stands. */
  | { readonly kind: 'foreign'; readonly graph: ForeignGraph; readonly output: string; readonly input: Value };

/** A typed, shaped node of a graph. All shapes are static. */
export interface Value {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly origin: Origin;
}

let nextId = 0;

export function makeValue(dtype: DType, shape: readonly number[], origin: Origin): Value {
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) throw new GraphError(`[${shape.join(', ')}] is not a shape.`);
  }
  return { id: nextId++, dtype, shape, origin };
}

/** What the caller feeds at every run. */
export function input(name: string, dtype: DType, shape: readonly number[]): Value {
  return makeValue(dtype, shape, { kind: 'input', name });
}

/** A tensor stored in the model under its own name: a weight. */
export function parameter(name: string, tensor: Tensor): Value {
  return makeValue(tensor.dtype, tensor.shape, { kind: 'parameter', name, tensor });
}

/** A tensor stored in the model without a name of its own. */
export function constant(tensor: Tensor): Value {
  return makeValue(tensor.dtype, tensor.shape, { kind: 'constant', tensor });
}

/** The values that a value is computed from, directly. */
export function operands(value: Value): readonly Value[] {
  const { origin } = value;
  return origin.kind === 'op' ? origin.inputs : origin.kind === 'foreign' ? [origin.input] : [];
}

/** All values that `roots` depend on, roots included, each after its operands. */
export function topological(roots: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  // An explicit stack: unrolled training graphs are deeper than the call stack allows.
  const stack: { value: Value; expanded: boolean }[] = roots.map((value) => ({ value, expanded: false })).reverse();
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.expanded) {
      order.push(top.value);
      continue;
    }
    if (seen.has(top.value)) continue;
    seen.add(top.value);
    stack.push({ value: top.value, expanded: true });
    for (const operand of [...operands(top.value)].reverse()) {
      if (!seen.has(operand)) stack.push({ value: operand, expanded: false });
    }
  }
  return order;
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
