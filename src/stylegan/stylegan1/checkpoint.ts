import type { Tensor, TensorOf } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import type { Stylegan1Architecture, Stylegan1Block } from '../architecture.ts';
import { printable } from '../pickle/readPickle.ts';
import type { StateDict } from '../torch/stateDict.ts';
import { type ParameterSlot, stylegan1Parameters } from './parameters.ts';

/** Weights by the names of `stylegan1Parameters`, as they stand in the checkpoint (no gains applied). */
export type Parameters = ReadonlyMap<string, TensorOf<'float32'>>;

export interface Stylegan1Checkpoint {
  readonly architecture: Stylegan1Architecture;
  readonly parameters: Parameters;
}

/** What torch.nn.InstanceNorm2d adds to the variance, in the program that these files are made for. */
const torchEpsilon = 1e-5;

/** From this resolution on upsampling and convolution are one operation ("fused_scale" = auto in NVlabs/stylegan). */
const firstFusedResolution = 128;

const blockKey = /^g_synthesis\.blocks\.(\d+)x(\d+)\./;
const kernelKey = (resolution: number): string =>
  `g_synthesis.blocks.${resolution}x${resolution}.conv0_up.intermediate.kernel`;

/** Whether the names are those of a StyleGAN 1 generator in the layout of `.for_g_all.pt`. */
export function looksLikeStylegan1(names: readonly string[]): boolean {
  return names.some((name) => /^g_(mapping|synthesis)\./.test(name));
}

/**
 * Reads a generator in the layout of `karras2019stylegan-*.for_g_all.pt`. All sizes are those of the tensors.
 * @throws UserError that names `file` and the part which is missing, unknown or of another size than its neighbours.
 */
export function readStylegan1(stateDict: StateDict, file: string): Stylegan1Checkpoint {
  const architecture = architectureOf(stateDict, file);
  const slots = stylegan1Parameters(architecture);
  const kernels = architecture.blocks.filter(({ blur }) => blur).map(({ resolution }) => kernelKey(resolution));
  refuseUnknown(stateDict, new Set([...slots.map(({ checkpointKey }) => checkpointKey), ...kernels]), file);
  for (const key of kernels) checkBlurKernel(stateDict.get(key)!, key, file);
  return { architecture, parameters: new Map(slots.map((slot) => [slot.name, checkedTensor(stateDict, slot, file)])) };
}

function architectureOf(stateDict: StateDict, file: string): Stylegan1Architecture {
  /** One size of a tensor that must have `rank` of them. */
  const size = (key: string, axis: number, rank: number): number => {
    const tensor = stateDict.get(key);
    if (!tensor) throw missing(file, key);
    if (tensor.shape.length !== rank || tensor.shape.includes(0)) {
      throw new UserError(`${file}: ${key} has the shape [${tensor.shape.join(', ')}], expected ${rank} sizes.`);
    }
    return tensor.shape[axis]!;
  };

  const mappingLayers = countLayers(stateDict);
  const lastLayer = `g_mapping.dense${Math.max(0, mappingLayers - 1)}.weight`;
  const blocks = resolutionsOf(stateDict, file).map((resolution): Stylegan1Block => {
    const key = `g_synthesis.blocks.${resolution}x${resolution}`;
    if (resolution === 4) return { resolution, channels: size(`${key}.const`, 1, 4), upsampling: 'none', blur: false };
    return {
      resolution,
      channels: size(`${key}.conv0_up.weight`, 0, 4),
      upsampling: resolution < firstFusedResolution ? 'nearest' : 'fused',
      blur: stateDict.has(kernelKey(resolution)),
    };
  });
  return {
    family: 'stylegan1',
    resolution: blocks.at(-1)!.resolution,
    zSize: size('g_mapping.dense0.weight', 1, 2),
    wSize: size(lastLayer, 0, 2),
    mappingLayers,
    mappingWidth: size('g_mapping.dense0.weight', 0, 2),
    imageChannels: size('g_synthesis.torgb.weight', 0, 4),
    blocks,
    epsilon: torchEpsilon,
  };
}

function countLayers(stateDict: StateDict): number {
  const numbers = [...stateDict.keys()].flatMap((key) => /^g_mapping\.dense(\d{1,3})\./.exec(key)?.[1] ?? []);
  return 1 + Math.max(-1, ...numbers.map(Number));
}

/** 4, 8, … without a gap. */
function resolutionsOf(stateDict: StateDict, file: string): number[] {
  const found = new Set<number>();
  for (const key of stateDict.keys()) {
    const [, height, width] = blockKey.exec(key) ?? [];
    if (height !== undefined && height === width) found.add(Number(height));
  }
  const resolutions = [4];
  while (found.has(resolutions.at(-1)! * 2)) resolutions.push(resolutions.at(-1)! * 2);
  const next = resolutions.at(-1)! * 2;
  if (!found.has(4)) throw new UserError(`${file}: synthesis block 4x4 is missing.`);
  if (Math.max(...found) > next) throw new UserError(`${file}: synthesis block ${next}x${next} is missing.`);
  return resolutions;
}

function refuseUnknown(stateDict: StateDict, known: ReadonlySet<string>, file: string): void {
  const unknown = [...stateDict.keys()].filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  const first = unknown.slice(0, 3).map(printable).join(', ');
  const more = unknown.length > 3 ? ` and ${unknown.length - 3} more` : '';
  throw new UserError(`${file} holds tensors that a StyleGAN 1 generator does not have: ${first}${more}.`);
}

function checkedTensor(stateDict: StateDict, slot: ParameterSlot, file: string): TensorOf<'float32'> {
  const { checkpointKey: key, part, shape, axes } = slot;
  const tensor = stateDict.get(key);
  if (!tensor) throw missing(file, key);
  if (tensor.dtype !== 'float32')
    throw new UserError(`${file}: ${part} holds ${tensor.dtype} values, expected floats.`);
  if (tensor.shape.length !== shape.length) {
    throw new UserError(`${file}: ${part} has the shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}].`);
  }
  const axis = shape.findIndex((length, i) => tensor.shape[i] !== length);
  if (axis >= 0) {
    throw new UserError(`${file}: ${part} has ${tensor.shape[axis]!} ${axes[axis]!}, expected ${shape[axis]!}.`);
  }
  if (!allFinite(tensor.data)) {
    throw new UserError(
      `${file}: ${part} (${key}) holds values that are no finite numbers; the file is damaged or its training diverged.`,
    );
  }
  return tensor;
}

/** A plain loop: a large generator has tens of millions of values. */
function allFinite(values: Float32Array): boolean {
  // 0·x is 0 for finite x and NaN for all others.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0;
}

/** The graph blurs with [1,2,1]⊗[1,2,1]/16; a network trained with something else would come out wrong. */
function checkBlurKernel(kernel: Tensor, key: string, file: string): void {
  const binomial = [1, 2, 1].flatMap((a) => [1, 2, 1].map((b) => (a * b) / 16));
  const same = kernel.dtype === 'float32' && kernel.data.length === 9;
  if (!same || binomial.some((value, i) => !(Math.abs(kernel.data[i]! - value) < 1e-6))) {
    throw new UserError(
      `${file}: ${key} is not the blur of StyleGAN 1 ([1,2,1]⊗[1,2,1]/16), which is the only one known.`,
    );
  }
}

function missing(file: string, key: string): UserError {
  return new UserError(`${file}: ${key} is missing; the file is damaged, or holds only a part of a generator.`);
}
