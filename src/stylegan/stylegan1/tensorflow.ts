import type { Tensor } from '../../engine/tensor.ts';
import {
  checkedParameter,
  checkedParameters,
  imageChannels,
  refuseUnknown,
  resolutionsFrom4,
  sizeIn,
} from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import { noiseName } from '../noiseName.ts';
import { vectorSlot } from '../parameterSlot.ts';
import { mappingVariable } from '../stylegan2/tensorflow.ts';
import { fromTensorflow, type TensorflowNetwork } from '../tensorflowNetwork.ts';
import type { Stylegan1Architecture, Stylegan1Block } from './architecture.ts';
import { firstFusedResolution } from './checkpoint.ts';
import { stylegan1Parameters } from './parameters.ts';

/** What TensorFlow's instance normalisation adds to the variance (NVlabs/stylegan, networks_stylegan.py). */
const tensorflowEpsilon = 1e-8;

/**
 * Reads `Gs` of NVlabs/stylegan.
 * @param fileBytes size of the file, which bounds how many values can be meant
 * @throws UserError that names `file` and what does not fit.
 */
export function readTensorflowStylegan1(network: TensorflowNetwork, file: string, fileBytes: number): ImportedNetwork {
  const found = new Map<string, Tensor>();
  const unknown: string[] = [];
  for (const [part, convert] of [
    ['mapping', mappingVariable],
    ['synthesis', synthesisVariable],
  ] as const) {
    for (const [name, tensor] of network.component(part)?.variables(file, fileBytes) ?? []) {
      const converted = convert(name, tensor);
      if (converted === undefined) unknown.push(name);
      else if (converted !== 'ignored') found.set(...converted);
    }
  }
  refuseUnknown(unknown, 'StyleGAN 1', file);
  const average = network.variables(file, fileBytes).get('dlatent_avg');
  const architecture = architectureOf(found, file);
  const noise = architecture.blocks.flatMap(({ resolution }, block) =>
    [2 * block, 2 * block + 1].flatMap((layer) => {
      const shape = [1, 1, resolution, resolution];
      const slot = { name: noiseName(layer), part: `noise ${layer}`, shape, axes: ['', '', 'rows', 'columns'] };
      return found.has(slot.name) ? [checkedParameter(found, slot, file)] : [];
    }),
  );
  const wAvg =
    average &&
    checkedParameter(new Map([['w_avg', average]]), vectorSlot('w_avg', 'dlatent_avg', architecture.wSize), file);
  return {
    architecture,
    parameters: checkedParameters(found, stylegan1Parameters(architecture), file),
    ...(wAvg ? { wAvg } : {}),
    ...(noise.length === 2 * architecture.blocks.length ? { noise } : {}),
    assumed: ["Instance normalisation adds 1e-8 to the variance, as NVIDIA's program does."],
  };
}

function architectureOf(found: ReadonlyMap<string, Tensor>, file: string): Stylegan1Architecture {
  const size = (name: string, axis: number, rank: number) => sizeIn(found, name, axis, rank, file);
  const numbers = [...found.keys()].flatMap((key) => /^mapping\.(\d{1,2})\./.exec(key)?.[1] ?? []);
  const mappingLayers = 1 + Math.max(-1, ...numbers.map(Number));
  const sizes = [...found.keys()].flatMap((key) => /^synthesis\.(\d{1,5})\./.exec(key)?.[1] ?? []);
  const resolutions = resolutionsFrom4(new Set(sizes.map(Number)), file);
  const blocks = resolutions.map((resolution): Stylegan1Block => ({
    resolution,
    channels: size(`synthesis.${resolution}.conv.weight`, 0, 4),
    upsampling: resolution === 4 ? 'none' : resolution < firstFusedResolution ? 'nearest' : 'fused',
    blur: resolution > 4,
  }));
  return {
    family: 'stylegan1',
    resolution: resolutions.at(-1)!,
    zSize: size('mapping.0.weight', 1, 2),
    wSize: size(`mapping.${Math.max(0, mappingLayers - 1)}.weight`, 0, 2),
    mappingLayers,
    mappingWidth: size('mapping.0.weight', 0, 2),
    imageChannels: imageChannels(size('torgb.weight', 0, 4), file),
    blocks,
    epsilon: tensorflowEpsilon,
  };
}

function synthesisVariable(name: string, tensor: Tensor): readonly [string, Tensor] | 'ignored' | undefined {
  const noise = /^noise(\d{1,2})$/.exec(name);
  if (noise) return [noiseName(Number(noise[1])), tensor];
  const rgb = /^ToRGB_lod(\d{1,2})\/(weight|bias)$/.exec(name);
  // Those of lower resolutions served while the network was growing.
  if (rgb) return rgb[1] === '0' ? [`torgb.${rgb[2]!}`, fromTensorflow(tensor)] : 'ignored';
  if (name === 'lod') return 'ignored';
  const [, resolution, module, part] = /^(\d{1,5})x\1\/(Const|Conv|Conv0_up|Conv1)\/([\w/]+)$/.exec(name) ?? [];
  if (!resolution || !module || !part) return undefined;
  const block = `synthesis.${resolution}`;
  const layer = module === 'Const' || module === 'Conv0_up' ? 0 : 1;
  switch (part) {
    case 'const':
      return [`${block}.const`, tensor];
    case 'weight':
      return [`${block}.${layer === 0 ? 'up' : 'conv'}.weight`, fromTensorflow(tensor)];
    case 'bias':
      return [module === 'Const' ? `${block}.bias` : `${block}.${layer === 0 ? 'up' : 'conv'}.bias`, tensor];
    case 'Noise/weight':
      return [`${block}.noise${layer}.weight`, tensor];
    case 'StyleMod/weight':
    case 'StyleMod/bias':
      return [`${block}.style${layer}.${part.slice('StyleMod/'.length)}`, fromTensorflow(tensor)];
    default:
      return undefined;
  }
}
