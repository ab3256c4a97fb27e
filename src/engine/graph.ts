import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './onnx/model.ts';
import type { Emitter, Op } from './op.ts';
import { ops } from './ops.ts';
import { float32, int64, sizeOf, type Tensor } from './tensor.ts';
import { GraphError, operands, shapeText, topological, type Value } from './value.ts';

/** ai.onnx version of everything that is built; the newest one that onnxruntime's WebGPU provider covers throughout. */
const OPSET = 20;
const IR_VERSION = 9;

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
 * else is named by its place, so equal graphs give equal bytes.
 * @throws GraphError when two inputs, parameters or outputs share a name.
 */
export function buildModel({ name, outputs, metadata = {}, microsoftOps = false }: ModelOptions): OnnxModel {
  const entries = Object.entries(outputs);
  const writer = new GraphWriter(microsoftOps);
  const scope = new Scope('');
  writer.write(topological(entries.map(([, value]) => value)), scope, new Map());
  for (const [output, value] of entries) {
    writer.claim(output);
    scope.nodes.push(identity(writer.nameOf(value), output));
  }
  const opsets = [{ domain: '', version: OPSET }];
  if (writer.usesMicrosoftOps) opsets.push({ domain: 'com.microsoft', version: 1 });
  const graph: OnnxGraph = {
    name,
    nodes: scope.nodes,
    inputs: writer.inputs,
    outputs: entries.map(([output, value]) => ({ name: output, dtype: value.dtype, shape: value.shape })),
    initializers: writer.initializers,
  };
  return { irVersion: IR_VERSION, opsets, producer: 'datasetgan', graph, metadata };
}

/** One level of nodes: the model's, or the body of a map. */
class Scope {
  readonly nodes: OnnxNode[] = [];
  readonly prefix: string;
  constructor(prefix: string) {
    this.prefix = prefix;
  }
}

class GraphWriter {
  readonly inputs: OnnxValueInfo[] = [];
  readonly initializers = new Map<string, Tensor>();
  usesMicrosoftOps = false;
  private readonly names = new Map<Value, string>();
  private readonly small = new Map<string, string>();
  private readonly microsoftOps: boolean;
  private maps = 0;

  constructor(microsoftOps: boolean) {
    this.microsoftOps = microsoftOps;
  }

  nameOf(value: Value): string {
    const name = this.names.get(value);
    if (name === undefined) throw new GraphError('A map’s index was used outside the map.');
    return name;
  }

  /** @param bodies which map's index a value depends on; such values are written inside that map only. */
  write(order: readonly Value[], scope: Scope, bodies: Map<Value, Value>): void {
    for (const value of order) {
      if (value.origin.kind === 'index') bodies.set(value, value);
      else if (value.origin.kind !== 'map') {
        for (const operand of operands(value)) {
          const index = bodies.get(operand);
          if (index) bodies.set(value, index);
        }
      }
    }
    for (const value of order) {
      if (!bodies.has(value) && !this.names.has(value)) this.writeValue(value, scope, order, bodies);
    }
  }

  private writeValue(value: Value, scope: Scope, order: readonly Value[], bodies: Map<Value, Value>): void {
    const { origin } = value;
    switch (origin.kind) {
      case 'input':
        this.claim(origin.name);
        this.inputs.push({ name: origin.name, dtype: value.dtype, shape: value.shape });
        this.names.set(value, origin.name);
        return;
      case 'parameter':
        this.claim(origin.name);
        this.initializers.set(origin.name, origin.tensor);
        this.names.set(value, origin.name);
        return;
      case 'constant':
        this.names.set(value, this.constant(origin.tensor));
        return;
      case 'op': {
        const op = ops[origin.op as keyof typeof ops] as Op<unknown>;
        const names = origin.inputs.map((operand) => this.nameOf(operand));
        this.names.set(value, op.emit(this.emitter(scope), names, origin.inputs, value, origin.attributes));
        return;
      }
      case 'map':
        this.names.set(value, this.writeMap(origin.count, origin.index, origin.body, scope, order, bodies));
        return;
      case 'index':
        throw new GraphError('A map’s index was used outside the map.');
    }
  }

  /** ONNX Loop whose single scan output stacks the body's results; what does not depend on the index stays outside. */
  private writeMap(
    count: number,
    index: Value,
    body: Value,
    scope: Scope,
    order: readonly Value[],
    bodies: Map<Value, Value>,
  ): string {
    const prefix = `map${this.maps++}_`;
    const inner = new Scope(prefix);
    this.names.set(index, `${prefix}index`);
    for (const value of order) {
      if (bodies.get(value) === index && value !== index) this.writeValue(value, inner, order, bodies);
    }
    inner.nodes.push(identity(`${prefix}going`, `${prefix}goes_on`), identity(this.nameOf(body), `${prefix}result`));
    const graph: OnnxGraph = {
      name: `${prefix}body`,
      nodes: inner.nodes,
      inputs: [
        { name: `${prefix}index`, dtype: 'int64', shape: [] },
        { name: `${prefix}going`, dtype: 'bool', shape: [] },
      ],
      outputs: [
        { name: `${prefix}goes_on`, dtype: 'bool', shape: [] },
        { name: `${prefix}result`, dtype: body.dtype, shape: body.shape },
      ],
      initializers: new Map(),
    };
    const trips = this.constant(int64([], [count]));
    return this.node(scope, 'Loop', [trips, ''], { body: { kind: 'graph', value: graph } });
  }

  private emitter(scope: Scope): Emitter {
    return {
      microsoftOps: this.microsoftOps,
      node: (opType, inputs, attributes, domain) => this.node(scope, opType, inputs, attributes, domain),
      int64: (values) => this.constant(int64([values.length], values)),
      float32: (shape, values) => this.constant(float32(shape, values)),
    };
  }

  private node(
    scope: Scope,
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    if (domain !== '') this.usesMicrosoftOps = true;
    const output = `${scope.prefix}${opType}_${scope.nodes.length}`;
    scope.nodes.push({
      opType,
      name: output,
      inputs,
      outputs: [output],
      attributes,
      ...(domain === '' ? {} : { domain }),
    });
    return output;
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

  claim(name: string): void {
    if (this.initializers.has(name) || this.inputs.some((known) => known.name === name)) {
      throw new GraphError(`Two inputs, parameters or outputs are named ${name}.`);
    }
  }
}

function identity(from: string, to: string): OnnxNode {
  return { opType: 'Identity', name: to, inputs: [from], outputs: [to], attributes: {} };
}
