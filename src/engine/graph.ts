import { renamedNode, type ForeignGraph } from './foreignGraph.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './onnx/model.ts';
import type { Emitter, Op } from './op.ts';
import { ops } from './ops.ts';
import { float32, int64, sizeOf, type Tensor } from './tensor.ts';
import { GraphError, shapeText, topological, type Value } from './value.ts';

/** ai.onnx version of everything that is built; the newest one that onnxruntime's WebGPU provider covers throughout. */
const OPSET = 20;
export const IR_VERSION = 9;

export interface ModelOptions {
  readonly name: string;
  /** What a run gives back, by name and in this order. */
  readonly outputs: Readonly<Record<string, Value>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Allow `com.microsoft` forms (FusedMatMul): quicker on CPU and CUDA, never in a file that is stored or exported. */
  readonly microsoftOps?: boolean;
}

/**
 * Writes the values that `outputs` depend on as one ONNX model. Inputs and parameters keep their names; everything
 * else is named by its place, so equal graphs give equal bytes. A model has one opset, so a foreign graph in it decides for all.
 * @throws GraphError when two inputs, parameters or outputs share a name, or two foreign graphs are of different opsets.
 */
export function buildModel({ name, outputs, metadata = {}, microsoftOps = false }: ModelOptions): OnnxModel {
  const entries = Object.entries(outputs);
  const values = topological(entries.map(([, value]) => value));
  const opset = opsetOf(values);
  const writer = new GraphWriter(microsoftOps, opset);
  for (const value of values) writer.write(value);
  for (const [output, value] of entries) writer.writeOutput(output, value);
  const opsets = [{ domain: '', version: opset }];
  if (writer.usesMicrosoftOps) opsets.push({ domain: 'com.microsoft', version: 1 });
  const graph: OnnxGraph = {
    name,
    nodes: writer.nodes,
    inputs: writer.inputs,
    outputs: entries.map(([output, value]) => ({ name: output, dtype: value.dtype, shape: value.shape })),
    initializers: writer.initializers,
  };
  return { irVersion: IR_VERSION, opsets, producer: 'datasetgan', graph, metadata };
}

function opsetOf(values: readonly Value[]): number {
  const opsets = new Set(values.flatMap(({ origin }) => (origin.kind === 'foreign' ? [origin.graph.opset] : [])));
  if (opsets.size > 1) throw new GraphError(`Graphs of opsets ${[...opsets].join(' and ')} do not go into one model.`);
  return [...opsets][0] ?? OPSET;
}

class GraphWriter implements Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly inputs: OnnxValueInfo[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly microsoftOps: boolean;
  readonly opset: number;
  usesMicrosoftOps = false;
  private readonly names = new Map<Value, string>();
  private readonly small = new Map<string, string>();
  /** What each copy of a foreign graph calls its values, by the value that it is fed. */
  private readonly copies = new Map<ForeignGraph, Map<Value, (name: string) => string>>();

  constructor(microsoftOps: boolean, opset: number) {
    this.microsoftOps = microsoftOps;
    this.opset = opset;
  }

  /** Values come after their operands. */
  write(value: Value): void {
    this.names.set(value, this.written(value));
  }

  writeOutput(name: string, value: Value): void {
    this.claim(name);
    const inputs = [this.names.get(value)!];
    this.nodes.push({ opType: 'Identity', name, inputs, outputs: [name], attributes: {} });
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    if (domain !== '') this.usesMicrosoftOps = true;
    const name = `${opType}_${this.nodes.length}`;
    this.nodes.push({ opType, name, inputs, outputs: [name], attributes, ...(domain === '' ? {} : { domain }) });
    return name;
  }

  int64(values: readonly number[]): string {
    return this.constant(int64([values.length], values));
  }

  float32(shape: readonly number[], values: readonly number[]): string {
    return this.constant(float32(shape, values));
  }

  private written(value: Value): string {
    const { origin, dtype, shape } = value;
    switch (origin.kind) {
      case 'input':
        this.claim(origin.name);
        this.inputs.push({ name: origin.name, dtype, shape });
        return origin.name;
      case 'parameter':
        this.claim(origin.name);
        this.initializers.set(origin.name, origin.tensor);
        return origin.name;
      case 'constant':
        return this.constant(origin.tensor);
      case 'op': {
        const op = ops[origin.op as keyof typeof ops] as Op<unknown>;
        const names = origin.inputs.map((operand) => this.names.get(operand)!);
        return op.emit(this, names, origin.inputs, value, origin.attributes);
      }
      case 'foreign':
        return this.copyOf(origin.graph, origin.input)(origin.output);
    }
  }

  /** Writes a foreign graph for one more input, its weights only the first time. */
  private copyOf(graph: ForeignGraph, input: Value): (name: string) => string {
    let copies = this.copies.get(graph);
    if (!copies) {
      copies = new Map();
      this.copies.set(graph, copies);
      for (const [name, tensor] of graph.initializers) {
        this.claim(name);
        this.initializers.set(name, tensor);
      }
    }
    const known = copies.get(input);
    if (known) return known;
    const prefix = `copy${copies.size}/`;
    const rename = (name: string): string => {
      if (name === '' || graph.initializers.has(name)) return name;
      return name === graph.input ? this.names.get(input)! : prefix + name;
    };
    copies.set(input, rename);
    for (const node of graph.nodes) {
      if (node.domain === 'com.microsoft') this.usesMicrosoftOps = true;
      // Names of nodes must differ; none at all is a name that many may have.
      this.nodes.push({ ...renamedNode(node, rename), name: node.name && prefix + node.name });
    }
    return rename;
  }

  private constant(tensor: Tensor): string {
    // Small equal constants (scalars, axes, shapes) are stored once.
    const key =
      sizeOf(tensor.shape) <= 64
        ? `${tensor.dtype} ${shapeText(tensor.shape)} ${Array.from(tensor.data as ArrayLike<unknown>, String).join()}`
        : undefined;
    const known = key === undefined ? undefined : this.small.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.initializers.size}`;
    this.initializers.set(name, tensor);
    if (key !== undefined) this.small.set(key, name);
    return name;
  }

  private claim(name: string): void {
    if (this.initializers.has(name) || this.inputs.some((known) => known.name === name)) {
      throw new GraphError(`Two inputs, parameters or outputs are named ${name}.`);
    }
  }
}
