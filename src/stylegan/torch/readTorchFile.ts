import { UserError } from '../../base/userError.ts';
import { ByteReader } from '../pickle/byteReader.ts';
import { Malformed } from '../pickle/malformed.ts';
import { numpyGlobals } from '../pickle/numpyGlobals.ts';
import { PickleGlobal, PickleTuple, type PickleValue } from '../pickle/pickleValue.ts';
import { printable } from '../../base/printable.ts';
import { interpret } from '../pickle/readPickle.ts';
import { bytesPerElement, type ElementType } from '../stridedArray.ts';
import { isZip, type ZipEntry, zipEntries } from '../zipEntries.ts';
import { storageTypes } from './elementTypes.ts';
import { torchGlobals } from './torchGlobals.ts';
import { count, type StorageData, TorchStorage } from './torchTensor.ts';

/** The pickle of the number 0x1950a86a20f9469cfc6c, with which legacy files of torch.save begin. */
const legacyMagic = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Which of the containers of torch.save the bytes begin like. */
export function torchContainer(bytes: Uint8Array): 'zip' | 'legacy' | undefined {
  if (isLegacyTorch(bytes)) return 'legacy';
  return isZip(bytes) ? 'zip' : undefined;
}

export function isLegacyTorch(bytes: Uint8Array): boolean {
  return legacyMagic.every((byte, i) => bytes[i] === byte);
}

/**
 * The object that `torch.save` wrote, with its tensors as views of `bytes`. Both containers are read: ZIP (torch ≥ 1.6)
 * and legacy (pickles back to back; torch.serialization._legacy_load). Nothing in the file is run.
 * @throws UserError that names `file`.
 */
export function readTorchFile(bytes: Uint8Array, file: string): PickleValue {
  try {
    const container = torchContainer(bytes);
    if (!container) throw new Malformed('it is no file of torch.save');
    return container === 'zip' ? readZip(bytes) : readLegacy(bytes).value;
  } catch (error) {
    if (error instanceof Malformed) throw new UserError(`${file} can't be read: ${error.message}.`, { cause: error });
    throw error;
  }
}

/** Training files may keep numpy's scalars beside the weights. */
const findGlobal = (name: string): PickleGlobal | undefined => torchGlobals.get(name) ?? numpyGlobals.get(name);

function readZip(bytes: Uint8Array): PickleValue {
  const entries = zipEntries(bytes);
  const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickleName === undefined)
    throw new Malformed('it is a ZIP archive, but not one of torch.save (no data.pkl in it)');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder && Buffer.from(stored(byteOrder)).toString('latin1') !== 'little') {
    throw new Malformed('it was saved on a big-endian machine');
  }
  const storages = new Map<string, StorageData>();
  const persistentLoad = storageLoader(storages, (key, type) => {
    const entry = entries.get(`${folder}data/${key}`);
    if (!entry) throw new Malformed(`the data of its storage ${printable(key)} are missing`);
    return { type, bytes: stored(entry) };
  });
  const { value } = interpret(stored(entries.get(pickleName)!), { globals: findGlobal, persistentLoad });
  return value;
}

/** torch aligns and never packs its entries, so that they can be mapped into memory. */
function stored(entry: ZipEntry): Uint8Array {
  if (entry.compression !== 'stored') {
    throw new Malformed(`its entry ${printable(entry.name)} is packed, which torch.save never does (re-zipped?)`);
  }
  return entry.packed;
}

/**
 * Reads a legacy stream: four pickles (magic, version, system, object), the list of storage keys, and per key the number
 * of elements (int64) and the raw data.
 * @returns also the offset at which the raw data begin, which says how much of the stream had to be interpreted.
 * @throws Malformed
 */
export function readLegacy(bytes: Uint8Array): { value: PickleValue; dataStart: number } {
  const plain = { globals: findGlobal };
  const version = interpret(bytes, plain, legacyMagic.length);
  if (version.value !== 1001) throw new Malformed('it is a legacy torch.save file of an unknown version');
  const system = interpret(bytes, plain, version.end);
  if (system.value instanceof Map && system.value.get('little_endian') === false) {
    throw new Malformed('it was saved on a big-endian machine');
  }
  const storages = new Map<string, StorageData>();
  const persistentLoad = storageLoader(storages, (_, type) => ({ type, bytes: undefined }));
  const object = interpret(bytes, { ...plain, persistentLoad }, system.end);
  const keys = interpret(bytes, plain, object.end);
  if (!Array.isArray(keys.value)) throw new Malformed('its list of storages is missing');

  const reader = new ByteReader(bytes, keys.end);
  for (const key of keys.value) {
    const storage = storages.get(keyText(key));
    if (!storage) throw new Malformed('it lists a storage that nothing refers to');
    storage.bytes = reader.take(reader.u64() * bytesPerElement[storage.type]);
  }
  return { value: object.value, dataStart: keys.end };
}

/**
 * Resolves `('storage', type, key, location, length)`, in legacy files with a sixth part `None` or
 * `(view key, offset, length)`.
 */
function storageLoader(
  storages: Map<string, StorageData>,
  find: (key: string, type: ElementType) => StorageData,
): (id: PickleValue) => PickleValue {
  return (id) => {
    const [kind, type, key, , length, view] = id instanceof PickleTuple ? id.items : [];
    if (kind !== 'storage' || !(type instanceof PickleGlobal) || key === undefined) {
      throw new Malformed('its pickle refers to data in an unknown way');
    }
    const elementType = storageTypes[type.name.replace(/^torch\.(storage\.)?/, '')];
    if (!elementType) throw new Malformed(`its pickle refers to a storage of type ${printable(type.name)}`);
    const name = keyText(key);
    const data = storages.get(name) ?? find(name, elementType);
    storages.set(name, data);
    if (!(view instanceof PickleTuple)) return new TorchStorage(data, elementType, 0, count(length, 'storage length'));
    return new TorchStorage(data, elementType, count(view.items[1], 'offset'), count(view.items[2], 'length'));
  };
}

function keyText(key: PickleValue): string {
  if (typeof key !== 'string' && typeof key !== 'number') throw new Malformed('its pickle names a storage by no text');
  return String(key);
}
