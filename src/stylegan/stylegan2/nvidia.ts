import { float32, type Tensor } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import { refuseUnknown } from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import { noiseName } from '../noiseName.ts';
import type { NvidiaModule } from '../nvidiaModule.ts';
import { numberOf } from '../pickle/numpyArray.ts';
import { stateDictOf } from '../torch/stateDict.ts';
import { assembleStylegan2, checkResampleFilter, reshaped } from './assemble.ts';
import type { Stylegan2Architecture } from './architecture.ts';

const structures = ['skip', 'orig', 'resnet'] as const;

/**
 * Reads the generator of stylegan2-ada-pytorch, or a StyleGAN 2 of the stylegan3 repository.
 * @param fileBytes size of the file, which bounds how many values can be meant
 * @param chosenClass of a conditional network
 * @throws UserError that names `file` and what does not fit.
 */
export function readNvidiaStylegan2(
  generator: NvidiaModule,
  file: string,
  fileBytes: number,
  chosenClass?: number,
): ImportedNetwork {
  const found = new Map<string, Tensor>();
  const unknown: string[] = [];
  for (const [key, tensor] of stateDictOf(generator.tensors(file), file, fileBytes)) {
    if (key.endsWith('.resample_filter')) checkResampleFilter(tensor, 1, key, file);
    else {
      const name = canonicalName(key);
      if (name === undefined) unknown.push(key);
      else found.set(name, shaped(name, tensor));
    }
  }
  refuseUnknown(unknown, 'StyleGAN 2', file);
  for (const [key, module] of layers(generator, ['conv0', 'conv1'])) {
    // A network that was made without noise: the same as noise of no strength.
    if (module.get('use_noise') === false) found.set(`${key}.noise`, float32([1]));
  }
  checkActivations(generator, file);
  return assembleStylegan2(
    found,
    { structure: structureOf(generator, file), clamp: clampOf(generator, file), chosenClass, assumed: [] },
    file,
  );
}

function canonicalName(key: string): string | undefined {
  if (key === 'mapping.w_avg') return 'w_avg';
  const mapping = /^mapping\.(?:fc(\d{1,2})|embed)\.(weight|bias)$/.exec(key);
  if (mapping) return `mapping.${mapping[1] ?? 'embed'}.${mapping[2]!}`;
  const [, resolution, rest] = /^synthesis\.b(\d{1,5})\.(.+)$/.exec(key) ?? [];
  if (!resolution || !rest) return undefined;
  if (rest === 'const') return `synthesis.${resolution}.const`;
  if (rest === 'skip.weight') return `synthesis.${resolution}.skip.weight`;
  const [, module, part] = /^(conv0|conv1|torgb)\.(.+)$/.exec(rest) ?? [];
  if (!module || !part) return undefined;
  if (part === 'noise_const') {
    const block = Math.log2(Number(resolution)) - 2;
    return noiseName(module === 'conv0' ? 2 * block - 1 : 2 * block);
  }
  const name = {
    weight: 'weight',
    bias: 'bias',
    noise_strength: 'noise',
    'affine.weight': 'style.weight',
    'affine.bias': 'style.bias',
  }[part];
  return name && `synthesis.${resolution}.${module}.${name}`;
}

function shaped(name: string, tensor: Tensor): Tensor {
  if (name.endsWith('.const') && tensor.shape.length === 3) return reshaped(tensor, [1, ...tensor.shape]);
  if (name.endsWith('.noise') && tensor.shape.length === 0) return reshaped(tensor, [1]);
  if (name.startsWith('noise.') && tensor.shape.length === 2) return reshaped(tensor, [1, 1, ...tensor.shape]);
  return tensor;
}

/** The synthesis blocks with their modules of one of the names. */
function* layers(
  generator: NvidiaModule,
  names: readonly string[],
): Generator<readonly [key: string, module: NvidiaModule]> {
  for (const [name, block] of generator.child('synthesis')?.children() ?? []) {
    for (const layer of names) {
      const module = block.child(layer);
      if (module) yield [`synthesis.${name.slice(1)}.${layer}`, module];
    }
  }
}

function structureOf(generator: NvidiaModule, file: string): Stylegan2Architecture['structure'] {
  const [block] = generator.child('synthesis')?.children().values() ?? [];
  const said = block?.get('architecture') ?? 'skip';
  const structure = structures.find((known) => known === said);
  if (structure) return structure;
  throw new UserError(`${file}: its synthesis blocks are of an unknown kind; skip, orig and resnet are known.`);
}

/** What all layers clamp at. */
function clampOf(generator: NvidiaModule, file: string): number | null {
  const limits = new Set<number | null>();
  for (const [, module] of layers(generator, ['conv0', 'conv1', 'torgb']))
    limits.add(numberOf(module.get('conv_clamp')) ?? null);
  if (limits.size > 1) throw new UserError(`${file}: its layers clamp at different values, which is not known.`);
  return [...limits][0] ?? null;
}

function checkActivations(generator: NvidiaModule, file: string): void {
  const modules = [...layers(generator, ['conv0', 'conv1']), ...(generator.child('mapping')?.children() ?? [])];
  for (const [name, module] of modules) {
    const activation = module.get('activation');
    if (typeof activation === 'string' && activation !== 'lrelu' && activation !== 'linear')
      throw new UserError(`${file}: ${name} has the activation ${activation.slice(0, 40)}; only lrelu is known.`);
  }
}
