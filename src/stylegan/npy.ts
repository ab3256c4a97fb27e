import { type Tensor } from '../engine/tensor.ts';
import { UserError } from '../base/userError.ts';
import { ByteReader } from './pickle/byteReader.ts';
import { Malformed } from './pickle/malformed.ts';
import { denseTensor, type ElementType, rowMajor } from './stridedArray.ts';
import { entryBytes, zipEntries } from './zipEntries.ts';

/** numpy's type descriptions that we read. Floats become float32. */
const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['<f2', 'float16'],
  ['<f4', 'float32'],
  ['<f8', 'float64'],
  ['<i8', 'int64'],
  ['<i4', 'int32'],
  ['<i2', 'int16'],
  ['|i1', 'int8'],
  ['|u1', 'uint8'],
  ['|b1', 'bool'],
]);

const mostArchiveBytes = 2 ** 31;

/**
 * Reads a `.npy` file (versions 1–3): numpy.lib.format. Floating point of any width becomes float32.
 * @throws UserError that names `file`.
 */
export function readNpy(bytes: Uint8Array, file: string): Tensor {
  return naming(file, () => parseNpy(bytes));
}

/**
 * Reads a `.npz` archive: its arrays by name, without `.npy`.
 * @throws UserError that names `file` and the array.
 */
export function readNpz(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const arrays = new Map<string, Tensor>();
  let left = mostArchiveBytes;
  for (const entry of naming(file, () => zipEntries(bytes)).values()) {
    if (!entry.name.endsWith('.npy')) throw new UserError(`${file}: its entry ${entry.name} is no .npy array.`);
    const name = entry.name.slice(0, -'.npy'.length);
    const tensor = naming(`${file} (array ${name})`, () => parseNpy(entryBytes(entry, left)));
    left -= tensor.data.byteLength;
    arrays.set(name, tensor);
  }
  return arrays;
}

function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new UserError(`${file} can't be read: ${error.message}.`, { cause: error });
    throw error;
  }
}

function parseNpy(bytes: Uint8Array): Tensor {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 8 || magic.some((byte, i) => bytes[i] !== byte)) throw new Malformed('it is no .npy array');
  const reader = new ByteReader(bytes, 6);
  const version = reader.u16() & 0xff;
  if (version < 1 || version > 3) throw new Malformed(`it is a .npy array of version ${version}; 1 to 3 are known`);
  const header = reader.latin1(version === 1 ? reader.u16() : reader.u32());
  const { type, columnMajor, shape } = parseHeader(header);
  const strides = columnMajor ? rowMajor(shape.toReversed()).toReversed() : rowMajor(shape);
  try {
    return denseTensor(
      { bytes: reader.take(reader.remaining), type, offset: 0, shape, strides },
      Math.max(bytes.length, 1),
    );
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`its array ${error.message} (cut off?)`);
    throw error;
  }
}

/** The header is a Python dict literal that numpy always writes in the same way; anything else is refused. */
function parseHeader(header: string): { type: ElementType; columnMajor: boolean; shape: number[] } {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d, ]*)\)/.exec(header)?.[1];
  if (order === undefined || sizes === undefined) throw new Malformed('its .npy header is damaged');
  const type = descr === undefined ? undefined : elementTypes.get(descr);
  if (!type) {
    const known = [...elementTypes.keys()].join(', ');
    throw new Malformed(`its values are of type ${descr ?? 'unknown (a structured array?)'}; readable are ${known}`);
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  return { type, columnMajor: order === 'True', shape };
}
