import assert from 'node:assert/strict';
import type { OnnxNode } from '../../../src/engine/onnx/model.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float16Bits, float32, int32, int64, uint8, type Tensor } from '../../../src/engine/tensor.ts';
import { convModel, modelOf } from './models.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow' } as const;

describe('Session', () => {
  it('passes every element type in and out unchanged', async () => {
    const tensors: Record<string, Tensor> = {
      a: float32([2], [1.5, -2]),
      b: float16Bits([2], new Uint16Array([0x3c00, 0xc000])),
      c: int64([2], [-1, Number.MAX_SAFE_INTEGER]),
      d: int32([2], [-7, 2 ** 31 - 1]),
      e: uint8([2], new Uint8Array([0, 255])),
      f: { dtype: 'bool', shape: [2], data: new Uint8Array([0, 1]) },
    };
    const info = (suffix: string) =>
      Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name: name + suffix, dtype, shape }));
    const nodes = Object.keys(tensors).map((name): OnnxNode => ({
      opType: 'Identity',
      name,
      inputs: [name],
      outputs: [`${name}Out`],
      attributes: {},
    }));
    const session = await Session.create(encodeModel(modelOf({ nodes, inputs: info(''), outputs: info('Out') })), cpu);
    const outputs = await session.run(tensors);
    for (const [name, tensor] of Object.entries(tensors)) assert.deepEqual(outputs[`${name}Out`], tensor);
    await session.release();
  });

  it('computes only the outputs that are asked for', async () => {
    const node = (name: string): OnnxNode => ({ opType: 'Neg', name, inputs: ['x'], outputs: [name], attributes: {} });
    const value = (name: string) => ({ name, dtype: 'float32' as const, shape: ['n'] });
    const graph = { nodes: [node('a'), node('b')], inputs: [value('x')], outputs: [value('a'), value('b')] };
    const session = await Session.create(encodeModel(modelOf(graph)), cpu);
    assert.deepEqual(session.inputNames, ['x']);
    assert.deepEqual(session.outputNames, ['a', 'b']);
    assert.deepEqual(await session.run({ x: float32([1], [2]) }, ['b']), { b: float32([1], [-2]) });
    await session.release();
  });

  it('says so when the model is not one', async () => {
    await assert.rejects(Session.create(new Uint8Array(20), cpu));
  });

  it('runs the same graph in onnxruntime-web and gets the same numbers', async () => {
    const web = await import('onnxruntime-web');
    web.env.wasm.numThreads = 1;
    const x = float32(
      [1, 3, 8, 8],
      Array.from({ length: 192 }, (_, i) => Math.cos(i)),
    );
    const results: Tensor[] = [];
    for (const runtime of [undefined, web]) {
      const session = await Session.create(encodeModel(convModel()), cpu, runtime);
      const { y } = await session.run({ x });
      results.push(y!);
      await session.release();
    }
    const [node, wasm] = results as [Tensor, Tensor];
    assert.deepEqual(wasm.shape, node.shape);
    node.data.forEach((value, i) => assert.ok(Math.abs(Number(value) - Number(wasm.data[i])) < 1e-5));
  });
});
