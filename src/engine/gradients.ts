import type { Op } from './op.ts';
import { add, expand, ops, scalar } from './ops.ts';
import { GraphError, operands, shapeText, topological, type Value } from './value.ts';

/**
 * Reverse-mode derivatives of a scalar loss, as values of the same kind: they can be run, or differentiated again.
 * @param loss float32, shape []
 * @param parameters what to differentiate by; one that the loss does not depend on gets zeros
 * @returns one gradient for each parameter, of its shape
 * @throws GraphError when the loss is not a scalar, or a gradient would have to flow through a foreign graph.
 */
export function gradients(loss: Value, parameters: readonly Value[]): Value[] {
  if (loss.shape.length !== 0 || loss.dtype !== 'float32') {
    throw new GraphError(`gradients: the loss is ${loss.dtype} ${shapeText(loss.shape)}, not one float32 number.`);
  }
  const order = topological([loss]);
  const wanted = new Set(parameters);
  const reaches = new Set<Value>();
  for (const value of order) {
    if (wanted.has(value) || operands(value).some((operand) => reaches.has(operand))) reaches.add(value);
  }
  const gradientOf = new Map<Value, Value>([[loss, scalar(1)]]);
  for (const value of [...order].reverse()) {
    const dy = gradientOf.get(value);
    if (!dy || !reaches.has(value)) continue;
    if (value.origin.kind === 'foreign')
      throw new GraphError("gradients: the loss depends on the parameters through somebody else's ONNX graph.");
    if (value.origin.kind !== 'op') continue;
    const { inputs, attributes } = value.origin;
    const { vjp } = ops[value.origin.op as keyof typeof ops] as Op<unknown>;
    if (vjp === 'piecewise constant') continue;
    vjp(dy, inputs, value, attributes).forEach((gradient, i) => {
      const operand = inputs[i]!;
      if (!gradient || !reaches.has(operand)) return;
      const sum = gradientOf.get(operand);
      gradientOf.set(operand, sum ? add(sum, gradient) : gradient);
    });
  }
  return parameters.map((parameter) => gradientOf.get(parameter) ?? expand(scalar(0), parameter.shape));
}
