import assert from 'node:assert/strict';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { gradients } from '../../../src/engine/gradients.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import type { Op } from '../../../src/engine/op.ts';
import { mul, ops, reduceSum } from '../../../src/engine/ops.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, sizeOf, type Tensor } from '../../../src/engine/tensor.ts';
import { input, makeValue, type Value } from '../../../src/engine/value.ts';

/** Distinct weights for a sum, so that no two terms cancel. */
function weights(shape: readonly number[], phase: number): Tensor {
  return float32(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.cos(phase + 1.7 * i)),
  );
}

/** Σ of all elements as a scalar. */
function total(x: Value): Value {
  return reduceSum(
    x,
    x.shape.map((_, i) => i),
  );
}

/** Central differences of one float32 feed of a model's scalar output `loss`. */
async function finiteDifferences(
  session: Session,
  feeds: Record<string, Tensor>,
  name: string,
  step: number,
): Promise<number[]> {
  const base = float32Data(feeds[name]);
  const at = async (i: number, delta: number) => {
    const moved = Float32Array.from(base);
    moved[i]! += delta;
    const { loss } = await session.run({ ...feeds, [name]: float32(feeds[name]!.shape, moved) }, ['loss']);
    return { value: float32Data(loss)[0]!, x: moved[i]! };
  };
  const slopes: number[] = [];
  for (let i = 0; i < base.length; i++) {
    const [high, low] = [await at(i, step), await at(i, -step)];
    slopes.push((high.value - low.value) / (high.x - low.x));
  }
  return slopes;
}

function assertClose(actual: Float32Array, expected: readonly number[], what: string): void {
  const size = Math.max(1, ...expected.map(Math.abs));
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(actual[i]! - value) <= 4e-3 * size,
      `${what}[${i}]: ${actual[i]} but finite differences give ${value}`,
    );
  });
}

describe('derivatives of every op agree with finite differences', () => {
  for (const [name, op] of Object.entries(ops) as [keyof typeof ops, Op<unknown>][]) {
    op.samples.forEach((sample, n) => {
      const smooth = op.vjp !== 'piecewise constant';
      it(`${name}, sample ${n}: ${smooth ? 'first and second' : 'flat'}`, async () => {
        const x = sample.inputs.map((tensor, i) => input(`x${i}`, tensor.dtype, tensor.shape));
        const result = op.result(x, sample.attributes);
        const y = makeValue(result.dtype, result.shape, {
          kind: 'op',
          op: name,
          inputs: x,
          attributes: sample.attributes,
        });
        const feeds: Record<string, Tensor> = Object.fromEntries(sample.inputs.map((tensor, i) => [`x${i}`, tensor]));
        if (result.dtype !== 'float32') {
          const session = await Session.create(encodeModel(buildModel({ name: 'flat', outputs: { y } })), {
            provider: 'cpu',
            cpuFallback: 'allow',
          });
          assert.deepEqual((await session.run(feeds))['y']!.shape, result.shape);
          await session.release();
          return;
        }
        // First: loss = Σ c·y, by every float input and by c itself, so that linear ops have second derivatives too.
        const c = input('c', 'float32', y.shape);
        feeds['c'] = weights(y.shape, 0.3);
        const variables = [...x.filter((value) => value.dtype === 'float32'), c];
        const names = [...x.flatMap((value, i) => (value.dtype === 'float32' ? [`x${i}`] : [])), 'c'];
        const loss = total(mul(c, y));
        const first = gradients(loss, variables);
        await check(loss, first, names, feeds, smooth ? variables : []);
        // Second: loss = Σ d·(first gradients), by the same variables.
        const directions = first.map((gradient, i) => {
          feeds[`d${i}`] = weights(gradient.shape, 1 + i);
          return input(`d${i}`, 'float32', gradient.shape);
        });
        const along = first
          .map((gradient, i) => total(mul(gradient, directions[i]!)))
          .reduce((a, b) => addScalars(a, b));
        await check(along, gradients(along, variables), names, feeds, variables);
      });
    });
  }

  function addScalars(a: Value, b: Value): Value {
    const result = ops.add.result([a, b], {});
    return makeValue(result.dtype, result.shape, { kind: 'op', op: 'add', inputs: [a, b], attributes: {} });
  }

  async function check(
    loss: Value,
    slopes: readonly Value[],
    names: readonly string[],
    feeds: Record<string, Tensor>,
    by: readonly Value[],
  ) {
    const outputs = { loss, ...Object.fromEntries(slopes.map((value, i) => [`slope${i}`, value])) };
    const model = buildModel({ name: 'check', outputs });
    const session = await Session.create(encodeModel(model), { provider: 'cpu', cpuFallback: 'allow' });
    const used = Object.fromEntries(Object.entries(feeds).filter(([feed]) => session.inputNames.includes(feed)));
    const result = await session.run(used);
    for (const [i, name] of names.entries()) {
      if (!by[i] && name !== 'c') continue;
      const slope = float32Data(result[`slope${i}`], `slope ${name}`);
      if (name in used) assertClose(slope, await finiteDifferences(session, used, name, 1e-2), name);
      else
        assert.ok(
          slope.every((value) => value === 0),
          `nothing depends on ${name}`,
        );
    }
    await session.release();
  }
});
