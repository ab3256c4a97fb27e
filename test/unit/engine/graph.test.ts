import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gradients } from '../../../src/engine/gradients.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import {
  add,
  concat,
  conv,
  matMul,
  mul,
  oneHot,
  reduceSum,
  reshape,
  scalar,
  slice,
  range,
  square,
} from '../../../src/engine/ops.ts';
import { adam, ADAM, adamCorrections, sgd } from '../../../src/engine/optimizers.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, int64, type Tensor } from '../../../src/engine/tensor.ts';
import { input, parameter, type Value } from '../../../src/engine/value.ts';

async function run(
  outputs: Record<string, Value>,
  feeds: Record<string, Tensor> = {},
): Promise<Record<string, Tensor>> {
  const model = encodeModel(buildModel({ name: 'test', outputs }));
  const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow' });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

describe('a graph', () => {
  const x = input('x', 'float32', [2, 3]);

  it('refuses wrong shapes where the op is built, and names both', () => {
    const other = input('y', 'float32', [4, 2]);
    assert.throws(() => add(x, other), /\[2, 3\] and \[4, 2\] do not broadcast/);
    assert.throws(() => matMul(x, other), /\[2, 3\] and \[4, 2\] do not multiply/);
    assert.throws(() => reshape(x, [5]), /\[2, 3\] does not fit \[5\]/);
    assert.throws(() => concat([x, other], 0), /\[2, 3\] and \[4, 2\] differ beside axis 0/);
    assert.throws(() => slice(x, [range(1, 0, 4)]), /0:4:1 of axis 1 lies outside \[2, 3\]/);
    const image = input('image', 'float32', [1, 3, 8, 8]);
    assert.throws(() => conv(image, input('w', 'float32', [4, 2, 3, 3])), /\[4, 2, 3, 3\].*\[1, 3, 8, 8\]/);
  });

  it('refuses mixed types', () => {
    assert.throws(() => add(x, input('i', 'int64', [2, 3])), /float32 \[2, 3\] and int64 \[2, 3\] differ in type/);
  });

  it('refuses two inputs, parameters or outputs of one name', () => {
    const twice = add(x, input('x', 'float32', [2, 3]));
    assert.throws(
      () => buildModel({ name: 'test', outputs: { twice } }),
      /Two inputs, parameters or outputs are named x/,
    );
    assert.throws(() => buildModel({ name: 'test', outputs: { x: add(x, x) } }), /outputs are named x/);
  });

  it('has the same bytes whenever it is built', () => {
    const build = () => {
      const a = input('a', 'float32', [2, 2]);
      return encodeModel(buildModel({ name: 'test', outputs: { y: mul(add(a, scalar(2)), scalar(2)) } }));
    };
    assert.deepEqual(build(), build());
  });

  it('holds only ai.onnx ops unless it is told otherwise', () => {
    const a = input('a', 'float32', [2, 3, 4]);
    const y = matMul(a, input('b', 'float32', [2, 5, 4]), { transB: true });
    const domains = (microsoftOps: boolean) =>
      buildModel({ name: 'test', outputs: { y }, microsoftOps }).graph.nodes.map(({ domain }) => domain ?? '');
    assert.ok(domains(false).every((domain) => domain === ''));
    assert.ok(domains(true).includes('com.microsoft'));
  });
});

describe('gradients', () => {
  it('are zero for what the loss does not depend on', async () => {
    const [a, b] = [input('a', 'float32', [2]), parameter('b', float32([3], [1, 2, 3]))];
    const [da, db] = gradients(reduceSum(square(a), [0]), [a, b]);
    const result = await run({ da: da!, db: db! }, { a: float32([2], [3, -1]) });
    assert.deepEqual([...float32Data(result['da'])], [6, -2]);
    assert.deepEqual([...float32Data(result['db'])], [0, 0, 0]);
  });

  it('want a scalar loss', () => {
    const a = input('a', 'float32', [2]);
    assert.throws(() => gradients(a, [a]), /the loss is float32 \[2\], not one float32 number/);
  });

  it('sum over all the ways in which a value is used', async () => {
    const a = input('a', 'float32', []);
    const [da] = gradients(add(mul(a, a), mul(scalar(3), a)), [a]);
    assert.equal(float32Data((await run({ da: da! }, { a: float32([], [5]) }))['da'])[0], 13);
  });
});

describe('one-hot', () => {
  it('has one 1 per row, none for an index outside', async () => {
    const y = oneHot(input('i', 'int64', [3]), 4);
    const result = await run({ y }, { i: int64([3], [2, 255, 0]) });
    assert.deepEqual([...float32Data(result['y'])], [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  });
});

describe('optimizers follow their published recurrences', () => {
  const start = [0.5, -2, 3];

  it('Adam (Kingma & Ba 2015, Algorithm 1), step by step in double precision', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 9, maxLength: 9 }),
        async (all) => {
          const names = ['parameter', 'mean', 'variance', 'gradient'];
          const [parameterIn, mean, variance, gradient] = names.map((name) => input(`old ${name}`, 'float32', [3]));
          const corrections = ['first', 'second'].map((name) => input(name, 'float32', [])) as [Value, Value];
          const next = adam(
            { parameter: parameterIn!, mean: mean!, variance: variance! },
            gradient!,
            corrections,
            ADAM,
          );
          const model = encodeModel(
            buildModel({
              name: 'adam',
              outputs: { parameter: next.parameter, mean: next.mean, variance: next.variance },
            }),
          );
          const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow' });
          let state: Record<string, Tensor> = {
            parameter: float32([3], start),
            mean: float32([3]),
            variance: float32([3]),
          };
          const theta = [...start];
          const [m, v] = [
            [0, 0, 0],
            [0, 0, 0],
          ];
          for (let t = 1; t <= 3; t++) {
            const g = all.slice(3 * t - 3, 3 * t);
            const [first, second] = adamCorrections(t, ADAM);
            const old = Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`old ${name}`, tensor]));
            state = await session.run({
              ...old,
              'old gradient': float32([3], g),
              first: float32([], [first]),
              second: float32([], [second]),
            });
            g.forEach((value, i) => {
              m[i] = 0.9 * m[i]! + 0.1 * value;
              v[i] = 0.999 * v[i]! + 0.001 * value * value;
              theta[i]! -= (1e-3 * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8);
            });
            float32Data(state['parameter']).forEach((value, i) => assert.ok(Math.abs(value - theta[i]!) < 1e-6));
          }
          await session.release();
        },
      ),
      { numRuns: 10 },
    );
  });

  it('stochastic gradient descent with momentum', async () => {
    const [p, v, g] = ['p', 'v', 'g'].map((name) => input(name, 'float32', [1]));
    const next = sgd(p!, v!, g!, 0.1, 0.9);
    const feeds = { p: float32([1], [1]), v: float32([1], [2]), g: float32([1], [4]) };
    const result = await run({ ...next }, feeds);
    assert.ok(Math.abs(float32Data(result['velocity'])[0]! - 5.8) < 1e-6);
    assert.ok(Math.abs(float32Data(result['parameter'])[0]! - 0.42) < 1e-6);
  });
});
