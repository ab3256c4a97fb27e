import { float32, type Tensor } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import { refuseUnknown } from '../checkedParameters.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import { noiseName } from '../noiseName.ts';
import { numberOf } from '../pickle/numpyArray.ts';
import { fromTensorflow, type TensorflowNetwork } from '../tensorflowNetwork.ts';
import { assembleStylegan2, reshaped } from './assemble.ts';

/**
 * Reads `Gs` of NVlabs/stylegan2 or stylegan2-ada (TensorFlow): the conversion of stylegan2-ada-pytorch's legacy.py.
 * @param fileBytes size of the file, which bounds how many values can be meant
 * @throws UserError that names `file` and what does not fit.
 */
export function readTensorflowStylegan2(network: TensorflowNetwork, file: string, fileBytes: number): ImportedNetwork {
  if ((numberOf(network.setting('label_size')) ?? 0) > 0)
    throw new UserError(
      `${file} is conditional, which is read from NVIDIA's PyTorch pickles only: convert it with stylegan2-ada-pytorch's legacy.py.`,
    );
  const found = new Map<string, Tensor>();
  const unknown: string[] = [];
  const take = (
    variables: ReadonlyMap<string, Tensor>,
    convert: (name: string, tensor: Tensor) => readonly [string, Tensor] | 'ignored' | undefined,
  ) => {
    for (const [name, tensor] of variables) {
      const converted = convert(name, tensor);
      if (converted === undefined) unknown.push(name);
      else if (converted !== 'ignored') found.set(...converted);
    }
  };
  take(network.component('mapping')?.variables(file, fileBytes) ?? new Map(), mappingVariable);
  take(network.component('synthesis')?.variables(file, fileBytes) ?? new Map(), synthesisVariable);
  const average = network.variables(file, fileBytes).get('dlatent_avg');
  if (average) found.set('w_avg', average);
  refuseUnknown(unknown, 'StyleGAN 2', file);
  const structure = network.setting('architecture') ?? 'skip';
  if (structure !== 'skip' && structure !== 'orig' && structure !== 'resnet')
    throw new UserError(`${file}: its synthesis network is of an unknown kind; skip, orig and resnet are known.`);
  const clamp = numberOf(network.setting('conv_clamp')) ?? null;
  return assembleStylegan2(found, { structure, clamp, assumed: [] }, file);
}

/** `Dense0/weight` → mapping.0.weight, which StyleGAN 1 and 2 share. */
export function mappingVariable(name: string, tensor: Tensor): readonly [string, Tensor] | 'ignored' | undefined {
  const dense = /^Dense(\d{1,2})\/(weight|bias)$/.exec(name);
  if (dense) return [`mapping.${dense[1]!}.${dense[2]!}`, fromTensorflow(tensor)];
  return name === 'lod' ? 'ignored' : undefined;
}

function synthesisVariable(name: string, tensor: Tensor): readonly [string, Tensor] | 'ignored' | undefined {
  if (name === 'lod') return 'ignored';
  const noise = /^noise(\d{1,2})$/.exec(name);
  if (noise) return [noiseName(Number(noise[1])), tensor];
  const [, resolution, module, part] = /^(\d{1,5})x\1\/(Const|Conv|Conv0_up|Conv1|ToRGB|Skip)\/(\w+)$/.exec(name) ?? [];
  if (!resolution || !module || !part) return undefined;
  const block = `synthesis.${resolution}`;
  if (module === 'Const') return part === 'const' ? [`${block}.const`, tensor] : undefined;
  if (module === 'Skip') return part === 'weight' ? [`${block}.skip.weight`, fromTensorflow(tensor)] : undefined;
  const layer = `${block}.${{ Conv: 'conv1', Conv0_up: 'conv0', Conv1: 'conv1', ToRGB: 'torgb' }[module]!}`;
  switch (part) {
    case 'weight':
      return [`${layer}.weight`, fromTensorflow(tensor, { flip: module === 'Conv0_up' })];
    case 'bias':
      return [`${layer}.bias`, tensor];
    case 'mod_weight':
      return [`${layer}.style.weight`, fromTensorflow(tensor)];
    case 'mod_bias':
      return [`${layer}.style.bias`, plusOne(tensor)];
    case 'noise_strength':
      return [`${layer}.noise`, reshaped(tensor, [1])];
    default:
      return undefined;
  }
}

function plusOne(tensor: Tensor): Tensor {
  return tensor.dtype === 'float32'
    ? float32(
        tensor.shape,
        tensor.data.map((value) => value + 1),
      )
    : tensor;
}
