import { Malformed } from './pickle/malformed.ts';
import { numpyGlobals } from './pickle/numpyGlobals.ts';
import { type PickleConstructor, PickleGlobal, PickleObject, type PickleValue } from './pickle/pickleValue.ts';
import { readPickle } from './pickle/readPickle.ts';
import { isLegacyTorch, readLegacy } from './torch/readTorchFile.ts';
import { torchGlobals } from './torch/torchGlobals.ts';

/** Type of the objects into which NVIDIA's `torch_utils.persistence` pickles its modules; the one argument is a dict. */
export const persistentModule = 'torch_utils.persistence';
/** Type of the networks that NVIDIA's TensorFlow programs pickle; the state is a dict. */
export const tensorflowNetwork = 'dnnlib.tflib.network.Network';

const keeping =
  (type: string): PickleConstructor =>
  (args) =>
    new PickleObject(type, args);

/** A legacy torch.save stream inside the pickle: how tensors are pickled outside of torch.save. */
const loadFromBytes: PickleConstructor = ([stream], budget) => {
  if (!(stream instanceof Uint8Array) || !isLegacyTorch(stream)) {
    throw new Malformed('its pickle holds a tensor that torch.save did not write');
  }
  const { value, dataStart } = readLegacy(stream);
  // The same stream may be loaded again and again; what counts is the part that had to be interpreted.
  budget.spend(16 * dataStart);
  return value;
};

const networkGlobals = new Map(
  Object.entries<PickleConstructor | undefined>({
    'torch.storage._load_from_bytes': loadFromBytes,
    // The source text in its argument (`module_src`) is text like any other and is never run.
    'torch_utils.persistence._reconstruct_persistent_obj': keeping(persistentModule),
    'dnnlib.util.EasyDict': () => new Map<PickleValue, PickleValue>(),
    'dnnlib.EasyDict': () => new Map<PickleValue, PickleValue>(),
    'dnnlib.tflib.network.Network': keeping(tensorflowNetwork),
    // Progressive GAN, the same idea one generation earlier.
    'tfutil.Network': keeping('tfutil.Network'),
  }).map(([name, construct]) => [name, new PickleGlobal(name, construct)]),
);

/**
 * Reads a bare pickle with the names that NVIDIA's network pickles mention (StyleGAN 2 and 3 in PyTorch, 1 and 2 in
 * TensorFlow) as data.
 * @throws UserError that names `file`, and a name that is not on the list.
 */
export function readNetworkPickle(bytes: Uint8Array, file: string): PickleValue {
  const globals = (name: string): PickleGlobal | undefined =>
    networkGlobals.get(name) ?? torchGlobals.get(name) ?? numpyGlobals.get(name);
  // Every tensor's little stream is interpreted, and large networks have many.
  return readPickle(bytes, file, { globals, budgetBytes: 2 ** 28 + 4 * bytes.length }).value;
}
