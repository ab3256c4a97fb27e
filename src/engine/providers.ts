import { messageOf, UserError } from '../base/userError.ts';
import { probe, type ProbeResult, type ProbeSize } from './probe.ts';
import { nodeRuntime, type ProviderName } from './session.ts';

export type ProviderSetting = 'auto' | ProviderName;

export type ProviderOutcome = 'chosen' | 'not in this build' | 'failed to start' | 'disagrees' | 'slower';

/** What came of one execution provider, with a sentence for the person. */
export interface TriedProvider {
  readonly provider: ProviderName;
  readonly outcome: ProviderOutcome;
  readonly detail: string;
  /** Of the probe graph, where it ran, in milliseconds. */
  readonly timings?: { readonly own: number; readonly cpu: number };
}

/** The provider that is to run everything, and what was tried before it, in that order. */
export interface ProviderChoice {
  readonly chosen: ProviderName;
  readonly tried: readonly TriedProvider[];
}

/** What the ladder stands on; tests put in their own. */
export interface ProviderMachine {
  readonly platform: string;
  readonly arch: string;
  /** The providers that this build of onnxruntime-node has. */
  readonly supported: readonly string[];
  readonly probe: (provider: ProviderName, size: ProbeSize) => Promise<ProbeResult>;
}

export const providerLabel: Readonly<Record<ProviderName, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
};

/**
 * The largest difference from the CPU that counts as agreement, relative to the largest value: wrong kernels are far
 * beyond it, the shortened products of TF32 and of half precision (2^-11 each) within it.
 */
const tolerance = 2e-3;

/** The providers worth trying on a platform, the best first; the CPU is the last everywhere. */
export function candidates(platform: string): readonly ProviderName[] {
  switch (platform) {
    case 'win32':
      return ['dml', 'webgpu', 'cpu'];
    case 'darwin':
      return ['coreml', 'webgpu', 'cpu'];
    case 'linux':
      return ['cuda', 'webgpu', 'cpu'];
    default:
      return ['cpu'];
  }
}

/** The providers that the installed onnxruntime-node is built with. It drops others from a request in silence. */
async function supportedProviders(): Promise<string[]> {
  return (await nodeRuntime()).listSupportedBackends().map((backend) => backend.name);
}

/** This machine, for `chooseProvider`. @param threads for the CPU's side of the comparison; all cores unless told */
export async function thisMachine(threads?: number): Promise<ProviderMachine> {
  return {
    platform: process.platform,
    arch: process.arch,
    supported: await supportedProviders(),
    probe: (provider, size) => probe(provider, size, threads),
  };
}

/**
 * Finds the provider to run on. 'auto' takes the first candidate that is in the build, starts, agrees with the CPU on a
 * small convolutional graph and is quicker than it. A provider that is asked for by name must start and agree; when it
 * is slower the choice says so but is kept.
 * @throws UserError when the provider that was asked for can't be had
 */
export async function chooseProvider(setting: ProviderSetting, machine: ProviderMachine): Promise<ProviderChoice> {
  if (setting === 'cpu') {
    return { chosen: 'cpu', tried: [{ provider: 'cpu', outcome: 'chosen', detail: 'The setting asks for the CPU.' }] };
  }
  const cpu = { small: await machine.probe('cpu', 'small'), large: await machine.probe('cpu', 'large') };
  if (setting !== 'auto') return explicitChoice(await tryProvider(setting, cpu, machine));

  const tried: TriedProvider[] = [];
  for (const provider of candidates(machine.platform)) {
    const result = provider === 'cpu' ? cpuChosen(cpu.large) : await tryProvider(provider, cpu, machine);
    tried.push(result);
    if (result.outcome !== 'chosen') continue;
    // The CPU works everywhere: who prefers it shall see it.
    if (provider !== 'cpu') tried.push({ ...cpuChosen(cpu.large), outcome: 'slower' });
    return { chosen: provider, tried };
  }
  throw new Error('The CPU is a candidate everywhere.');
}

function cpuChosen(cpu: ProbeResult): TriedProvider {
  return {
    provider: 'cpu',
    outcome: 'chosen',
    detail: `The CPU took ${duration(cpu.milliseconds)} for the probe.`,
    timings: { own: cpu.milliseconds, cpu: cpu.milliseconds },
  };
}

function explicitChoice(result: TriedProvider): ProviderChoice {
  const label = providerLabel[result.provider];
  switch (result.outcome) {
    case 'chosen':
      return { chosen: result.provider, tried: [result] };
    case 'slower': {
      const detail = `${result.detail} It is used because the setting asks for it.`;
      return { chosen: result.provider, tried: [{ ...result, outcome: 'chosen', detail }] };
    }
    case 'not in this build':
    case 'failed to start':
    case 'disagrees':
      throw new UserError(
        `The setting asks for ${label}, which can't be used: ${result.detail} ` +
          "Choose 'auto' or 'cpu', or see `dgan doctor` for what is missing.",
      );
  }
}

/**
 * First the small graph, for agreement: a software renderer, which would need half a minute for the large one, gives
 * itself away there. Then the large one, for speed.
 */
async function tryProvider(
  provider: ProviderName,
  cpu: Readonly<Record<ProbeSize, ProbeResult>>,
  machine: ProviderMachine,
): Promise<TriedProvider> {
  const label = providerLabel[provider];
  if (!machine.supported.includes(provider)) {
    const detail = `onnxruntime-node for ${machine.platform} ${machine.arch} is built without ${label}.`;
    return { provider, outcome: 'not in this build', detail };
  }
  try {
    const small = await machine.probe(provider, 'small');
    const untrue = disagreement(provider, small, cpu.small);
    if (untrue) return untrue;
    if (small.milliseconds > cpu.large.milliseconds) return compared(provider, small, cpu.small, 'small probe');
    const large = await machine.probe(provider, 'large');
    return disagreement(provider, large, cpu.large) ?? compared(provider, large, cpu.large, 'probe');
  } catch (error) {
    return { provider, outcome: 'failed to start', detail: `${label} did not start: ${reason(error)}.` };
  }
}

function disagreement(provider: ProviderName, result: ProbeResult, cpu: ProbeResult): TriedProvider | undefined {
  const difference = relativeDifference(result.output, cpu.output);
  if (difference <= tolerance) return undefined;
  const size = Number.isFinite(difference)
    ? `by ${(100 * difference).toPrecision(2)} % of the largest value`
    : 'wholly';
  const detail = `${providerLabel[provider]} differs from the CPU ${size} on a convolution, so its results can't be trusted.`;
  return { provider, outcome: 'disagrees', detail, timings: { own: result.milliseconds, cpu: cpu.milliseconds } };
}

function compared(provider: ProviderName, result: ProbeResult, cpu: ProbeResult, what: string): TriedProvider {
  const timings = { own: result.milliseconds, cpu: cpu.milliseconds };
  const detail = `${providerLabel[provider]} took ${duration(timings.own)} for the ${what}, the CPU ${duration(timings.cpu)}.`;
  return { provider, outcome: timings.own < timings.cpu ? 'chosen' : 'slower', detail, timings };
}

/** The largest difference relative to the largest value of `b`; NaN or Infinity when the two can't be compared. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(d)) return NaN;
    difference = Math.max(difference, d);
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return difference === 0 ? 0 : difference / largest;
}

function duration(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** The end of an ONNX Runtime message that a person can use: without source files, C++ signatures and conditions. */
function reason(error: unknown): string {
  const line = messageOf(error).replaceAll(/\s+/g, ' ').trim();
  const afterCondition = line.replace(/^.* was false\.\s*/, '');
  const afterSource = afterCondition.replace(/^\S*\.(?:cc|h|cpp):\d+ (?:.*\) )?/, '');
  const text = (afterSource === '' ? line : afterSource).replace(/\.$/, '');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
