import { makeValue, type Value } from './value.ts';

/**
 * Runs `body` for index = 0 … count − 1 inside the graph and stacks the results: [count, ...body's shape].
 * One copy of the nodes however many turns, and only one turn's intermediate values alive. No gradient flows through.
 * @param body gets the index as an int64 scalar
 */
export function map(count: number, body: (index: Value) => Value): Value {
  const index = makeValue('int64', [], { kind: 'index' });
  const result = body(index);
  return makeValue(result.dtype, [count, ...result.shape], { kind: 'map', count, index, body: result });
}
