import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxValueInfo } from '../../src/engine/onnx/model.ts';
import type { Tensor } from '../../src/engine/tensor.ts';
import type { Random } from './randomNumbers.ts';

const numbers = [0, 1, -1, 2, 3, 7, 255, 65536, 2 ** 31 - 1, -(2 ** 31), 2 ** 40];
const operations = ['MatMul', 'Reshape', 'Mul', 'Conv', 'Tanh', 'Resize', 'If', 'Identity', 'Slice', 'Concat', 'Gather', 'Cast', 'Constant', 'Split', 'Loop', 'Nothing']; // prettier-ignore
const names = ['', 'z', 'image', 'F00', 'img', '\u0000\u001b[31m', 'n'.repeat(10_000), '\ud83d\ude00'];

function one<T>(items: readonly T[], random: Random): T {
  return items[random(items.length)]!;
}

function changed<T>(items: readonly T[], random: Random, change: (item: T) => T): T[] {
  const at = random(items.length);
  return items.map((item, i) => (i === at ? change(item) : item));
}

function anyName(model: OnnxModel, random: Random): string {
  const { nodes, initializers } = model.graph;
  return one([...names, ...nodes.flatMap((node) => [...node.inputs, ...node.outputs]), ...initializers.keys()], random);
}

function attribute(attribute: OnnxAttribute, random: Random): OnnxAttribute {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return { ...attribute, value: one(numbers, random) };
    case 'ints':
    case 'floats':
      return { ...attribute, value: [...attribute.value, one(numbers, random)].slice(random(2)) };
    default:
      return { kind: 'int', value: one(numbers, random) };
  }
}

function tensor(from: Tensor, random: Random): Tensor {
  if (random(3) === 0) return { ...from, shape: [...from.shape, 1] };
  const at = random(from.data.length);
  if (from.dtype === 'int64') {
    const data = from.data.slice();
    data[at] = BigInt(one(numbers, random));
    return { ...from, data };
  }
  if (from.dtype !== 'float32') return from;
  const data = from.data.slice();
  data[at] = one([NaN, Infinity, 0, -1, 3e38, 0.001], random);
  return { ...from, data };
}

function port(info: OnnxValueInfo, model: OnnxModel, random: Random): OnnxValueInfo {
  if (random(3) === 0) return { ...info, name: anyName(model, random) };
  if (random(3) === 0) return { ...info, dtype: one(['int64', 'float16', 'bool', 'uint8'] as const, random) };
  return { ...info, shape: changed(info.shape, random, () => one([...numbers, '', 'N'], random)) };
}

function node(from: OnnxNode, model: OnnxModel, random: Random): OnnxNode {
  switch (random(6)) {
    case 0:
      return { ...from, opType: one(operations, random) };
    case 1:
      return { ...from, inputs: changed(from.inputs, random, () => anyName(model, random)) };
    case 2:
      return { ...from, outputs: changed(from.outputs, random, () => anyName(model, random)) };
    case 3:
      return { ...from, domain: one(['com.microsoft', 'ai.onnx.ml', '\u0007'], random) };
    case 4:
      return { ...from, inputs: from.inputs.slice(1) };
    default: {
      const entries = Object.entries(from.attributes);
      if (entries.length === 0) return { ...from, attributes: { axis: { kind: 'int', value: one(numbers, random) } } };
      return {
        ...from,
        attributes: Object.fromEntries(changed(entries, random, ([key, value]) => [key, attribute(value, random)])),
      };
    }
  }
}

/** A model that can still be decoded but means something else, or nothing: damage that bytes alone seldom make. */
export function mutateModel(model: OnnxModel, random: Random): OnnxModel {
  const { graph } = model;
  const nodes = (): OnnxNode[] => [...graph.nodes];
  const to = (part: Partial<OnnxModel['graph']>): OnnxModel => ({ ...model, graph: { ...graph, ...part } });
  switch (random(8)) {
    case 0: {
      const twice = nodes();
      twice.splice(random(twice.length), random(2), one(graph.nodes, random));
      return to({ nodes: twice });
    }
    case 1:
      return to({ inputs: changed(graph.inputs, random, (info) => port(info, model, random)) });
    case 2:
      return to({ outputs: changed(graph.outputs, random, (info) => port(info, model, random)) });
    case 3: {
      const entries = changed([...graph.initializers], random, ([name, value]): [string, Tensor] => [name, tensor(value, random)]); // prettier-ignore
      return to({ initializers: new Map(entries) });
    }
    case 4:
      return { ...model, opsets: [{ domain: '', version: one([...numbers, 13, 18, 21, 23], random) }] };
    default:
      return to({ nodes: changed(graph.nodes, random, (from) => node(from, model, random)) });
  }
}
