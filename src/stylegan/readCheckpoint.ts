import { createHash } from 'node:crypto';
import { UserError } from '../base/userError.ts';
import type { Architecture } from './architecture.ts';
import { fileKind } from './fileKind.ts';
import { persistentModule, readNetworkPickle, tensorflowNetwork } from './networkPickle.ts';
import { PickleObject, PickleTuple, type PickleValue } from './pickle/pickleValue.ts';
import { looksLikeStylegan1, type Parameters, readStylegan1 } from './stylegan1/checkpoint.ts';
import { readTorchFile } from './torch/readTorchFile.ts';
import { isStateDict, stateDictOf, tensorNames } from './torch/stateDict.ts';
import { TorchTensor } from './torch/torchTensor.ts';

export interface Checkpoint {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

const imported = 'this version imports StyleGAN 1 `.for_g_all.pt` files';

/**
 * Reads a generator from somebody else's checkpoint. What the file is, is found out from its contents; `file` serves
 * messages only.
 * @throws UserError: one sentence that names `file` and what is wrong with it, or what else it is.
 */
export function readCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const kind = fileKind(bytes);
  switch (kind.kind) {
    case 'other':
      throw new UserError(`${file} is ${kind.seems}; ${imported}.`);
    case 'pickle': {
      const seems = networkName(readNetworkPickle(bytes, file));
      throw new UserError(`${file} is ${seems}; ${imported}.`);
    }
    case 'torch': {
      const value = readTorchFile(bytes, file);
      if (!isStateDict(value) || !looksLikeStylegan1(tensorNames(value))) {
        throw new UserError(`${file} is ${torchName(value)}; ${imported}.`);
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { ...readStylegan1(stateDictOf(value, file, bytes.length), file), sha256 };
    }
  }
}

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
  const ema = value.get('g_ema');
  if (ema instanceof Map && isRosinality2(tensorNames(ema))) return 'a StyleGAN 2 checkpoint (rosinality)';
  if (keys.includes('g_running')) return 'a StyleGAN 1 training file (rosinality, style-based-gan-pytorch)';
  if (keys.includes('G_ema')) return 'a dict of networks whose "G_ema" is not an NVIDIA pickle';
  if (keys.includes('state_dict')) return 'a training checkpoint (PyTorch Lightning or alike) of another network';

  const names = tensorNames(value);
  if (names.length === 0) return `a PyTorch file without weights${listOf(keys)}`;
  if (isRosinality2(names)) return 'the generator of a StyleGAN 2 checkpoint (rosinality)';
  if (names.some((name) => /^generator\.progression\./.test(name))) {
    return 'a StyleGAN 1 generator of another program (rosinality, style-based-gan-pytorch)';
  }
  if (names.some((name) => /(^|\.)(from_?rgb|final_conv|final_linear|mbstd|minibatch_?std|epilogue)/i.test(name))) {
    return 'a discriminator without its generator';
  }
  return `a PyTorch state dict of another network${listOf(names)}`;
}

function isRosinality2(names: readonly string[]): boolean {
  return names.includes('input.input') && names.some((name) => /^convs\.\d+\.conv\.modulation\./.test(name));
}

/** What a bare pickle seems to be. */
function networkName(value: PickleValue): string {
  if (value instanceof Map) {
    const generator = value.get('G_ema') ?? value.get('G');
    const meta =
      generator instanceof PickleObject && generator.type === persistentModule ? generator.args[0] : undefined;
    if (meta instanceof Map) {
      const synthesis = moduleOf(meta, 'synthesis');
      const family = synthesis && moduleOf(synthesis, 'input') ? 'StyleGAN 3' : 'StyleGAN 2';
      return `a ${family} checkpoint (NVIDIA, PyTorch pickle)`;
    }
    if (isStateDict(value)) return 'a plain pickle of PyTorch tensors that torch.save did not write';
  }
  const first = value instanceof PickleTuple ? value.items.at(-1) : value;
  if (first instanceof PickleObject && first.type === tensorflowNetwork) {
    const version = first.state instanceof Map ? first.state.get('version') : undefined;
    const family = version === 3 ? 'StyleGAN 1' : version === 4 ? 'StyleGAN 2' : 'StyleGAN';
    return `a ${family} checkpoint (NVIDIA, TensorFlow pickle)`;
  }
  if (first instanceof PickleObject && first.type === 'tfutil.Network') return 'a Progressive GAN (TensorFlow pickle)';
  if (first instanceof PickleObject && first.type === persistentModule)
    return 'a single NVIDIA network (PyTorch pickle)';
  return 'a pickle of something else';
}

/** The child `name` in the reduced form of a persistent module. */
function moduleOf(meta: Map<PickleValue, PickleValue>, name: string): Map<PickleValue, PickleValue> | undefined {
  const state = meta.get('state');
  const modules = state instanceof Map ? state.get('_modules') : undefined;
  const child = modules instanceof Map ? modules.get(name) : undefined;
  const childMeta = child instanceof PickleObject ? child.args[0] : undefined;
  return childMeta instanceof Map ? childMeta : undefined;
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 3).map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60));
  return ` (${shown.join(', ')}${names.length > 3 ? ', …' : ''})`;
}
