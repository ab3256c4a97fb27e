import type { Tensor } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import type { Stylegan1Architecture, Stylegan1Block } from './architecture.ts';
import {
  checkedParameters,
  imageChannels,
  missingPart,
  refuseUnknown,
  resolutionsFrom4,
  sizeIn,
} from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import type { StateDict } from '../torch/stateDict.ts';
import { stylegan1Parameters } from './parameters.ts';

/** What torch.nn.InstanceNorm2d adds to the variance, in the program that these files are made for. */
const torchEpsilon = 1e-5;

/** From this resolution on upsampling and convolution are one operation ("fused_scale" = auto in NVlabs/stylegan). */
export const firstFusedResolution = 128;

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
export function readStylegan1(stateDict: StateDict, file: string): ImportedNetwork<Stylegan1Architecture> {
  const architecture = architectureOf(stateDict, file);
  const slots = stylegan1Parameters(architecture);
  const kernels = architecture.blocks.filter(({ blur }) => blur).map(({ resolution }) => kernelKey(resolution));
  const known = new Set([...slots.map(({ checkpointKey }) => checkpointKey), ...kernels]);
  refuseUnknown(
    [...stateDict.keys()].filter((key) => !known.has(key)),
    'StyleGAN 1',
    file,
  );
  for (const key of kernels) checkBlurKernel(stateDict.get(key)!, key, file);
  const found = new Map(
    slots.flatMap(({ name, checkpointKey }) => {
      const tensor = stateDict.get(checkpointKey);
      if (!tensor) throw missingPart(file, checkpointKey);
      return [[name, tensor] as const];
    }),
  );
  return { architecture, parameters: checkedParameters(found, slots, file), assumed: assumptions(architecture) };
}

/** What the tensors of this layout do not tell. */
function assumptions({ blocks }: Stylegan1Architecture): readonly string[] {
  const fused = blocks.some(({ upsampling }) => upsampling === 'fused');
  return [
    'Instance normalisation adds 1e-5 to the variance, as in the PyTorch program that these files are made for.',
    ...(fused
      ? [
          `From ${firstFusedResolution}×${firstFusedResolution} on upsampling and convolution are one operation ("fused_scale" = auto).`,
        ]
      : []),
  ];
}

function architectureOf(stateDict: StateDict, file: string): Stylegan1Architecture {
  const size = (key: string, axis: number, rank: number): number => sizeIn(stateDict, key, axis, rank, file);
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
    imageChannels: imageChannels(size('g_synthesis.torgb.weight', 0, 4), file),
    blocks,
    epsilon: torchEpsilon,
  };
}

function countLayers(stateDict: StateDict): number {
  const numbers = [...stateDict.keys()].flatMap((key) => /^g_mapping\.dense(\d{1,3})\./.exec(key)?.[1] ?? []);
  return 1 + Math.max(-1, ...numbers.map(Number));
}

/** 4, 8, … without a gap. */
function resolutionsOf(stateDict: StateDict, file: string): readonly number[] {
  const found = new Set<number>();
  for (const key of stateDict.keys()) {
    const [, height, width] = blockKey.exec(key) ?? [];
    if (height !== undefined && height === width) found.add(Number(height));
  }
  return resolutionsFrom4(found, file);
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
