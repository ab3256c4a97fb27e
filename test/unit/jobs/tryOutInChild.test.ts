import assert from 'node:assert/strict';
import { tryOutInChild } from '../../../src/jobs/trial/tryOutInChild.ts';
import { importOnnxGenerator } from '../../../src/stylegan/onnx/importOnnxGenerator.ts';
import type { TryOut } from '../../../src/stylegan/onnx/trial.ts';
import { tinyGraph, tinyModel } from '../stylegan/foreignModel.ts';

const never = new AbortController().signal;

function imported(bytes: Uint8Array, tryOut: TryOut) {
  return importOnnxGenerator({ model: { file: 'x.onnx', bytes }, name: 'x', choice: { features: ['f4'] }, tryOut });
}

describe('a strange model that is run in a process of its own', function () {
  this.timeout(60_000);
  const { nodes } = tinyGraph();
  // onnxruntime 1.30 takes the scales' number from the tensor that should be a vector of four, and writes over its stack.
  const crashing = tinyModel({
    nodes: nodes.map((node) => (node.opType === 'Resize' ? { ...node, inputs: ['small', '', 'rgb'] } : node)),
  });

  it('gives what it gives in this one', async () => {
    const here = await importOnnxGenerator({ model: { file: 'x.onnx', bytes: tinyModel() }, name: 'x', choice: { features: ['f4'] } }); // prettier-ignore
    assert.deepEqual(await imported(tinyModel(), tryOutInChild(never)), here);
  });

  it('is refused with a sentence when it does not run, crashes the runtime, or takes too long', async () => {
    const other = tinyModel({ nodes: [{ ...nodes[0]!, opType: 'Nonsense' }, ...nodes.slice(1)] });
    await assert.rejects(imported(other, tryOutInChild(never)), /^UserError: x\.onnx can't be run: .*Nonsense.*\.$/);
    await assert.rejects(imported(crashing, tryOutInChild(never)), /^UserError: x\.onnx can't be run: .+\.$/);
    await assert.rejects(
      imported(tinyModel(), tryOutInChild(never, { milliseconds: 1 })),
      /^UserError: x\.onnx can't be run: it took more than 1 s for three images\.$/,
    );
  });

  it('ends when the import is stopped', async () => {
    const stop = new AbortController();
    const running = tryOutInChild(stop.signal)(tinyModel(), 4);
    stop.abort(new Error('stopped'));
    await assert.rejects(running, /^Error: stopped$/);
  });
});
