import assert from 'node:assert/strict';
import { relativeDifference } from '../../src/engine/providers.ts';
import { runOnSoftwareAdapter } from './softwareAdapter.ts';
import type { WebgpuAnswer } from './providerChild.ts';

describe('the WebGPU provider, on the software adapter', function () {
  this.timeout(120_000);
  let answer: WebgpuAnswer;
  before(async function () {
    answer = (await runOnSoftwareAdapter(this, new URL('./providerChild.ts', import.meta.url), {})) as WebgpuAnswer;
  });

  it("agrees with the CPU on the probe's convolutions, none of which ran on the CPU", () => {
    const difference = relativeDifference(answer.webgpu, answer.cpu);
    assert.ok(difference < 1e-5, String(difference));
  });

  it('loses to the CPU in the ladder, because software is slower, and is named', () => {
    assert.equal(answer.auto.chosen, 'cpu');
    const webgpu = answer.auto.tried.find((t) => t.provider === 'webgpu');
    assert.equal(webgpu?.outcome, 'slower');
    assert.match(webgpu.detail, /^WebGPU took \d+ ms for the small probe, the CPU \d/);
  });

  it('is used when it is asked for by name', () => {
    assert.equal(answer.explicit.chosen, 'webgpu');
    assert.match(answer.explicit.tried[0]!.detail, /because the setting asks for it/);
  });

  it('refuses a graph with an operation it lacks when the CPU is forbidden, and takes it otherwise', () => {
    assert.match(answer.forbidden, /fallback to CPU EP has been explicitly disabled/);
    assert.equal(answer.allowed, 'started started ');
  });
});
