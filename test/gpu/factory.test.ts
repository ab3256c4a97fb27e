import assert from 'node:assert/strict';
import type { FactoryLabels } from './factoryChild.ts';
import { runOnSoftwareAdapter } from './softwareAdapter.ts';

describe('the avatars’ factory on the WebGPU provider, on the software adapter', function () {
  this.timeout(240_000);

  it('gives the CPU’s image, labels and uncertainty from a latent, no operation running on the CPU', async function () {
    const script = new URL('./factoryChild.ts', import.meta.url);
    const { webgpu, cpu } = (await runOnSoftwareAdapter(this, script, {})) as Record<'webgpu' | 'cpu', FactoryLabels>;
    const distance = (a: Float32Array, b: Float32Array) =>
      a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    assert.ok(distance(cpu.image, webgpu.image) < 1e-3);
    assert.ok(distance(cpu.uncertainty, webgpu.uncertainty) < 1e-3);
    const same = cpu.labels.filter((label, i) => label === webgpu.labels[i]).length;
    assert.ok(same >= 0.999 * cpu.labels.length, `${same} of ${cpu.labels.length} labels`);
    assert.ok(new Set(cpu.labels).size > 1, 'all pixels of one class show nothing');
  });
});
