import protobuf, { type INamespace } from 'protobufjs/light.js';

const packed = { packed: true };

/**
 * The messages of ONNX that we read and write, with their field numbers
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Fields that we don't name are skipped by the reader.
 */
const descriptor: INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
        functions: { rule: 'repeated', type: 'bytes', id: 25 },
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
        sparseInitializer: { rule: 'repeated', type: 'bytes', id: 15 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        g: { type: 'GraphProto', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7, options: packed },
        ints: { rule: 'repeated', type: 'int64', id: 8, options: packed },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1, options: packed },
        dataType: { type: 'int32', id: 2 },
        floatData: { rule: 'repeated', type: 'float', id: 4, options: packed },
        int32Data: { rule: 'repeated', type: 'int32', id: 5, options: packed },
        int64Data: { rule: 'repeated', type: 'int64', id: 7, options: packed },
        doubleData: { rule: 'repeated', type: 'double', id: 10, options: packed },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    TensorTypeProto: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } } },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
    DimensionProto: {
      // A oneof tells a dimension of 0 from an unknown one.
      oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
  },
};

const root = protobuf.Root.fromJSON(descriptor);

export const ModelProto = root.lookupType('ModelProto');
export const GraphProto = root.lookupType('GraphProto');
export const TensorProto = root.lookupType('TensorProto');

/** A 64-bit integer as protobufjs gives it: a `Long`, or a number where it fits or where `long` isn't there. */
export type Int64 = number | { readonly low: number; readonly high: number };

/** What the messages above look like in JavaScript; a field that is not in the bytes is missing or empty. */
export interface ModelMessage {
  irVersion?: Int64;
  producerName?: string;
  graph?: GraphMessage;
  opsetImport?: { domain?: string; version?: Int64 }[];
  metadataProps?: { key?: string; value?: string }[];
  functions?: Uint8Array[];
}
export interface GraphMessage {
  node?: NodeMessage[];
  name?: string;
  initializer?: TensorMessage[];
  input?: ValueInfoMessage[];
  output?: ValueInfoMessage[];
  sparseInitializer?: Uint8Array[];
}
export interface NodeMessage {
  input?: readonly string[];
  output?: readonly string[];
  name?: string;
  opType?: string;
  attribute?: AttributeMessage[];
  domain?: string;
}
export interface AttributeMessage {
  name?: string;
  type?: number;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: TensorMessage | null;
  g?: GraphMessage | null;
  floats?: readonly number[];
  ints?: readonly Int64[];
  strings?: Uint8Array[];
}
export interface TensorMessage {
  dims?: readonly Int64[];
  dataType?: number;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Int64[];
  doubleData?: number[];
  name?: string;
  rawData?: Uint8Array;
  dataLocation?: number;
}
export interface DimensionMessage {
  dimValue?: Int64;
  dimParam?: string;
}
export interface ValueInfoMessage {
  name?: string;
  type?: { tensorType?: { elemType?: number; shape?: { dim?: DimensionMessage[] } | null } | null } | null;
}

/** TensorProto.DataType of the element types that we know. */
export const dataTypeOf = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;

/** AttributeProto.AttributeType of the kinds that we know. */
export const attributeTypeOf = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
