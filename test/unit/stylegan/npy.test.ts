import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { readNpy, readNpz } from '../../../src/stylegan/npy.ts';

function npy(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  { fortran = false, version = 1 } = {},
): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(header.length, 0, length.length);
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  return new Uint8Array(Buffer.concat([start, length, Buffer.from(header), data]));
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const floats = (...values: number[]): Uint8Array => bytesOf(Float32Array.from(values));

function refuses(bytes: Uint8Array, sentence: RegExp): void {
  assert.throws(() => readNpy(bytes, 'x.npy'), { name: UserError.name, message: sentence });
}

describe('readNpy', () => {
  it('gives back any float32 array, in versions 1 to 3', () => {
    const arrays = fc.array(fc.nat({ max: 4 }), { maxLength: 4 }).chain((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return fc.tuple(
        fc.constant(shape),
        fc.array(fc.float(), { minLength: size, maxLength: size }),
        fc.integer({ min: 1, max: 3 }),
      );
    });
    fc.assert(
      fc.property(arrays, ([shape, values, version]) => {
        const tensor = readNpy(npy('<f4', shape, floats(...values), { version }), 'x.npy');
        assert.deepEqual(tensor, { dtype: 'float32', shape, data: Float32Array.from(values) });
      }),
    );
  });

  it('reads column-major arrays as what they mean', () => {
    const tensor = readNpy(npy('<f4', [2, 3], floats(1, 4, 2, 5, 3, 6), { fortran: true }), 'x.npy');
    assert.deepEqual([tensor.shape, [...tensor.data]], [[2, 3], [1, 2, 3, 4, 5, 6]]); // prettier-ignore
  });

  it('reads the other element types', () => {
    const cases: [string, Uint8Array, string, unknown[]][] = [
      ['<f2', bytesOf(Uint16Array.of(0x3c00)), 'float32', [1]],
      ['<f8', bytesOf(Float64Array.of(0.5)), 'float32', [0.5]],
      ['<i8', bytesOf(BigInt64Array.of(-5n)), 'int64', [-5n]],
      ['<i4', bytesOf(Int32Array.of(-5)), 'int32', [-5]],
      ['|u1', Uint8Array.of(200), 'uint8', [200]],
    ];
    for (const [descr, data, dtype, values] of cases) {
      const tensor = readNpy(npy(descr, [], data), 'x.npy');
      assert.deepEqual([tensor.dtype, tensor.shape, [...tensor.data]], [dtype, [], values]);
    }
  });

  it('refuses what is damaged or of another type with a sentence', () => {
    refuses(new Uint8Array(0), /^x\.npy can't be read: it is no \.npy array\.$/);
    refuses(npy('<f4', [2], floats(1)), /its array of shape \[2\] reaches value 1 of data that hold 1 \(cut off\?\)/);
    refuses(npy('<f4', [2 ** 40], floats(1)), /announces 1099511627776 values/);
    refuses(npy('<f4', [1e20], floats(1)), /announces|size/);
    refuses(npy('>f4', [1], floats(1)), /of type >f4; readable are <f2, <f4/);
    refuses(npy('|O', [1], floats(1)), /of type \|O/);
    refuses(npy('constructor', [1], floats(1)), /of type constructor/);
    refuses(npy('<f4', [1], floats(1), { version: 4 }), /version 4; 1 to 3 are known/);
    const whole = npy('<f4', [2], floats(1, 2));
    for (let length = 0; length < whole.length; length++) refuses(whole.subarray(0, length), /^x\.npy can't be read: /);
  });
});

describe('readNpz', () => {
  it('reads stored and packed archives', () => {
    const array = npy('<f4', [3], floats(1, 2, 3));
    for (const level of [0, 9] as const) {
      const arrays = readNpz(zipSync({ 'a.npy': array, 'b.npy': array }, { level }), 'x.npz');
      assert.deepEqual([...arrays.keys()], ['a', 'b']);
      assert.deepEqual([...arrays.get('b')!.data], [1, 2, 3]);
    }
  });

  it('reads what numpy wrote: the recorded noise of a generator', () => {
    const file = new URL('../../fixtures/checkpoints/stylegan1-32.for_g_all.noise.npz', import.meta.url);
    const noise = readNpz(readFileSync(file), 'noise.npz');
    const shapes = [4, 4, 8, 8, 16, 16, 32, 32].map((r) => [2, 1, r, r]);
    assert.deepEqual([...noise.values()].map(({ shape }) => shape), shapes); // prettier-ignore
  });

  it('ends with a sentence wherever a bit of the archive is wrong or it is cut off', () => {
    const whole = zipSync({ 'a.npy': npy('<f4', [3], floats(1, 2, 3)) }, { level: 9 });
    const attempt = (bytes: Uint8Array): void => {
      try {
        readNpz(bytes, 'x.npz');
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, /^x\.npz/);
      }
    };
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => readNpz(whole.subarray(0, length), 'x.npz'), UserError);
    }
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const damaged = whole.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      attempt(damaged);
    }
  });

  it('names an entry that is no array, or announces more than it can hold', () => {
    assert.throws(
      () => readNpz(zipSync({ 'a.txt': floats(1) }), 'x.npz'),
      /x\.npz: its entry a\.txt is no \.npy array/,
    );
    const bomb = zipSync({ 'a.npy': npy('<f4', [3], floats(1, 2, 3)) }, { level: 9 });
    const view = new DataView(bomb.buffer);
    const directory = view.getUint32(bomb.length - 6, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    assert.throws(() => readNpz(bomb, 'x.npz'), /says that it unpacks to 4294967280 bytes/);
  });
});
