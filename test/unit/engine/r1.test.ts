import assert from 'node:assert/strict';
import { gradients } from '../../../src/engine/gradients.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import {
  add,
  concat,
  conv,
  expand,
  leakyRelu,
  matMul,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  scale,
  sqrt,
  square,
  sub,
} from '../../../src/engine/ops.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, sizeOf, type Tensor } from '../../../src/engine/tensor.ts';
import { input, type Value } from '../../../src/engine/value.ts';

const shapes = {
  images: [4, 2, 8, 8],
  'conv1.weight': [4, 2, 3, 3],
  'conv1.bias': [1, 4, 1, 1],
  'conv2.weight': [3, 5, 3, 3],
  'conv2.bias': [1, 3, 1, 1],
  'dense.weight': [48, 1],
} as const;
type Name = keyof typeof shapes;
const weightNames = (Object.keys(shapes) as Name[]).filter((name) => name !== 'images');

/** A critic as in StyleGAN's training: convolution, leaky ReLU, pooling, minibatch deviation, convolution, dense. [N] */
function critic(v: Readonly<Record<Name, Value>>): Value {
  const pads = [1, 1, 1, 1] as const;
  const first = leakyRelu(add(conv(v.images, v['conv1.weight'], { pads }), v['conv1.bias']), 0.2);
  const pooled = minibatchDeviation(averagePool(first));
  const second = leakyRelu(add(conv(pooled, v['conv2.weight'], { pads }), v['conv2.bias']), 0.2);
  return reshape(matMul(reshape(second, [4, 48]), v['dense.weight']), [4]);
}

/** 2×2 average pooling with stride 2. */
function averagePool(x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reduceMean(reshape(x, [n, c, h / 2, 2, w / 2, 2]), [3, 5]);
}

/** One more channel: the mean over everything of the deviation over the batch (Karras et al. 2018, section 3). */
function minibatchDeviation(x: Value): Value {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const variance = reduceMean(square(sub(x, reduceMean(x, [0], true))), [0], true);
  const deviation = reduceMean(sqrt(add(variance, scalar(1e-8))), [0, 1, 2, 3], true);
  return concat([x, expand(deviation, [n, 1, h, w])], 1);
}

/** R1 = γ/2 · mean over the batch of ‖∂D/∂x‖² (Mescheder et al. 2018, equation 9), γ = 10. */
function r1(scores: Value, images: Value): Value {
  const [slope] = gradients(reduceSum(scores, [0]), [images]);
  return scale(reduceMean(reduceSum(square(slope!), [1, 2, 3]), [0]), 5);
}

/** Weights with biases of ±1, which keep units of both signs away from the kink: there nothing has a derivative. */
function feeds(): Record<Name, Tensor> {
  return Object.fromEntries(
    (Object.entries(shapes) as [Name, readonly number[]][]).map(([name, shape], n) => {
      const value = (i: number) => {
        if (name.endsWith('.bias')) return i % 2 === 0 ? 1 : -1;
        return (name === 'images' ? 1 : 0.1) * Math.sin(1 + 2.3 * i + 0.01 * i * i + n);
      };
      return [
        name,
        float32(
          shape,
          Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
        ),
      ];
    }),
  ) as Record<Name, Tensor>;
}

async function sessionOf(outputs: Record<string, Value>): Promise<Session> {
  return Session.create(encodeModel(buildModel({ name: 'r1', outputs })), { provider: 'cpu', cpuFallback: 'allow' });
}

describe('the R1 penalty of a small convolutional critic', () => {
  const values = Object.fromEntries(
    (Object.entries(shapes) as [Name, readonly number[]][]).map(([name, shape]) => [
      name,
      input(name, 'float32', shape),
    ]),
  ) as Record<Name, Value>;
  const scores = critic(values);
  const penalty = r1(scores, values.images);

  it("is γ/2 times the mean squared slope that finite differences of the critic's scores give", async () => {
    const session = await sessionOf({ total: reduceSum(scores, [0]), penalty });
    const base = feeds();
    const step = 1e-3;
    const images = float32Data(base.images);
    let sum = 0;
    for (let i = 0; i < images.length; i++) {
      const at = async (delta: number) => {
        const moved = Float32Array.from(images);
        moved[i]! += delta;
        const { total } = await session.run({ ...base, images: float32(shapes.images, moved) }, ['total']);
        return { total: float32Data(total)[0]!, x: moved[i]! };
      };
      const [high, low] = [await at(step), await at(-step)];
      sum += ((high.total - low.total) / (high.x - low.x)) ** 2;
    }
    const expected = (5 * sum) / 4;
    const actual = float32Data((await session.run(base))['penalty'])[0]!;
    await session.release();
    assert.ok(Math.abs(actual - expected) < 5e-3 * expected, `${actual}, finite differences ${expected}`);
  });

  it('has the gradients by every weight that finite differences of the penalty give', async () => {
    const slopes = gradients(
      penalty,
      weightNames.map((name) => values[name]),
    );
    const session = await sessionOf({ penalty, ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])) });
    const base = feeds();
    const results = await session.run(base);
    const largest = Math.max(...slopes.flatMap((_, n) => [...float32Data(results[`slope${n}`])].map(Math.abs)));
    for (const [n, name] of weightNames.entries()) {
      const slope = float32Data(results[`slope${n}`]);
      const weights = float32Data(base[name]);
      const size = Math.max(1e-3 * largest, ...slope.map(Math.abs));
      for (let i = 0; i < weights.length; i++) {
        const at = async (delta: number) => {
          const moved = Float32Array.from(weights);
          moved[i]! += delta;
          const out = await session.run({ ...base, [name]: float32(shapes[name], moved) }, ['penalty']);
          return { penalty: float32Data(out['penalty'])[0]!, x: moved[i]! };
        };
        const [high, low] = [await at(4e-3), await at(-4e-3)];
        const expected = (high.penalty - low.penalty) / (high.x - low.x);
        assert.ok(Math.abs(slope[i]! - expected) <= 1e-2 * size, `${name}[${i}]: ${slope[i]} and ${expected}`);
      }
    }
    await session.release();
  });
});
