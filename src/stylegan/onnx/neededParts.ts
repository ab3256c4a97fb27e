import type { OnnxGraph, OnnxNode } from '../../engine/onnx/model.ts';
import type { Tensor } from '../../engine/tensor.ts';

/** The part of a graph that some values are computed from. */
export interface NeededParts {
  /** In the order in which they stood. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** All names that are read, those of inputs among them. */
  readonly reads: ReadonlySet<string>;
}

/** What the values `wanted` are computed from: whatever else a model holds (a discriminator, other outputs) goes into no file of ours. */
export function neededParts(graph: OnnxGraph, wanted: readonly string[]): NeededParts {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  const reads = new Set<string>();
  const needed = new Set<OnnxNode>();
  const open = [...wanted];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reads.has(name)) continue;
    reads.add(name);
    const node = producers.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const read of namesIn(node)) open.push(read);
  }
  return {
    nodes: graph.nodes.filter((node) => needed.has(node)),
    initializers: new Map([...graph.initializers].filter(([name]) => reads.has(name))),
    reads,
  };
}

/** A node and those in its bodies (If, Loop, Scan). */
export function* allNodes(nodes: readonly OnnxNode[]): Generator<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') yield* allNodes(attribute.value.nodes);
  }
}

/** All names that a node may read: bodies see the values around them, so their names count too, those of their own among them. */
function* namesIn(node: OnnxNode): Generator<string> {
  yield* node.inputs;
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind !== 'graph') continue;
    for (const inner of attribute.value.nodes) yield* namesIn(inner);
    for (const { name } of attribute.value.outputs) yield name;
  }
}
