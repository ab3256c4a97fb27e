import { type Tensor } from '../../engine/tensor.ts';
import { UserError } from '../../base/userError.ts';
import { Malformed } from '../pickle/malformed.ts';
import type { PickleValue } from '../pickle/pickleValue.ts';
import { printable } from '../../base/printable.ts';
import { TorchTensor } from './torchTensor.ts';

/** Weights by name. Floating point of any width has become float32. */
export type StateDict = ReadonlyMap<string, Tensor>;

/** Small checkpoints may hold expanded views; no large one has more values than bytes. */
const alwaysAllowed = 2 ** 20;

/** Whether the value is a dict in which texts name tensors (and possibly other things). */
export function isStateDict(value: PickleValue): value is Map<string, PickleValue> {
  return value instanceof Map && tensorNames(value).length > 0;
}

export function tensorNames(value: Map<PickleValue, PickleValue>): string[] {
  return [...value].flatMap(([name, item]) => (typeof name === 'string' && item instanceof TorchTensor ? [name] : []));
}

/**
 * Dense copies of the tensors of a dict; other values in it are left out.
 * @param fileBytes size of the file, which bounds how many values can be meant.
 * @throws UserError that names `file` and the tensor.
 */
export function stateDictOf(value: Map<PickleValue, PickleValue>, file: string, fileBytes: number): StateDict {
  const tensors = new Map<string, Tensor>();
  let left = Math.max(fileBytes, alwaysAllowed);
  for (const [name, item] of value) {
    if (typeof name !== 'string' || !(item instanceof TorchTensor)) continue;
    try {
      const tensor = item.dense(left);
      left -= tensor.data.length;
      tensors.set(name, tensor);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw new UserError(`${file} can't be read: its tensor ${printable(name)} ${error.message}.`, { cause: error });
    }
  }
  return tensors;
}
