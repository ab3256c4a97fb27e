import { encodeModel } from './onnx/codec.ts';
import type { OnnxNode } from './onnx/model.ts';
import { normals } from './philox.ts';
import { Session, type ProviderName, type Runtime } from './session.ts';
import { float32, float32Data, sizeOf } from './tensor.ts';

/** What one execution provider made of the probe graph. */
export interface ProbeResult {
  /** The quickest of the timed runs, after one that warms up. */
  readonly milliseconds: number;
  readonly output: Float32Array;
}

/** [batch, channels, height, width]; 9 MFLOP and 1.2 GFLOP. */
const shapes = { small: [1, 16, 32, 32], large: [2, 64, 64, 64] } as const;

export type ProbeSize = keyof typeof shapes;

/** Timed runs end after three, or when they have taken this long together. */
const timedRuns = 3;
const timedMilliseconds = 1000;

/**
 * Runs two 3×3 convolutions with a leaky ReLU between them, the work that generators are made of, on one provider alone.
 * @throws when the provider doesn't start or leaves a node to the CPU
 */
export async function probe(
  provider: ProviderName,
  size: ProbeSize,
  threads?: number,
  runtime?: Runtime,
): Promise<ProbeResult> {
  const options = { provider, cpuFallback: 'forbid', ...(threads === undefined ? {} : { threads }) } as const;
  const session = await Session.create(probeModel(size), options, runtime);
  try {
    const shape = shapes[size];
    const x = float32(shape, normals(1, 0, 0, sizeOf(shape)));
    const { y } = await session.run({ x });
    let milliseconds = Infinity;
    const begin = performance.now();
    for (let i = 0; i < timedRuns && performance.now() - begin < timedMilliseconds; i++) {
      const start = performance.now();
      await session.run({ x });
      milliseconds = Math.min(milliseconds, performance.now() - start);
    }
    return { milliseconds, output: float32Data(y, "The probe's output") };
  } finally {
    await session.release();
  }
}

function probeModel(size: ProbeSize): Uint8Array {
  const shape = shapes[size];
  const channels = shape[1];
  const pads = { kind: 'ints', value: [1, 1, 1, 1] } as const;
  const conv = (name: string, x: string, y: string): OnnxNode => ({
    opType: 'Conv',
    name,
    inputs: [x, `${name}.weight`],
    outputs: [y],
    attributes: { pads },
  });
  const weight = (stream: number) => {
    const scale = Math.sqrt(2 / (channels * 9)); // keeps the values near 1
    return float32(
      [channels, channels, 3, 3],
      normals(1, stream, 0, channels * channels * 9).map((w) => w * scale),
    );
  };
  const info = (name: string) => ({ name, dtype: 'float32' as const, shape });
  const leakyRelu: OnnxNode = {
    opType: 'LeakyRelu',
    name: 'leakyRelu',
    inputs: ['a'],
    outputs: ['b'],
    attributes: { alpha: { kind: 'float', value: 0.2 } },
  };
  return encodeModel({
    irVersion: 8,
    opsets: [{ domain: '', version: 17 }],
    producer: 'datasetgan',
    graph: {
      name: 'probe',
      nodes: [conv('first', 'x', 'a'), leakyRelu, conv('second', 'b', 'y')],
      inputs: [info('x')],
      outputs: [info('y')],
      initializers: new Map([
        ['first.weight', weight(1)],
        ['second.weight', weight(2)],
      ]),
    },
    metadata: {},
  });
}
