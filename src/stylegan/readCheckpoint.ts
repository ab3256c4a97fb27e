import { createHash } from 'node:crypto';
import { UserError } from '../base/userError.ts';
import { checkFits } from './checkFits.ts';
import { fileKind } from './fileKind.ts';
import type { ImportedNetwork } from './importedNetwork.ts';
import { readNetworkPickle } from './networkPickle.ts';
import { NvidiaModule } from './nvidiaModule.ts';
import { PickleObject, PickleTuple, type PickleValue } from './pickle/pickleValue.ts';
import { printable } from '../base/printable.ts';
import { looksLikeStylegan1, readStylegan1 } from './stylegan1/checkpoint.ts';
import { readTensorflowStylegan1 } from './stylegan1/tensorflow.ts';
import { readNvidiaStylegan2 } from './stylegan2/nvidia.ts';
import { looksLikeRosinality2, readRosinality2 } from './stylegan2/rosinality.ts';
import { readTensorflowStylegan2 } from './stylegan2/tensorflow.ts';
import { readNvidiaStylegan3 } from './stylegan3/nvidia.ts';
import { TensorflowNetwork } from './tensorflowNetwork.ts';
import { readTorchFile } from './torch/readTorchFile.ts';
import { isStateDict, stateDictOf, tensorNames } from './torch/stateDict.ts';
import { TorchTensor } from './torch/torchTensor.ts';

export interface Checkpoint extends ImportedNetwork {
  /** What the file is: "a StyleGAN 2 of stylegan2-ada-pytorch". */
  readonly format: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

export interface ReadOptions {
  /** Of a conditional generator. */
  readonly chosenClass?: number | undefined;
}

const known =
  "generators are read from NVIDIA's pickles (StyleGAN 1, 2 and 3), rosinality's StyleGAN 2 files and StyleGAN 1 `.for_g_all.pt` files";

/**
 * Reads a generator from somebody else's checkpoint. What the file is, is found out from its contents; `file` serves
 * messages only.
 * @throws UserError: one sentence that names `file` and what is wrong with it, or what else it is.
 */
export function readCheckpoint(bytes: Uint8Array, file: string, options: ReadOptions = {}): Checkpoint {
  const network = readNetwork(bytes, file, options);
  checkFits(network, file);
  return { ...network, sha256: createHash('sha256').update(bytes).digest('hex') };
}

type Named = ImportedNetwork & { readonly format: string };

function readNetwork(bytes: Uint8Array, file: string, options: ReadOptions): Named {
  const kind = fileKind(bytes);
  switch (kind.kind) {
    case 'onnx':
      throw new UserError(`${file} is an ONNX model; ${known}.`);
    case 'other':
      throw new UserError(`${file} is ${kind.seems}; ${known}.`);
    case 'pickle':
      return readPickled(readNetworkPickle(bytes, file), bytes.length, file, options);
    case 'torch':
      return readTorch(readTorchFile(bytes, file), bytes.length, file, options);
  }
}

function readPickled(value: PickleValue, fileBytes: number, file: string, { chosenClass }: ReadOptions): Named {
  const generator = NvidiaModule.of(value instanceof Map ? value.get('G_ema') : value);
  if (generator?.className === 'Generator') {
    const isStylegan3 = generator.child('synthesis')?.child('input') !== undefined;
    return isStylegan3
      ? { ...readNvidiaStylegan3(generator, file, fileBytes, chosenClass), format: 'a StyleGAN 3 of NVIDIA (PyTorch)' }
      : { ...readNvidiaStylegan2(generator, file, fileBytes, chosenClass), format: 'a StyleGAN 2 of NVIDIA (PyTorch)' };
  }
  // (G, D, Gs): the last is the running average.
  const network = TensorflowNetwork.of(value instanceof PickleTuple ? value.items.at(-1) : value);
  if (network && chosenClass !== undefined)
    throw new UserError(`${file} has no classes to choose from, or they are not known: leave --class out.`);
  if (network?.version === 3)
    return { ...readTensorflowStylegan1(network, file, fileBytes), format: 'a StyleGAN 1 of NVIDIA (TensorFlow)' };
  if (network?.version === 4)
    return { ...readTensorflowStylegan2(network, file, fileBytes), format: 'a StyleGAN 2 of NVIDIA (TensorFlow)' };
  throw new UserError(`${file} is ${networkName(value)}; ${known}.`);
}

function readTorch(value: PickleValue, fileBytes: number, file: string, { chosenClass }: ReadOptions): Named {
  const unconditional = (): void => {
    if (chosenClass !== undefined) throw new UserError(`${file} is not conditional: it has no classes to choose from.`);
  };
  if (isStateDict(value) && looksLikeStylegan1(tensorNames(value))) {
    unconditional();
    return { ...readStylegan1(stateDictOf(value, file, fileBytes), file), format: 'a StyleGAN 1 (.for_g_all)' };
  }
  const ema = value instanceof Map ? (value.get('g_ema') ?? value) : undefined;
  if (value instanceof Map && ema instanceof Map && looksLikeRosinality2(tensorNames(ema))) {
    unconditional();
    const average = value.get('latent_avg');
    const mean = average === undefined ? new Map<PickleValue, PickleValue>() : new Map([['latent_avg', average]]);
    const { latent_avg: latentAverage } = Object.fromEntries(stateDictOf(mean, file, fileBytes));
    const network = readRosinality2(stateDictOf(ema, file, fileBytes), latentAverage, file);
    return { ...network, format: 'a StyleGAN 2 of rosinality (PyTorch)' };
  }
  throw new UserError(`${file} is ${torchName(value)}; ${known}.`);
}

/** Names of a U-Net that is told the time: Stable Diffusion and alike, guided-diffusion, diffusers. */
const diffusion = /^(model\.diffusion_model|first_stage_model|time_embed(ding)?|unet)\./;

/** What an object of torch.save that is no StyleGAN 1 generator seems to be. */
function torchName(value: PickleValue): string {
  if (value instanceof TorchTensor) return 'a single PyTorch tensor';
  if (value instanceof PickleTuple || Array.isArray(value)) {
    const parts = value instanceof PickleTuple ? value.items : value;
    const holdsGenerator = parts.some((part) => isStateDict(part) && looksLikeStylegan1(tensorNames(part)));
    return holdsGenerator
      ? 'a list of several networks, one of which is a StyleGAN 1 generator that must be saved alone'
      : 'a PyTorch file that holds a list';
  }
  if (!(value instanceof Map)) return 'a PyTorch file that holds no weights';

  const keys = [...value.keys()].filter((key) => typeof key === 'string');
  if (keys.includes('g_running')) return 'a StyleGAN 1 training file (rosinality, style-based-gan-pytorch)';
  if (keys.includes('G_ema')) return 'a dict of networks whose "G_ema" is not an NVIDIA pickle';
  const weights = value.get('state_dict');
  const inner = weights instanceof Map ? tensorNames(weights) : [];
  if ([...inner, ...tensorNames(value)].some((name) => diffusion.test(name)))
    return 'a diffusion model: it makes images in many steps and has no style layers to label them by';
  const trained = ['g', 'G', 'generator'].map((key) => value.get(key)).find((part) => part instanceof Map);
  if (trained && looksLikeRosinality2(tensorNames(trained)))
    return 'a training checkpoint without "g_ema", the running average of the generator that makes the good images: take one that has it, or convert_weight.py\'s';
  if (value.get('d') instanceof Map && !trained) return 'a discriminator without its generator';
  if (keys.includes('state_dict')) return 'a training checkpoint (PyTorch Lightning or alike) of another network';

  const names = tensorNames(value);
  if (names.length === 0) return `a PyTorch file without weights${listOf(keys)}`;
  if (names.some((name) => /^generator\.progression\./.test(name))) {
    return 'a StyleGAN 1 generator of another program (rosinality, style-based-gan-pytorch)';
  }
  if (names.some((name) => /(^|\.)(from_?rgb|final_conv|final_linear|mbstd|minibatch_?std|epilogue)/i.test(name))) {
    return 'a discriminator without its generator';
  }
  return `a PyTorch state dict of another network${listOf(names)}`;
}

/** What a bare pickle without a generator of ours seems to be. */
function networkName(value: PickleValue): string {
  if (value instanceof Map) {
    if (NvidiaModule.of(value.get('G')))
      return 'a training file of NVIDIA without "G_ema", the running average of the generator that makes the good images: take a network-snapshot of a later step';
    if (NvidiaModule.of(value.get('G_ema')))
      return 'a dict of networks of NVIDIA whose "G_ema" is no StyleGAN generator';
    if (NvidiaModule.of(value.get('D'))) return 'a discriminator of NVIDIA without its generator';
    if (isStateDict(value)) return 'a plain pickle of PyTorch tensors that torch.save did not write';
  }
  const module = NvidiaModule.of(value);
  if (module) return `a single ${printable(module.className)} of NVIDIA (PyTorch pickle)`;
  const last = value instanceof PickleTuple ? value.items.at(-1) : value;
  if (last instanceof PickleObject && last.type === 'tfutil.Network') return 'a Progressive GAN (TensorFlow pickle)';
  if (TensorflowNetwork.of(last)) return 'a network of NVIDIA of an unknown version (TensorFlow pickle)';
  return 'a pickle of something else';
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 3).map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60));
  return ` (${shown.join(', ')}${names.length > 3 ? ', …' : ''})`;
}
