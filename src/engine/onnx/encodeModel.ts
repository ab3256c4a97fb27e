import protobuf from 'protobufjs/light.js';
import { UserError } from '../../base/userError.ts';
import type { Tensor } from '../tensor.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './model.ts';
import {
  attributeTypeOf,
  dataTypeOf,
  GraphProto,
  ModelProto,
  TensorProto,
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './schema.ts';

/** What protobuf, and so onnxruntime, takes as one message. */
const maximumBytes = 2 ** 31 - 1;

/**
 * The bytes of an .onnx file. Equal models give equal bytes: attributes and metadata are written in the order of
 * their names, everything else as it stands.
 *
 * The weights are copied once, from their arrays into the result, so the peak is the model's size beyond the model itself.
 * @throws UserError when the model is over 2 GB.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const body = ModelProto.encode({
    irVersion: model.irVersion,
    producerName: model.producer,
    opsetImport: model.opsets,
    metadataProps: sortedEntries(model.metadata).map(([key, value]) => ({ key, value })),
  }).finish();
  const graph = graphParts(model.graph);
  return concat([body, ...field(7, graph)]);
}

/**
 * A graph as byte ranges that follow one another. protobuf lets the fields of a message come in any order, so the
 * initializers are framed by hand after the rest; protobufjs would copy the weights as often as its buffer grows.
 */
function graphParts(graph: OnnxGraph): Uint8Array[] {
  const parts = [GraphProto.encode(graphMessage(graph, [])).finish()];
  for (const [name, tensor] of graph.initializers) {
    const { rawData, ...head } = tensorMessage(tensor, name);
    parts.push(...field(5, [TensorProto.encode(head).finish(), ...field(9, [rawData])]));
  }
  return parts;
}

/** A length-delimited protobuf field: its key, the length of `parts` together, and the parts. */
function field(id: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = totalLength(parts);
  const head = protobuf.Writer.create();
  return [
    head
      .uint32((id << 3) | 2)
      .uint32(length)
      .finish(),
    ...parts,
  ];
}

function totalLength(parts: readonly Uint8Array[]): number {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > maximumBytes) {
    const gigabytes = (length / 1e9).toFixed(1);
    throw new UserError(
      `The model needs ${gigabytes} GB, but one ONNX file holds at most 2 GB; choose fewer features or a smaller network.`,
    );
  }
  return length;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(totalLength(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function graphMessage(graph: OnnxGraph, initializer: TensorMessage[]): GraphMessage {
  return {
    node: graph.nodes.map(nodeMessage),
    name: graph.name,
    initializer,
    input: graph.inputs.map(valueInfoMessage),
    output: graph.outputs.map(valueInfoMessage),
  };
}

/** A graph inside an attribute (the body of a Loop or an If), with its initializers. */
function subgraphMessage(graph: OnnxGraph): GraphMessage {
  return graphMessage(
    graph,
    Array.from(graph.initializers, ([name, tensor]) => tensorMessage(tensor, name)),
  );
}

function nodeMessage(node: OnnxNode): NodeMessage {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.name,
    opType: node.opType,
    attribute: sortedEntries(node.attributes).map(([name, attribute]) => attributeMessage(name, attribute)),
    ...(node.domain === undefined || node.domain === '' ? {} : { domain: node.domain }),
  };
}

function attributeMessage(name: string, attribute: OnnxAttribute): AttributeMessage {
  return { name, type: attributeTypeOf[attribute.kind], ...attributeValue(attribute) };
}

function attributeValue(attribute: OnnxAttribute): AttributeMessage {
  switch (attribute.kind) {
    case 'int':
      return { i: attribute.value };
    case 'float':
      return { f: attribute.value };
    case 'string':
      return { s: utf8(attribute.value) };
    case 'tensor':
      return { t: tensorMessage(attribute.value, '') };
    case 'graph':
      return { g: subgraphMessage(attribute.value) };
    case 'ints':
      return { ints: attribute.value };
    case 'floats':
      return { floats: attribute.value };
    case 'strings':
      return { strings: attribute.value.map(utf8) };
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function tensorMessage(tensor: Tensor, name: string): TensorMessage & { rawData: Uint8Array } {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return {
    dims: tensor.shape,
    dataType: dataTypeOf[tensor.dtype],
    name,
    // Little-endian, as ONNX wants it, on every machine onnxruntime is built for.
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

function valueInfoMessage(info: OnnxValueInfo): ValueInfoMessage {
  const dim = info.shape.map((d) => (typeof d === 'number' ? { dimValue: d } : d === '' ? {} : { dimParam: d }));
  return { name: info.name, type: { tensorType: { elemType: dataTypeOf[info.dtype], shape: { dim } } } };
}
