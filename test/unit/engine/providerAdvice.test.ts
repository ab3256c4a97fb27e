import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardFromProc, machineFacts } from '../../../src/engine/machineFacts.ts';
import { providerAdvice, type MachineFacts } from '../../../src/engine/providerAdvice.ts';

const linux: MachineFacts = { platform: 'linux', arch: 'x64', runtimeVersion: '1.30.0' };
const onCpu = { chosen: 'cpu', tried: [] } as const;
const advice = (facts: Partial<MachineFacts>) => providerAdvice({ ...linux, ...facts }, onCpu).join('\n');

describe('the advice of dgan doctor', () => {
  it('is silent when an accelerator is in use', () => {
    assert.deepEqual(providerAdvice(linux, { chosen: 'webgpu', tried: [] }), []);
  });

  it('names CUDA, cuDNN, the driver, the libraries with their version and --ort for an NVIDIA card on Linux', () => {
    const text = advice({ nvidia: 'NVIDIA A100' });
    assert.match(text, /^The NVIDIA A100 can be used through CUDA 12 .* cuDNN 9 .* driver 525/);
    assert.match(text, /version 1\.30\.0: the NuGet package Microsoft\.ML\.OnnxRuntime\.Gpu\.Linux/);
    assert.match(text, /--ort <folder>/);
  });

  it('asks what the libraries miss when --ort is given already', () => {
    assert.match(advice({ nvidia: '', ortFolder: '/opt/ort' }), /ldd \/opt\/ort\/libonnxruntime_providers_cuda\.so/);
  });

  it('has a sentence for every other machine', () => {
    assert.match(advice({}), /Vulkan driver/);
    assert.match(advice({ arch: 'arm64' }), /has only the CPU/);
    assert.match(advice({ platform: 'win32' }), /DirectX 12/);
    assert.match(advice({ platform: 'darwin', arch: 'arm64' }), /CoreML/);
    assert.match(advice({ platform: 'darwin' }), /Intel/);
    assert.match(advice({ platform: 'freebsd' }), /not on freebsd/);
  });

  it("finds NVIDIA's card in /proc", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dgan-nvidia-'));
    try {
      assert.equal(await cardFromProc(join(folder, 'none')), undefined);
      await mkdir(join(folder, 'gpus', '0000:01:00.0'), { recursive: true });
      const text = 'Model: \t\t NVIDIA GeForce RTX 3090\nIRQ:   \t\t 130\n';
      await writeFile(join(folder, 'gpus', '0000:01:00.0', 'information'), text);
      assert.equal(await cardFromProc(folder), 'NVIDIA GeForce RTX 3090');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("knows the installed runtime's version", async () => {
    assert.match((await machineFacts()).runtimeVersion, /^1\.\d+\.\d+$/);
  });
});
