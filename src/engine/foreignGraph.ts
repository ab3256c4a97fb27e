import type { OnnxAttribute, OnnxGraph, OnnxNode } from './onnx/model.ts';
import type { Tensor } from './tensor.ts';
import { GraphError, makeValue, shapeText, type Value } from './value.ts';

/**
 * Somebody else's ONNX graph from one float32 input to float32 outputs, which our graphs can contain as it stands. Nothing is known of
 * its operations, so there are no gradients through it.
 */
export interface ForeignGraph {
  /** Version of ai.onnx that its nodes are written for; {@link foreignOpsets}. */
  readonly opset: number;
  /** In an order in which they can be run; of ai.onnx or com.microsoft. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly input: string;
  readonly inputShape: readonly number[];
  /** Shapes of the outputs by name. */
  readonly outputs: ReadonlyMap<string, readonly number[]>;
}

/** The versions of ai.onnx in which all that we emit ourselves means the same; a test runs every operation in each of them. */
export const foreignOpsets = { oldest: 11, newest: 23 } as const;

/**
 * The outputs of a foreign graph for one input. Every input gets a copy of the nodes; the weights are there once.
 * @throws GraphError when the input has another shape
 */
export function foreignOutputs(graph: ForeignGraph, input: Value): ReadonlyMap<string, Value> {
  if (input.dtype !== 'float32' || input.shape.join() !== graph.inputShape.join())
    throw new GraphError(
      `The foreign graph takes float32 ${shapeText(graph.inputShape)}, not ${input.dtype} ${shapeText(input.shape)}.`,
    );
  return new Map(
    Array.from(graph.outputs, ([output, shape]) => [
      output,
      makeValue('float32', shape, { kind: 'foreign', graph, output, input }),
    ]),
  );
}

/**
 * A node with other names of values; it keeps its own. The bodies of If, Loop and Scan see the values around them, so names are changed in them too, by the
 * same rule; a rule that gives different names different ones leaves the meaning as it is.
 */
export function renamedNode(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => [key, renamedAttribute(attribute, rename)]),
    ),
  };
}

function renamedAttribute(attribute: OnnxAttribute, rename: (name: string) => string): OnnxAttribute {
  return attribute.kind === 'graph' ? { kind: 'graph', value: renamedGraph(attribute.value, rename) } : attribute;
}

function renamedGraph(graph: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renamedNode(node, rename)),
    inputs: graph.inputs.map((info) => ({ ...info, name: rename(info.name) })),
    outputs: graph.outputs.map((info) => ({ ...info, name: rename(info.name) })),
    initializers: new Map(Array.from(graph.initializers, ([name, tensor]) => [rename(name), tensor])),
  };
}
