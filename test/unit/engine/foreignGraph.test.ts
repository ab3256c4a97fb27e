import assert from 'node:assert/strict';
import { foreignOpsets, foreignOutputs, type ForeignGraph } from '../../../src/engine/foreignGraph.ts';
import { gradients } from '../../../src/engine/gradients.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import type { OnnxAttribute, OnnxNode } from '../../../src/engine/onnx/model.ts';
import type { Op } from '../../../src/engine/op.ts';
import { concat, ops, range, reduceSum, scalar, slice, add } from '../../../src/engine/ops.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { input, makeValue, parameter, type Value } from '../../../src/engine/value.ts';

const node = (
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, OnnxAttribute> = {},
): OnnxNode => ({ opType, name: outputs[0]!, inputs, outputs, attributes });

function foreign(opset: number, parts: Partial<ForeignGraph> = {}): ForeignGraph {
  return {
    opset,
    nodes: [node('Neg', ['x'], ['y'])],
    initializers: new Map(),
    input: 'x',
    inputShape: [1, 2],
    outputs: new Map([['y', [1, 2]]]),
    ...parts,
  };
}

async function run(outputs: Record<string, Value>, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const model = encodeModel(buildModel({ name: 'test', outputs }));
  const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow' });
  const result = await session.run(feeds);
  await session.release();
  return result;
}

const x = input('x', 'float32', [1, 2]);

describe("somebody else's graph inside ours", () => {
  const samples = Object.entries(ops).flatMap(([name, op]) =>
    (op as Op<unknown>).samples.map((sample, n) => ({ name, op: op as Op<unknown>, sample, key: `${name} ${n}` })),
  );

  /** All samples of all operations as one model, in the opset that the foreign graph asks for. */
  function everyOperation(graph: ForeignGraph) {
    const feeds: Record<string, Tensor> = { x: float32([1, 2], [3, -4]) };
    const outputs: Record<string, Value> = { foreign: foreignOutputs(graph, x).get('y')! };
    for (const { name, op, sample, key } of samples) {
      const inputs = sample.inputs.map((tensor, i) => {
        feeds[`${key} ${i}`] = tensor;
        return input(`${key} ${i}`, tensor.dtype, tensor.shape);
      });
      const { dtype, shape } = op.result(inputs, sample.attributes);
      const value = makeValue(dtype, shape, { kind: 'op', op: name, inputs, attributes: sample.attributes });
      outputs[`out ${key}`] = value;
    }
    return { outputs, feeds };
  }

  it('sets the opset of the whole, and every operation of ours gives the same in each that is allowed', async () => {
    const wanted = everyOperation(foreign(20));
    const expected = await run(wanted.outputs, wanted.feeds);
    const { oldest, newest }: Record<'oldest' | 'newest', number> = foreignOpsets;
    for (let opset = oldest; opset <= newest; opset++) {
      const { outputs, feeds } = everyOperation(foreign(opset));
      assert.equal(buildModel({ name: 'x', outputs }).opsets[0]!.version, opset);
      assert.deepEqual(await run(outputs, feeds), expected, `opset ${opset}`);
    }
  });

  it('can be there for several inputs, its weights once', async () => {
    const graph = foreign(17, {
      nodes: [node('Mul', ['x', 'w'], ['h']), node('Add', ['h', 'w'], ['y'])],
      initializers: new Map([['w', float32([2], [2, 3])]]),
    });
    const both = input('both', 'float32', [2, 2]);
    const rows = [0, 1].map((i) => foreignOutputs(graph, slice(both, [range(0, i, i + 1)])).get('y')!);
    const outputs = { y: concat(rows, 0) };
    assert.equal([...buildModel({ name: 'x', outputs }).graph.initializers.keys()].filter((name) => name === 'w').length, 1); // prettier-ignore
    const { y } = await run(outputs, { both: float32([2, 2], [1, 2, 3, 4]) });
    assert.deepEqual([...float32Data(y)], [4, 9, 8, 15]);
  });

  it('may hold bodies that see the values around them', async () => {
    const branch = (opType: string): OnnxAttribute => ({
      kind: 'graph',
      value: {
        name: opType,
        nodes: [node(opType, ['h', 'w'], [`${opType} out`])],
        inputs: [],
        outputs: [{ name: `${opType} out`, dtype: 'float32', shape: [1, 2] }],
        initializers: new Map(),
      },
    });
    const graph = foreign(16, {
      nodes: [
        node('Neg', ['x'], ['h']),
        node('ReduceSum', ['x'], ['sum'], { keepdims: { kind: 'int', value: 0 } }),
        node('Greater', ['sum', 'zero'], ['positive']),
        node('If', ['positive'], ['y'], { then_branch: branch('Add'), else_branch: branch('Mul') }),
      ],
      initializers: new Map([
        ['w', float32([2], [10, 100])],
        ['zero', float32([], [0])],
      ]),
    });
    const other = input('other', 'float32', [1, 2]);
    const [a, b] = [x, other].map((value) => foreignOutputs(graph, value).get('y')!);
    const result = await run({ a: a!, b: b! }, { x: float32([1, 2], [1, 2]), other: float32([1, 2], [-1, -2]) });
    assert.deepEqual([...float32Data(result['a'])], [9, 98]);
    assert.deepEqual([...float32Data(result['b'])], [10, 200]);
  });

  it('is refused where it can not be: another shape, another opset beside it, a name taken twice, a gradient', () => {
    assert.throws(() => foreignOutputs(foreign(17), input('x', 'float32', [2, 2])), /takes float32 \[1, 2\], not float32 \[2, 2\]/); // prettier-ignore
    const y = (graph: ForeignGraph) => foreignOutputs(graph, x).get('y')!;
    assert.throws(
      () => buildModel({ name: 'x', outputs: { a: y(foreign(17)), b: y(foreign(18)) } }),
      /opsets 17 and 18/,
    );
    const named = y(foreign(17, { initializers: new Map([['w', float32([1], [1])]]) }));
    const sum = add(named, parameter('w', float32([1], [1])));
    assert.throws(() => buildModel({ name: 'x', outputs: { sum } }), /named w/);
    const w = parameter('w', float32([1, 2], [1, 2]));
    const loss = reduceSum(foreignOutputs(foreign(17), w).get('y')!, [0, 1]);
    assert.throws(() => gradients(loss, [w]), /through somebody else's ONNX graph/);
    // What does not lie on the way is no hindrance.
    assert.equal(gradients(add(loss, reduceSum(w, [0, 1])), [scalar(1)]).length, 1);
  });
});
