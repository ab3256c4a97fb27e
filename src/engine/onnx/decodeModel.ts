import { printable } from '../../base/printable.ts';
import { messageOf, UserError } from '../../base/userError.ts';
import { sizeOf, type DType, type Tensor } from '../tensor.ts';
import { hasManyFields } from './hasManyFields.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './model.ts';
import {
  attributeTypeOf,
  dataTypeOf,
  ModelProto,
  type AttributeMessage,
  type GraphMessage,
  type Int64,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './schema.ts';

const dtypes = new Map(Object.entries(dataTypeOf).map(([name, id]) => [id as number, name as DType]));
const kinds = new Map(
  Object.entries(attributeTypeOf).map(([name, id]) => [id as number, name as OnnxAttribute['kind']]),
);

/** TensorProto.DataType names that we may meet and don't take, for the sentence. */
const otherDataTypes: Readonly<Record<number, string>> = {
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  8: 'string',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/**
 * Reads the bytes of an .onnx file. Weights become views of `bytes` where they are aligned there, copies elsewhere.
 * What the plain model can't hold (external weights, sparse tensors, local functions, other element types, values that
 * are not tensors) is refused; documentation strings and inferred shapes are dropped.
 * @param what how the sentence of an error calls the model, for example the path of the file
 * @throws UserError
 */
export function decodeModel(bytes: Uint8Array, what = 'The ONNX model'): OnnxModel {
  const reader: Reader = { what };
  const message = parse(bytes, what);
  if (!message.graph || !message.opsetImport?.length) {
    throw new UserError(`${what} is not an ONNX model: it holds no graph or names no operator set.`);
  }
  if (message.functions?.length) throw refuse(reader, 'model-local functions (onnx.inliner puts them into the graph)');
  return {
    irVersion: integer(message.irVersion ?? 0, reader),
    opsets: message.opsetImport.map((opset) => ({
      domain: opset.domain === 'ai.onnx' ? '' : (opset.domain ?? ''),
      version: integer(opset.version ?? 0, reader),
    })),
    producer: message.producerName ?? '',
    graph: graphOf(message.graph, reader),
    metadata: Object.fromEntries((message.metadataProps ?? []).map((entry) => [entry.key ?? '', entry.value ?? ''])),
  };
}

interface Reader {
  /** How errors call the model. */
  readonly what: string;
}

/** The largest networks have some ten thousand nodes. */
const mostFields = 1_000_000;

function parse(bytes: Uint8Array, what: string): ModelMessage {
  if (hasManyFields(bytes, ModelProto, mostFields))
    throw new UserError(`${what} has more than ${mostFields.toLocaleString('en')} parts, which no network needs.`);
  try {
    return ModelProto.decode(bytes) as ModelMessage;
  } catch (error) {
    throw new UserError(`${what} is not an ONNX model, or is truncated: ${messageOf(error)}.`, { cause: error });
  }
}

function refuse(reader: Reader, feature: string): UserError {
  return new UserError(`${reader.what} uses ${feature}, which DatasetGAN does not read.`);
}

function graphOf(message: GraphMessage, reader: Reader): OnnxGraph {
  if (message.sparseInitializer?.length) throw refuse(reader, 'sparse initializers');
  const initializers = new Map<string, Tensor>();
  for (const tensor of message.initializer ?? []) {
    const name = tensor.name ?? '';
    if (initializers.has(name))
      throw new UserError(`${reader.what} holds two initializers named '${printable(name)}'.`);
    initializers.set(name, tensorOf(tensor, `the initializer '${printable(name)}'`, reader));
  }
  return {
    name: message.name ?? '',
    nodes: (message.node ?? []).map((node) => nodeOf(node, reader)),
    inputs: (message.input ?? []).map((info) => valueInfoOf(info, reader)),
    outputs: (message.output ?? []).map((info) => valueInfoOf(info, reader)),
    initializers,
  };
}

function nodeOf(message: NodeMessage, reader: Reader): OnnxNode {
  const opType = message.opType ?? '';
  const domain = message.domain === 'ai.onnx' ? '' : (message.domain ?? '');
  return {
    opType,
    ...(domain === '' ? {} : { domain }),
    name: message.name ?? '',
    inputs: [...(message.input ?? [])],
    outputs: [...(message.output ?? [])],
    attributes: Object.fromEntries(
      (message.attribute ?? []).map((attribute) => [attribute.name ?? '', attributeOf(attribute, opType, reader)]),
    ),
  };
}

function attributeOf(message: AttributeMessage, opType: string, reader: Reader): OnnxAttribute {
  const name = `the attribute '${printable(message.name ?? '')}' of ${printable(opType)}`;
  const kind = kinds.get(message.type ?? 0);
  switch (kind) {
    case 'int':
      return { kind, value: integer(message.i ?? 0, reader) };
    case 'float':
      return { kind, value: message.f ?? 0 };
    case 'string':
      return { kind, value: text(message.s) };
    case 'tensor':
      return { kind, value: tensorOf(message.t ?? {}, name, reader) };
    case 'graph':
      return { kind, value: graphOf(message.g ?? {}, reader) };
    case 'ints':
      return { kind, value: (message.ints ?? []).map((i) => integer(i, reader)) };
    case 'floats':
      return { kind, value: [...(message.floats ?? [])] };
    case 'strings':
      return { kind, value: (message.strings ?? []).map(text) };
    case undefined:
      throw refuse(reader, `a kind of attribute (${message.type ?? 0}, ${name})`);
  }
}

function text(bytes: Uint8Array | undefined): string {
  return bytes?.length ? new TextDecoder().decode(bytes) : '';
}

function valueInfoOf(message: ValueInfoMessage, reader: Reader): OnnxValueInfo {
  const name = message.name ?? '';
  const tensor = message.type?.tensorType;
  if (!tensor?.shape) throw refuse(reader, `the value '${printable(name)}' that is not a tensor of known rank`);
  return {
    name,
    dtype: dtypeOf(tensor.elemType ?? 0, `the value '${printable(name)}'`, reader),
    shape: (tensor.shape.dim ?? []).map((d) => {
      // Decoded messages carry absent fields on their prototype, so presence is an own property.
      if (Object.hasOwn(d, 'dimValue')) return integer(d.dimValue ?? 0, reader);
      return d.dimParam ?? '';
    }),
  };
}

function dtypeOf(dataType: number, name: string, reader: Reader): DType {
  const dtype = dtypes.get(dataType);
  if (!dtype) throw refuse(reader, `the element type ${otherDataTypes[dataType] ?? `number ${dataType}`} for ${name}`);
  return dtype;
}

function tensorOf(message: TensorMessage, name: string, reader: Reader): Tensor {
  if (message.dataLocation) throw refuse(reader, `weights in a separate file (${name})`);
  const dtype = dtypeOf(message.dataType ?? 0, name, reader);
  const shape = (message.dims ?? []).map((d) => integer(d, reader));
  const data = dataOf(dtype, message, name, reader);
  const size = sizeOf(shape);
  if (shape.some((d) => d < 0) || data.length !== size) {
    throw new UserError(
      `${reader.what} is damaged: ${name} has the shape [${shape.join(', ')}] but ${data.length} values.`,
    );
  }
  return { dtype, shape, data } as Tensor;
}

/** The element arrays of TensorProto: raw bytes, or the typed field that onnx.proto assigns to each element type. */
function dataOf(dtype: DType, message: TensorMessage, name: string, reader: Reader): Tensor['data'] {
  const raw = message.rawData;
  const { floatData = [], int32Data = [], int64Data = [], doubleData = [] } = message;
  if (!raw || raw.length === 0) {
    switch (dtype) {
      case 'float32':
        return Float32Array.from(floatData);
      case 'float64':
        return Float64Array.from(doubleData);
      case 'int64':
        return BigInt64Array.from(int64Data, bigint);
      case 'int32':
        return Int32Array.from(int32Data);
      case 'float16':
        return Uint16Array.from(int32Data);
      case 'uint8':
      case 'bool':
        return Uint8Array.from(int32Data);
    }
  }
  const width = { float32: 4, float64: 8, int64: 8, int32: 4, float16: 2, uint8: 1, bool: 1 }[dtype];
  if (raw.length % width !== 0) {
    throw new UserError(
      `${reader.what} is damaged: ${name} has ${raw.length} bytes, which is no whole number of ${dtype}s.`,
    );
  }
  const { buffer, byteOffset } = raw.byteOffset % width === 0 ? raw : Uint8Array.from(raw);
  const length = raw.length / width;
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'float16':
      return new Uint16Array(buffer, byteOffset, length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, byteOffset, length);
  }
}

function bigint(value: Int64): bigint {
  return typeof value === 'number' ? BigInt(value) : (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
}

function integer(value: Int64, reader: Reader): number {
  const number = Number(bigint(value));
  if (!Number.isSafeInteger(number)) throw refuse(reader, `the number ${bigint(value)}, which is beyond 2^53`);
  return number;
}
