import { Malformed } from '../pickle/malformed.ts';
import {
  type PickleConstructor,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../pickle/pickleValue.ts';
import { dtypes, storageTypes } from './elementTypes.ts';
import { count, TorchStorage, TorchTensor } from './torchTensor.ts';

/** The names that files of `torch.save` may mention, as pure constructors of data. */
export const torchGlobals: ReadonlyMap<string, PickleGlobal> = new Map(
  Object.entries<PickleConstructor | undefined>({
    'collections.OrderedDict': orderedDict,
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensor,
    'torch._utils._rebuild_tensor_v3': rebuildTypedTensor,
    'torch._utils._rebuild_parameter': rebuildParameter,
    'torch._utils._rebuild_parameter_with_state': rebuildParameter,
    'torch.nn.parameter.Parameter': rebuildParameter,
    'torch.Size': ([sizes]) => new PickleTuple(items(sizes)),
    'torch.device': (args) => new PickleObject('torch.device', args),
    // Training files keep their command line beside the weights.
    'argparse.Namespace': (args) => new PickleObject('argparse.Namespace', args),
    'builtins.set': set,
    '__builtin__.set': set,
    ...Object.fromEntries(
      Object.keys(storageTypes).flatMap((name) => [
        [`torch.${name}`, undefined],
        [`torch.storage.${name}`, undefined],
      ]),
    ),
    ...Object.fromEntries(Object.keys(dtypes).map((name) => [`torch.${name}`, undefined])),
  }).map(([name, construct]) => [name, new PickleGlobal(name, construct)]),
);

function orderedDict(args: readonly PickleValue[], budget: { spend(bytes: number): void }): PickleValue {
  if (args.length > 1) throw new Malformed('its pickle makes an OrderedDict of more than one list');
  const pairs = args.length === 0 ? [] : items(args[0]);
  budget.spend(32 * pairs.length);
  const map = new Map<PickleValue, PickleValue>();
  for (const pair of pairs) {
    const [key, value, ...rest] = items(pair);
    if (key === undefined || value === undefined || rest.length > 0) {
      throw new Malformed('its pickle makes an OrderedDict of what are no pairs');
    }
    map.set(key, value);
  }
  return map;
}

function set(args: readonly PickleValue[], budget: { spend(bytes: number): void }): PickleValue {
  const members = args.length === 0 ? [] : items(args[0]);
  budget.spend(32 * members.length);
  return new Set(members);
}

/** (storage, offset, sizes, strides, …): what follows (requires_grad, hooks) does not concern the numbers. */
function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const storage = storageOf(args[0]);
  return new TorchTensor(
    storage,
    storage.elementType,
    count(args[1], 'storage offset'),
    sizes(args[2]),
    sizes(args[3]),
  );
}

/** (storage, offset, sizes, strides, requires_grad, hooks, dtype, …): for types that have no storage class. */
function rebuildTypedTensor(args: readonly PickleValue[]): TorchTensor {
  const dtype = args[6];
  const type = dtype instanceof PickleGlobal ? dtypes[dtype.name.replace(/^torch\./, '')] : undefined;
  if (!type) throw new Malformed('its pickle makes a tensor of an unknown element type');
  return new TorchTensor(storageOf(args[0]), type, count(args[1], 'storage offset'), sizes(args[2]), sizes(args[3]));
}

function rebuildParameter([tensor]: readonly PickleValue[]): TorchTensor {
  if (!(tensor instanceof TorchTensor)) throw new Malformed('its pickle makes a parameter of what is no tensor');
  return tensor;
}

function storageOf(value: PickleValue | undefined): TorchStorage {
  if (!(value instanceof TorchStorage)) throw new Malformed('its pickle makes a tensor of what is no storage');
  return value;
}

function sizes(value: PickleValue | undefined): number[] {
  const list = items(value);
  if (list.length > 32) throw new Malformed(`its pickle makes a tensor of ${list.length} dimensions`);
  return list.map((size) => count(size, 'size or stride'));
}

function items(value: PickleValue | undefined): readonly PickleValue[] {
  if (value instanceof PickleTuple) return value.items;
  if (Array.isArray(value)) return value;
  throw new Malformed('its pickle gives one value where a list is needed');
}
