import assert from 'node:assert/strict';
import { InferenceSession } from 'onnxruntime-node';
import fc from 'fast-check';
import { UserError } from '../../../../src/base/userError.ts';
import { decodeModel, encodeModel } from '../../../../src/engine/onnx/codec.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from '../../../../src/engine/onnx/model.ts';
import { ModelProto, TensorProto } from '../../../../src/engine/onnx/schema.ts';
import { float32 } from '../../../../src/engine/tensor.ts';
import { tensor } from '../arbitraries.ts';
import { convModel, modelOf } from '../models.ts';

/** Plain objects, as the codec gives them. */
const plain = { noNullPrototype: true };
const name = fc.string({ unit: 'grapheme', maxLength: 8 });
const safeInteger = fc.maxSafeInteger();
const single = fc.float();

const { graph } = fc.letrec<{ attribute: OnnxAttribute; node: OnnxNode; graph: OnnxGraph }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    safeInteger.map((value) => ({ kind: 'int' as const, value })),
    single.map((value) => ({ kind: 'float' as const, value })),
    name.map((value) => ({ kind: 'string' as const, value })),
    tensor.map((value) => ({ kind: 'tensor' as const, value })),
    fc.array(safeInteger).map((value) => ({ kind: 'ints' as const, value })),
    fc.array(single).map((value) => ({ kind: 'floats' as const, value })),
    fc.array(name).map((value) => ({ kind: 'strings' as const, value })),
    tie('graph').map((value) => ({ kind: 'graph' as const, value })),
  ),
  node: fc
    .record(
      {
        opType: name,
        domain: fc.constantFrom('', 'com.microsoft'),
        name,
        inputs: fc.array(name, { maxLength: 3 }),
        outputs: fc.array(name, { maxLength: 2 }),
        attributes: fc.dictionary(name, tie('attribute'), { maxKeys: 3, ...plain }),
      },
      plain,
    )
    .map(({ domain, ...node }) => (domain === '' ? node : { ...node, domain })),
  graph: fc.record(
    {
      name,
      nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'nodes' }),
      inputs: fc.array(valueInfo(), { maxLength: 2 }),
      outputs: fc.array(valueInfo(), { maxLength: 2 }),
      initializers: fc
        .uniqueArray(fc.tuple(name, tensor), { maxLength: 3, selector: ([n]) => n })
        .map((e) => new Map(e)),
    },
    plain,
  ),
}));

function valueInfo() {
  const dtype = fc.constantFrom('float32' as const, 'int64' as const, 'float16' as const, 'bool' as const);
  return fc.record(
    { name, dtype, shape: fc.array(fc.oneof(fc.nat({ max: 2 }), fc.nat(), name), { maxLength: 4 }) },
    plain,
  );
}

const model: fc.Arbitrary<OnnxModel> = fc.record(
  {
    irVersion: fc.nat({ max: 12 }),
    opsets: fc.array(fc.record({ domain: fc.constantFrom('', 'com.microsoft'), version: fc.nat({ max: 30 }) }, plain), {
      minLength: 1,
      maxLength: 2,
    }),
    producer: name,
    graph,
    metadata: fc.dictionary(name, fc.string({ unit: 'grapheme' }), plain),
  },
  plain,
);

describe('the ONNX codec', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(model, (model) => {
        assert.deepEqual(decodeModel(encodeModel(model)), model);
      }),
      { numRuns: 200 },
    );
  });

  it('gives equal bytes for equal models, in whatever order attributes and metadata were set', () => {
    const attributes: [string, OnnxAttribute][] = [
      ['pads', { kind: 'ints', value: [1, 1, 1, 1] }],
      ['group', { kind: 'int', value: 1 }],
    ];
    const metadata = Object.entries({ b: '1', a: '2', c: '3' });
    const bytes = (reverse: boolean) => {
      const order = <T>(entries: T[]) => (reverse ? entries.toReversed() : entries);
      const node = convModel().graph.nodes[0]!;
      return encodeModel({
        ...convModel(),
        metadata: Object.fromEntries(order(metadata)),
        graph: { ...convModel().graph, nodes: [{ ...node, attributes: Object.fromEntries(order(attributes)) }] },
      });
    };
    assert.deepEqual(bytes(true), bytes(false));
  });

  it('writes what onnxruntime reads, names and shapes included', async () => {
    const session = await InferenceSession.create(encodeModel(convModel()), { logSeverityLevel: 3 });
    assert.deepEqual(session.inputNames, ['x']);
    assert.deepEqual(session.inputMetadata[0], { name: 'x', isTensor: true, type: 'float32', shape: [1, 3, 8, 8] });
    assert.deepEqual(session.outputNames, ['y']);
    await session.release();
  });

  it('reads the typed data fields that other writers use instead of raw bytes', () => {
    const tensors = [
      [{ dataType: 1, dims: [2], floatData: [1.5, -2] }, new Float32Array([1.5, -2])],
      [{ dataType: 6, dims: [2], int32Data: [-7, 8] }, new Int32Array([-7, 8])],
      [{ dataType: 10, dims: [1], int32Data: [0x3c00] }, new Uint16Array([0x3c00])],
      [{ dataType: 9, dims: [2], int32Data: [0, 1] }, new Uint8Array([0, 1])],
      [{ dataType: 2, dims: [1], int32Data: [255] }, new Uint8Array([255])],
      [
        { dataType: 7, dims: [3], int64Data: [-1, 5, Number.MAX_SAFE_INTEGER] },
        new BigInt64Array([-1n, 5n, 9007199254740991n]),
      ],
    ] as const;
    for (const [message, data] of tensors) {
      const decoded = decodeModel(withInitializer({ ...message, name: 'w' }));
      assert.deepEqual(decoded.graph.initializers.get('w')?.data, data);
    }
  });

  it('needs the weights once more than they are, not several times', () => {
    const weights = new Float32Array(16 << 20);
    const large = modelOf({ initializers: new Map([['w', float32([weights.length], weights)]]) });
    const before = process.memoryUsage().arrayBuffers;
    const bytes = encodeModel(large);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 1.1 * weights.byteLength, `${bytes.length} bytes took ${grown}`);
  });

  describe('refuses, with a sentence,', () => {
    const bytes = encodeModel(convModel());
    const refusals: [string, Uint8Array, RegExp][] = [
      ['an empty file', new Uint8Array(0), /is not an ONNX model: it holds no graph/],
      ['a text file', new TextEncoder().encode('<!DOCTYPE html><html></html>'), /is not an ONNX model/],
      ['a truncated file', bytes.subarray(0, bytes.length - 9), /not an ONNX model, or is truncated/],
      [
        'weights in another file',
        withInitializer({ dataType: 1, dims: [2], name: 'w', dataLocation: 1 }),
        /weights in a separate file \(the initializer 'w'\)/,
      ],
      [
        'an element type that no tensor of ours holds',
        withInitializer({ dataType: 3, dims: [1], name: 'w', rawData: new Uint8Array(1) }),
        /the element type int8 for the initializer 'w'/,
      ],
      [
        'more values than the shape says',
        withInitializer({ dataType: 1, dims: [3], name: 'w', rawData: new Uint8Array(8) }),
        /is damaged: the initializer 'w' has the shape \[3\] but 2 values/,
      ],
      [
        'a torn value',
        withInitializer({ dataType: 1, dims: [2], name: 'w', rawData: new Uint8Array(7) }),
        /has 7 bytes, which is no whole number of float32s/,
      ],
      [
        'negative axes',
        withInitializer({ dataType: 1, dims: [-1, -2], name: 'w', rawData: new Uint8Array(8) }),
        /is damaged/,
      ],
    ];
    for (const [what, bytes, sentence] of refusals) {
      it(what, () => {
        assert.throws(
          () => decodeModel(bytes, 'models/a.onnx'),
          (error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, sentence);
            assert.match(error.message, /^models\/a\.onnx /);
            return true;
          },
        );
      });
    }

    it('any damaged bytes, and never crashes', () => {
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
          const damaged = Uint8Array.from(bytes);
          damaged[at] = value;
          try {
            decodeModel(damaged);
          } catch (error) {
            assert.ok(error instanceof UserError, String(error));
          }
        }),
        { numRuns: 500 },
      );
    });
  });
});

function withInitializer(tensor: Record<string, unknown>): Uint8Array {
  assert.equal(TensorProto.verify(tensor), null);
  return ModelProto.encode({ opsetImport: [{ version: 17 }], graph: { initializer: [tensor] } }).finish();
}
