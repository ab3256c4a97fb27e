import { encodeModel } from '../../src/engine/onnx/codec.ts';
import type { OnnxModel } from '../../src/engine/onnx/model.ts';
import { chooseProvider, thisMachine, type ProviderMachine } from '../../src/engine/providers.ts';
import type { ProbeResult } from '../../src/engine/probe.ts';
import { messageOf } from '../../src/base/userError.ts';
import { Session } from '../../src/engine/session.ts';
import { answerOnSoftwareAdapter } from './softwareAdapter.ts';
import { convModel, modelOf } from '../unit/engine/models.ts';

export interface WebgpuAnswer {
  readonly webgpu: Float32Array;
  readonly cpu: Float32Array;
  readonly auto: Awaited<ReturnType<typeof chooseProvider>>;
  readonly explicit: Awaited<ReturnType<typeof chooseProvider>>;
  readonly forbidden: string;
  readonly allowed: string;
}

async function answer(): Promise<WebgpuAnswer> {
  const here = await thisMachine(1);
  const known = new Map<string, Promise<ProbeResult>>();
  const machine: ProviderMachine = {
    ...here,
    probe: (provider, size) => {
      const key = `${provider} ${size}`;
      const result = known.get(key) ?? here.probe(provider, size); // seconds each, in software
      known.set(key, result);
      return result;
    },
  };
  return {
    webgpu: (await machine.probe('webgpu', 'small')).output,
    cpu: (await machine.probe('cpu', 'small')).output,
    auto: await chooseProvider('auto', machine),
    explicit: await chooseProvider('webgpu', machine),
    forbidden: await started(signModel(), 'forbid'),
    allowed: (await started(convModel(), 'forbid')) + (await started(signModel(), 'allow')),
  };
}

async function started(model: OnnxModel, cpuFallback: 'allow' | 'forbid'): Promise<string> {
  try {
    const session = await Session.create(encodeModel(model), { provider: 'webgpu', cpuFallback });
    await session.release();
    return 'started ';
  } catch (error) {
    return messageOf(error);
  }
}

/** Sign is an operation that the WebGPU provider lacks. */
function signModel(): OnnxModel {
  const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [2] });
  return modelOf({
    nodes: [{ opType: 'Sign', name: 'sign', inputs: ['x'], outputs: ['y'], attributes: {} }],
    inputs: [value('x')],
    outputs: [value('y')],
  });
}

answerOnSoftwareAdapter(answer);
