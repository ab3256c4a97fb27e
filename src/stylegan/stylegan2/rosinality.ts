import { float32, type Tensor } from '../../engine/tensor.ts';
import { refuseUnknown } from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import { noiseName } from '../noiseName.ts';
import type { StateDict } from '../torch/stateDict.ts';
import { assembleStylegan2, checkResampleFilter, reshaped } from './assemble.ts';

/** Whether the names are those of a generator of rosinality/stylegan2-pytorch. */
export function looksLikeRosinality2(names: readonly string[]): boolean {
  return names.includes('input.input') && names.some((name) => /^conv1\.conv\.modulation\./.test(name));
}

/**
 * Reads `g_ema` of rosinality/stylegan2-pytorch (model.py).
 * @throws UserError that names `file` and what does not fit.
 */
export function readRosinality2(
  stateDict: StateDict,
  latentAverage: Tensor | undefined,
  file: string,
): ImportedNetwork {
  const found = new Map<string, Tensor>();
  const unknown: string[] = [];
  for (const [key, tensor] of stateDict) {
    if (/\.(blur|upsample)\.kernel$/.test(key)) checkResampleFilter(tensor, 4, key, file);
    else {
      const name = canonicalName(key);
      if (name === undefined) unknown.push(key);
      else found.set(name, converted(name, tensor));
    }
  }
  refuseUnknown(unknown, 'StyleGAN 2', file);
  if (latentAverage) found.set('w_avg', latentAverage);
  return assembleStylegan2(
    found,
    {
      structure: 'skip',
      clamp: null,
      assumed: ['Image outputs are added up from block to block (skip) and nothing is clamped, as in its program.'],
    },
    file,
  );
}

function canonicalName(key: string): string | undefined {
  const noise = /^noises\.noise_(\d{1,2})$/.exec(key);
  if (noise) return noiseName(Number(noise[1]));
  const mapping = /^style\.([1-9]\d?)\.(weight|bias)$/.exec(key);
  if (mapping) return `mapping.${Number(mapping[1]) - 1}.${mapping[2]!}`;
  if (key === 'input.input') return 'synthesis.4.const';
  const [, module, index, rest] = /^(conv1|to_rgb1|convs|to_rgbs)\.(?:(\d{1,2})\.)?(.+)$/.exec(key) ?? [];
  const part = rest && partNames[rest];
  if (!module || !part || (index === undefined) !== module.endsWith('1')) return undefined;
  const n = Number(index ?? 0);
  if (module === 'conv1') return `synthesis.4.conv1.${part}`;
  if (module === 'to_rgb1') return `synthesis.4.torgb.${part}`;
  if (module === 'to_rgbs') return `synthesis.${8 * 2 ** n}.torgb.${part}`;
  return `synthesis.${8 * 2 ** Math.floor(n / 2)}.conv${n % 2}.${part}`;
}

const partNames: Readonly<Record<string, string>> = {
  'conv.weight': 'weight',
  'conv.modulation.weight': 'style.weight',
  'conv.modulation.bias': 'style.bias',
  'noise.weight': 'noise',
  'activate.bias': 'bias',
  bias: 'bias',
};

/** To NVIDIA's shapes and scale: its convolutions have no gain of 1/√fan-in before demodulation. */
function converted(name: string, tensor: Tensor): Tensor {
  if (name.endsWith('.torgb.bias')) return reshaped(tensor, [tensor.data.length]);
  if (!/^synthesis\..*(conv\d|torgb)\.weight$/.test(name) || tensor.shape.length !== 5 || tensor.dtype !== 'float32')
    return tensor;
  const shape = tensor.shape.slice(1);
  if (name.endsWith('.torgb.weight')) return reshaped(tensor, shape);
  const gain = 1 / Math.sqrt(shape[1]! * shape[2]! * shape[3]!);
  return float32(
    shape,
    tensor.data.map((value) => gain * value),
  );
}
