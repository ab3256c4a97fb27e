import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '../../../src/engine/safetensors.ts';
import { float32, uint8 } from '../../../src/engine/tensor.ts';
import { tensor } from './arbitraries.ts';

const name = fc
  .string({ unit: 'grapheme', maxLength: 9 })
  .filter((name) => !['__metadata__', '__proto__'].includes(name));
const file: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc.uniqueArray(fc.tuple(name, tensor), { selector: ([n]) => n, maxLength: 6 }).map((e) => new Map(e)),
  metadata: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.string({ unit: 'grapheme' }),
    { noNullPrototype: true },
  ),
});

describe('safetensors', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(file, (file) => {
        const decoded = decodeSafetensors(encodeSafetensors(file));
        assert.deepEqual(decoded.metadata, file.metadata);
        assert.deepEqual(new Map([...decoded.tensors].sort()), new Map([...file.tensors].sort()));
      }),
    );
  });

  it('refuses the names that a reader would lose', () => {
    const metadata = Object.fromEntries([['__proto__', 'x']]);
    assert.throws(() => encodeSafetensors({ tensors: new Map(), metadata }), /can't have the key '__proto__'/);
    for (const lost of ['__proto__', '__metadata__']) {
      const tensors = new Map([[lost, float32([1], [1])]]);
      assert.throws(() => encodeSafetensors({ tensors, metadata: {} }), /can't be named/);
    }
  });

  it('gives the same bytes in whatever order things were set', () => {
    fc.assert(
      fc.property(file, ({ tensors, metadata }) => {
        const reversed = {
          tensors: new Map([...tensors].reverse()),
          metadata: Object.fromEntries(Object.entries(metadata).reverse()),
        };
        assert.deepEqual(encodeSafetensors(reversed), encodeSafetensors({ tensors, metadata }));
      }),
    );
  });

  it('writes the published layout', () => {
    const bytes = encodeSafetensors({ tensors: new Map([['w', float32([2], [1, 2])]]), metadata: { format: 'pt' } });
    const header = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const length = Math.ceil(header.length / 8) * 8;
    assert.equal(Number(new DataView(bytes.buffer).getBigUint64(0, true)), length);
    assert.equal(new TextDecoder().decode(bytes.subarray(8, 8 + length)), header.padEnd(length));
    assert.deepEqual(new Float32Array(bytes.buffer, 8 + length), new Float32Array([1, 2]));
  });

  it('reads from the middle of a larger buffer', () => {
    const bytes = encodeSafetensors({ tensors: new Map([['w', float32([2], [1, 2])]]), metadata: {} });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(decodeSafetensors(shifted.subarray(3)).tensors.get('w'), float32([2], [1, 2]));
  });

  describe('refuses, with a sentence,', () => {
    const good = encodeSafetensors({ tensors: new Map([['w', uint8([2], new Uint8Array([1, 2]))]]), metadata: {} });
    const refusals: [string, Uint8Array, RegExp][] = [
      ['an empty file', new Uint8Array(0), /is not a safetensors file, or is truncated/],
      ['a text file', new TextEncoder().encode('name,value\n1,2\n'), /is not a safetensors file/],
      ['a truncated file', good.subarray(0, -1), /'w' of shape \[2\] does not fit its place/],
      ['bytes after the end', Uint8Array.from([...good, 0]), /1 bytes at its end belong to no array/],
      ['a header that is not JSON', raw('{"w":', 0), /its header can't be read/],
      ['a header of another form', raw('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4), /can't be read/],
      ['an unknown element type', raw('{"w":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}', 1), /'w' as F8/],
      ['text where a tensor should be', raw('{"w":{"a":"b"}}', 0), /the entry 'w' describes no tensor/],
      [
        'arrays that overlap',
        raw(
          '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
          3,
        ),
        /overlap or leave a hole/,
      ],
    ];
    for (const [what, bytes, sentence] of refusals) {
      it(what, () => {
        assert.throws(
          () => decodeSafetensors(bytes, 'run/weights.safetensors'),
          (error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, sentence);
            assert.match(error.message, /^run\/weights\.safetensors /);
            return true;
          },
        );
      });
    }
  });
});

function raw(header: string, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
