import type { Tensor } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import { checkedParameter, checkedParameters, imageChannels, refuseUnknown, sizeIn } from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import type { NvidiaModule } from '../nvidiaModule.ts';
import { vectorSlot } from '../parameterSlot.ts';
import { numberOf, numbersOf } from '../pickle/numpyArray.ts';
import { mappingSizes, reshaped } from '../stylegan2/assemble.ts';
import { stateDictOf } from '../torch/stateDict.ts';
import { stylegan3Schema, type Stylegan3Architecture, type Stylegan3Layer } from './architecture.ts';
import { layerKey, stylegan3Parameters } from './parameters.ts';

/**
 * Reads the generator of NVlabs/stylegan3, configuration T or R.
 * @param fileBytes size of the file, which bounds how many values can be meant
 * @param chosenClass of a conditional network
 * @throws UserError that names `file` and what does not fit.
 */
export function readNvidiaStylegan3(
  generator: NvidiaModule,
  file: string,
  fileBytes: number,
  chosenClass?: number,
): ImportedNetwork {
  const found = new Map<string, Tensor>();
  const unknown: string[] = [];
  for (const [key, tensor] of stateDictOf(generator.tensors(file), file, fileBytes)) {
    const name = canonicalName(key);
    if (name === undefined) unknown.push(key);
    else found.set(name, name.endsWith('.magnitude') ? reshaped(tensor, [1]) : tensor);
  }
  refuseUnknown(unknown, 'StyleGAN 3', file);
  const architecture = architectureOf(generator, found, chosenClass, file);
  return {
    architecture,
    parameters: checkedParameters(found, stylegan3Parameters(architecture), file),
    ...(found.has('w_avg')
      ? { wAvg: checkedParameter(found, vectorSlot('w_avg', 'w_avg', architecture.wSize), file) }
      : {}),
    assumed: [],
  };
}

function canonicalName(key: string): string | undefined {
  if (key === 'mapping.w_avg') return 'w_avg';
  const mapping = /^mapping\.(?:fc(\d{1,2})|embed)\.(weight|bias)$/.exec(key);
  if (mapping) return `mapping.${mapping[1] ?? 'embed'}.${mapping[2]!}`;
  const input = /^synthesis\.input\.(?:(weight|transform|freqs|phases)|affine\.(weight|bias))$/.exec(key);
  if (input) return input[1] ? `input.${input[1]}` : `input.style.${input[2]!}`;
  const [, index, part] = /^synthesis\.L(\d{1,2})_\d+_\d+\.(.+)$/.exec(key) ?? [];
  const name = part && partNames[part];
  return index && name && `${layerKey(Number(index))}.${name}`;
}

const partNames: Readonly<Record<string, string>> = {
  weight: 'weight',
  bias: 'bias',
  'affine.weight': 'style.weight',
  'affine.bias': 'style.bias',
  magnitude_ema: 'magnitude',
  up_filter: 'up',
  down_filter: 'down',
};

function architectureOf(
  generator: NvidiaModule,
  found: ReadonlyMap<string, Tensor>,
  chosenClass: number | undefined,
  file: string,
): Stylegan3Architecture {
  const synthesis = generator.child('synthesis');
  const input = synthesis?.child('input');
  const modules = [...(synthesis?.children() ?? [])].filter(([name]) => /^L\d/.test(name));
  modules.sort(([a], [b]) => Number.parseInt(a.slice(1)) - Number.parseInt(b.slice(1)));
  const layers = modules.map(([name, module], i) => layerOf(module, i, name, found, file));
  const last = layers.at(-1);
  if (!last) throw new UserError(`${file}: its synthesis network has no layers.`);
  const architecture = stylegan3Schema.safeParse({
    family: 'stylegan3',
    resolution: last.size,
    ...mappingSizes(found, chosenClass, file),
    imageChannels: imageChannels(last.outputs, file),
    input: {
      channels: sizeIn(found, 'input.weight', 0, 2, file),
      size: squareSize(input, 'size'),
      samplingRate: numberOf(input?.get('sampling_rate')),
      bandwidth: numberOf(input?.get('bandwidth')),
    },
    layers,
    outputScale: numberOf(synthesis?.get('output_scale')) ?? 0.25,
  });
  if (architecture.success) return architecture.data;
  const [issue] = architecture.error.issues;
  throw new UserError(`${file}: ${issue!.path.join('.')} of its synthesis network is missing or of an unknown kind.`);
}

function layerOf(
  module: NvidiaModule,
  i: number,
  name: string,
  found: ReadonlyMap<string, Tensor>,
  file: string,
): Stylegan3Layer {
  const key = layerKey(i);
  const number = (attribute: string): number => {
    const value = numberOf(module.get(attribute));
    if (value === undefined) throw new UserError(`${file}: synthesis layer ${name} says no ${attribute}.`);
    return value;
  };
  const taps = (which: string): [number] | [number, number] | null => {
    const shape = found.get(`${key}.${which}`)?.shape ?? null;
    return shape as [number] | [number, number] | null;
  };
  const padding = numbersOf(module.get('padding'));
  if (padding?.length !== 4) throw new UserError(`${file}: synthesis layer ${name} says no padding.`);
  return {
    inputs: sizeIn(found, `${key}.weight`, 1, 4, file),
    outputs: sizeIn(found, `${key}.weight`, 0, 4, file),
    kernel: sizeIn(found, `${key}.weight`, 2, 4, file),
    size: squareSize(module, 'out_size') ?? 0,
    samplingRate: number('out_sampling_rate'),
    up: number('up_factor'),
    down: number('down_factor'),
    upTaps: taps('up'),
    downTaps: taps('down'),
    padding: padding as unknown as [number, number, number, number],
    clamp: numberOf(module.get('conv_clamp')) ?? null,
    isToRgb: number('is_torgb') === 1,
  };
}

/** Width and height as one number, or undefined where they differ. */
function squareSize(module: NvidiaModule | undefined, attribute: string): number | undefined {
  const sizes = numbersOf(module?.get(attribute));
  return sizes?.length === 2 && sizes[0] === sizes[1] ? sizes[0] : undefined;
}
