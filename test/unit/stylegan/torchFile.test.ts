import assert from 'node:assert/strict';
import { zipSync, type Zippable } from 'fflate';
import fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { fromHalf, rowMajor } from '../../../src/stylegan/stridedArray.ts';
import { readTorchFile } from '../../../src/stylegan/torch/readTorchFile.ts';
import { isStateDict, type StateDict, stateDictOf } from '../../../src/stylegan/torch/stateDict.ts';
import { op, pickle, torchLegacy, torchZip, writeTorchFile, type WrittenStorage } from './writeTorchFile.ts';

const containers = ['zip', 'legacy'] as const;

function read(bytes: Uint8Array): StateDict {
  const value = readTorchFile(bytes, 'x.pt');
  assert.ok(isStateDict(value));
  return stateDictOf(value, 'x.pt', bytes.length);
}

function refuses(bytes: Uint8Array, sentence: RegExp): void {
  assert.throws(() => read(bytes), { name: UserError.name, message: sentence });
}

const bytesOf = (
  array: Float32Array | Float64Array | Uint16Array | BigInt64Array | Int16Array | Int8Array,
): Uint8Array => new Uint8Array(array.buffer);

const floats = (values: readonly number[]): WrittenStorage => ({
  type: 'FloatStorage',
  bytes: bytesOf(Float32Array.from(values)),
  length: values.length,
});

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** A view with any shape, strides (0 as in expand, transposed, with gaps) and offset, and the storage it needs. */
const views = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 9 })), { maxLength: 4 }).chain((axes) =>
  fc.record({
    shape: fc.constant(axes.map(([size]) => size)),
    strides: fc.constant(axes.map(([, stride]) => stride)),
    offset: fc.nat({ max: 5 }),
  }),
);

for (const container of containers) {
  describe(`torch.save, ${container} container`, () => {
    it('shows every view as PyTorch would: element i,j lies at offset + i·s₀ + j·s₁', () => {
      fc.assert(
        fc.property(views, ({ shape, strides, offset }) => {
          const values = upTo(offset + shape.reduce((sum, size, i) => sum + size * strides[i]!, 1));
          const file = writeTorchFile(
            container,
            { t: { storage: 'a', offset, shape, strides } },
            { a: floats(values) },
          );
          let expected = [offset];
          shape.forEach((size, axis) => {
            expected = expected.flatMap((position) => upTo(size).map((i) => position + i * strides[axis]!));
          });
          const tensor = read(file).get('t')!;
          assert.deepEqual(tensor.shape, shape);
          assert.deepEqual([...tensor.data], expected);
        }),
      );
    });

    it('takes several tensors from one storage, and copies only what each shows', () => {
      const file = writeTorchFile(
        container,
        {
          all: { storage: 'a', shape: [6], strides: [1] },
          tail: { storage: 'a', offset: 4, shape: [2], strides: [1] },
          transposed: { storage: 'a', shape: [3, 2], strides: [1, 3] },
        },
        { a: floats(upTo(6)) },
      );
      const tensors = read(file);
      assert.deepEqual([...tensors.get('tail')!.data], [4, 5]);
      assert.deepEqual([...tensors.get('transposed')!.data], [0, 3, 1, 4, 2, 5]);
      assert.equal(tensors.get('tail')!.data.buffer.byteLength, 8);
    });

    it('converts every floating type to float32 and keeps integers', () => {
      const view = { shape: [3], strides: [1] };
      const tensors = read(
        writeTorchFile(
          container,
          Object.fromEntries(
            ['half', 'brain', 'double', 'long', 'short', 'char', 'bool'].map((s) => [s, { storage: s, ...view }]),
          ),
          {
            half: { type: 'HalfStorage', bytes: bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x0001)), length: 3 },
            brain: { type: 'BFloat16Storage', bytes: bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x7f80)), length: 3 },
            double: { type: 'DoubleStorage', bytes: bytesOf(Float64Array.of(0.1, -2, 1e300)), length: 3 },
            long: { type: 'LongStorage', bytes: bytesOf(BigInt64Array.of(1n, -2n, 2n ** 60n)), length: 3 },
            short: { type: 'ShortStorage', bytes: bytesOf(Int16Array.of(1, -2, 300)), length: 3 },
            char: { type: 'CharStorage', bytes: bytesOf(Int8Array.of(1, -2, 3)), length: 3 },
            bool: { type: 'BoolStorage', bytes: Uint8Array.of(1, 0, 1), length: 3 },
          },
        ),
      );
      const shown = [...tensors].map(([name, { dtype, data }]) => [name, dtype, [...data]]);
      assert.deepEqual(shown, [
        ['half', 'float32', [1, -2, 2 ** -24]],
        ['brain', 'float32', [1, -2, Infinity]],
        ['double', 'float32', [Math.fround(0.1), -2, Infinity]],
        ['long', 'int64', [1n, -2n, 2n ** 60n]],
        ['short', 'int32', [1, -2, 300]],
        ['char', 'int32', [1, -2, 3]],
        ['bool', 'bool', [1, 0, 1]],
      ]);
    });

    it('refuses sizes, offsets and lengths that the data do not have', () => {
      const one = (view: object, storage: object = {}) =>
        writeTorchFile(
          container,
          { t: { storage: 'a', shape: [4], strides: [1], ...view } },
          { a: { ...floats(upTo(4)), ...storage } },
        );
      assert.equal(read(one({})).size, 1);
      refuses(
        one({ offset: 1 }),
        /^x\.pt can't be read: its tensor t of shape \[4\] reaches value 4 of data that hold 4\.$/,
      );
      refuses(one({ shape: [5] }), /reaches value 4 of data that hold 4/);
      refuses(one({ strides: [2] }), /reaches value 6/);
      refuses(one({ shape: [2 ** 40], strides: [0] }), /announces 1099511627776 values .* more than the file can hold/);
      refuses(one({ shape: [2 ** 52, 2 ** 52], strides: [0, 0] }), /more than the file can hold/);
      refuses(one({ shape: [2, 2] }), /2 sizes and 1 strides/);
      refuses(one({ shape: Array<number>(40).fill(1), strides: Array<number>(40).fill(1) }), /40 dimensions/);
      refuses(one({}, { length: 2 ** 45 }), /needs \d+ bytes|are announced/);
      refuses(one({}, { length: 5 }), /needs 20 bytes|are announced/);
    });

    it('bounds what many expanded views of one value may ask for in all', () => {
      const view = { storage: 'a', shape: [1000, 1000], strides: [0, 0] };
      const tensors = Object.fromEntries(upTo(3).map((i) => [`t${i}`, view]));
      refuses(writeTorchFile(container, tensors, { a: floats([1]) }), /its tensor t1 announces 1000000 values/);
    });
  });
}

describe('torch.save containers', () => {
  it('refuses references that are no storages', () => {
    const references = [
      op.int(1),
      op.tuple(op.text('module')),
      op.tuple(op.text('storage'), op.text('FloatStorage'), op.text('0'), op.text('cpu'), op.int(1)),
    ];
    for (const id of references) {
      for (const write of [torchZip, torchLegacy]) {
        refuses(write(pickle(op.persistent(id))), /data in an unknown way/);
      }
    }
  });

  it('refuses a storage that the archive lacks, packed data, and big-endian files', () => {
    const id = [op.text('storage'), op.global('torch', 'FloatStorage'), op.text('a'), op.text('cpu'), op.int(100)];
    const object = pickle(op.persistent(op.tuple(...id)));
    const archive = (extra: Zippable) => zipSync({ 'm/data.pkl': object, ...extra }, { level: 0 });
    const data = { 'm/data/a': new Uint8Array(400) };
    assert.doesNotThrow(() => readTorchFile(archive(data), 'x.pt'));
    const refuse = (extra: Zippable, message: RegExp): void =>
      assert.throws(() => readTorchFile(archive(extra), 'x.pt'), { name: UserError.name, message });
    refuse({}, /the data of its storage a are missing/);
    refuse({ 'm/data/a': [new Uint8Array(400), { level: 9 }] }, /packed, which torch\.save never does/);
    refuse({ ...data, 'm/byteorder': Buffer.from('big') }, /saved on a big-endian machine/);
    assert.throws(() => readTorchFile(zipSync({ a: Uint8Array.of(1) }), 'x.pt'), /not one of torch\.save/);
  });

  it('knows half precision', () => {
    const samples: [number, number][] = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xbc00, -1],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x03ff, 1023 * 2 ** -24],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ];
    for (const [bits, value] of samples) assert.equal(fromHalf(bits), value);
    assert.ok(Number.isNaN(fromHalf(0x7e00)));
    assert.ok(Object.is(fromHalf(0x8000), -0));
  });

  it('counts row-major strides from the last axis', () => {
    assert.deepEqual(rowMajor([2, 3, 4]), [12, 4, 1]);
    assert.deepEqual(rowMajor([]), []);
  });
});
