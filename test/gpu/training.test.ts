import assert from 'node:assert/strict';
import { RUNNING, TRAINED } from '../../src/interpreter/ensemble.ts';
import { tinyTraining } from '../unit/interpreter/tinyTraining.ts';
import { runOnSoftwareAdapter } from './softwareAdapter.ts';

describe('training on the WebGPU provider, on the software adapter', function () {
  this.timeout(120_000);

  it('without a node on the CPU: loss within 1e-4 relative, weights within 1e-3 after five steps', async function () {
    const cpu = await tinyTraining('cpu');
    const script = new URL('./trainingChild.ts', import.meta.url);
    const webgpu = (await runOnSoftwareAdapter(this, script, {})) as Record<string, Float32Array>;
    assert.deepEqual(Object.keys(webgpu).sort(), Object.keys(cpu).sort());
    cpu['loss']!.forEach((loss, i) => {
      assert.ok(Math.abs(webgpu['loss']![i]! - loss) < 1e-4 * loss, `loss ${i}: ${webgpu['loss']![i]} and ${loss}`);
    });
    for (const name of [...TRAINED, ...RUNNING]) {
      cpu[name]!.forEach((value, i) => {
        assert.ok(Math.abs(webgpu[name]![i]! - value) < 1e-3, `${name}[${i}]: ${webgpu[name]![i]} and ${value}`);
      });
    }
  });
});
