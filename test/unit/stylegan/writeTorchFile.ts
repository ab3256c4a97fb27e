import { zipSync } from 'fflate';

/** A tensor as torch.save describes it; `storage` names one of the storages of the file. */
export interface WrittenTensor {
  readonly storage: string;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export interface WrittenStorage {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** The number of elements that the pickle states. */
  readonly length: number;
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

/** Opcodes of protocol 2. */
export const op = {
  start: Buffer.from([0x80, 2]),
  stop: ascii('.'),
  mark: ascii('('),
  none: ascii('N'),
  global: (module: string, name: string): Buffer => ascii(`c${module}\n${name}\n`),
  text: (text: string): Buffer => Buffer.concat([ascii('X'), u32(Buffer.byteLength(text)), Buffer.from(text)]),
  /** LONG1 of eight bytes. */
  int: (value: number): Buffer => Buffer.concat([Buffer.from([0x8a, 8]), u64(value)]),
  tuple: (...items: Buffer[]): Buffer => Buffer.concat([ascii('('), ...items, ascii('t')]),
  reduce: (callee: Buffer, ...args: Buffer[]): Buffer => Buffer.concat([callee, op.tuple(...args), ascii('R')]),
  dict: (items: readonly (readonly [string, Buffer])[]): Buffer =>
    Buffer.concat([ascii('}('), ...items.flatMap(([key, value]) => [op.text(key), value]), ascii('u')]),
  list: (...items: Buffer[]): Buffer => Buffer.concat([ascii(']('), ...items, ascii('e')]),
  persistent: (id: Buffer): Buffer => Buffer.concat([id, ascii('Q')]),
};

export const pickle = (...operations: Buffer[]): Buffer => Buffer.concat([op.start, ...operations, op.stop]);

function pickledTensors(
  tensors: Readonly<Record<string, WrittenTensor>>,
  storages: Readonly<Record<string, WrittenStorage>>,
  legacy: boolean,
): Buffer {
  return op.dict(
    Object.entries(tensors).map(([name, { storage, offset = 0, shape, strides }]) => {
      const { type, length } = storages[storage]!;
      const id = [op.text('storage'), op.global('torch', type), op.text(storage), op.text('cpu'), op.int(length)];
      return [
        name,
        op.reduce(
          op.global('torch._utils', '_rebuild_tensor_v2'),
          op.persistent(op.tuple(...id, ...(legacy ? [op.none] : []))),
          op.int(offset),
          op.tuple(...shape.map(op.int)),
          op.tuple(...strides.map(op.int)),
          Buffer.from([0x89]),
          op.reduce(op.global('collections', 'OrderedDict')),
        ),
      ];
    }),
  );
}

/** A dict of tensors in one of the containers of torch.save. */
export function writeTorchFile(
  container: 'zip' | 'legacy',
  tensors: Readonly<Record<string, WrittenTensor>>,
  storages: Readonly<Record<string, WrittenStorage>>,
): Uint8Array {
  const object = pickle(pickledTensors(tensors, storages, container === 'legacy'));
  return container === 'zip' ? torchZip(object, storages) : torchLegacy(object, storages);
}

export function torchZip(object: Buffer, storages: Readonly<Record<string, WrittenStorage>> = {}): Uint8Array {
  const entries = Object.entries(storages).map(([key, { bytes }]) => [`archive/data/${key}`, bytes] as const);
  return zipSync(
    { 'archive/data.pkl': object, 'archive/byteorder': ascii('little'), ...Object.fromEntries(entries) },
    { level: 0 },
  );
}

export function torchLegacy(object: Buffer, storages: Readonly<Record<string, WrittenStorage>> = {}): Uint8Array {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
  const version = pickle(op.int(1001));
  const system = pickle(op.dict([['little_endian', Buffer.from([0x88])]]));
  const keys = pickle(op.list(...Object.keys(storages).map(op.text)));
  const data = Object.values(storages).flatMap(({ bytes, length }) => [u64(length), bytes]);
  return new Uint8Array(Buffer.concat([magic, version, system, object, keys, ...data]));
}
