import assert from 'node:assert/strict';
import { encode } from 'fast-png';
import { zlibSync } from 'fflate';
import fc from 'fast-check';
import {
  decodeGrey16Png,
  decodeLabelPng,
  decodeMaskPng,
  decodeRgbPng,
  encodeGrey16Png,
  encodeLabelPng,
  encodeLabelPngFast,
  encodePalettePng,
  encodeRgbPng,
} from '../../../src/dataset/png.ts';
import { labelMap, rgbImage, size } from './arbitraries.ts';
import { refused } from './refused.ts';

describe('PNG', () => {
  it('keeps every RGB pixel', () => {
    fc.assert(fc.property(rgbImage, (image) => assert.deepEqual(decodeRgbPng(encodeRgbPng(image), 'a.png'), image)));
  });

  it('keeps every class id', () => {
    fc.assert(fc.property(labelMap, (map) => assert.deepEqual(decodeLabelPng(encodeLabelPng(map), 'a.png'), map)));
    fc.assert(fc.property(labelMap, (map) => assert.deepEqual(decodeLabelPng(encodeLabelPngFast(map), 'a.png'), map)));
  });

  it('keeps every 16-bit value', () => {
    const image = size.chain(({ width, height }) =>
      fc.uint16Array({ minLength: width * height, maxLength: width * height }).map((data) => ({ width, height, data })),
    );
    fc.assert(fc.property(image, (i) => assert.deepEqual(decodeGrey16Png(encodeGrey16Png(i), 'a.png'), i)));
  });

  it('keeps ids and colours of an indexed image', () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (i * 7) % 256] as const);
    fc.assert(
      fc.property(labelMap, (map) => {
        const { width, height, data } = map;
        const read = decodeMaskPng(encodePalettePng({ ...map, palette }), 'a.png');
        assert.deepEqual(read, { kind: 'palette', width, height, values: Int32Array.from(data), palette });
      }),
    );
  });

  it('has no colour for an id beyond the palette', () => {
    const map = { width: 1, height: 1, data: Uint8Array.of(3) };
    assert.throws(() => encodePalettePng({ ...map, palette: [[0, 0, 0]] }), /palette of 1 colours.*ids up to 3/);
  });

  it('refuses other kinds of PNG by name', async () => {
    const rgb = encodeRgbPng({ width: 1, height: 1, data: new Uint8Array(3) });
    await refused(
      () => decodeLabelPng(rgb, 'labels.png'),
      'labels.png is a 8-bit RGB PNG',
      'must be an 8-bit grey image',
    );
    const alpha = encode({ width: 1, height: 1, data: new Uint8Array(4), channels: 4 });
    await refused(() => decodeRgbPng(alpha, 'x/image.png'), 'x/image.png', 'RGBA', 'must be an 8-bit RGB image');
    const grey = encodeLabelPng({ width: 1, height: 1, data: new Uint8Array(1) });
    await refused(() => decodeGrey16Png(grey, 'u.png'), 'u.png', '8-bit grey', 'must be a 16-bit grey image');
    const interlaced = encode({ width: 3, height: 3, data: new Uint8Array(27), channels: 3 }, { interlace: 'Adam7' });
    await refused(() => decodeRgbPng(interlaced, 'i.png'), 'i.png', 'interlac');
    await refused(() => decodeRgbPng(Uint8Array.of(1, 2, 3), 'text.png'), 'text.png is not a PNG image');
  });

  it('refuses every cut and every flipped byte of the pixels, never crashing', async () => {
    const map = { width: 16, height: 16, data: Uint8Array.from({ length: 256 }, (_, i) => (i * 37) % 251) };
    const whole = encodeLabelPng(map);
    for (let length = 0; length < whole.length; length++)
      await refused(() => decodeLabelPng(whole.slice(0, length), 'cut.png'), 'cut.png');
    for (let at = 8; at < whole.length; at += 3) {
      const flipped = whole.slice();
      flipped[at]! ^= 0x55;
      await refused(() => decodeLabelPng(flipped, 'flipped.png'), 'flipped.png');
    }
  });

  it('refuses a size beyond the limit before decoding', async () => {
    const bytes = encodeRgbPng({ width: 1, height: 1, data: new Uint8Array(3) });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 1_000_000);
    await refused(() => decodeRgbPng(bytes, 'big.png'), 'big.png says that it is 1000000×1 pixels', '8192');
  });

  it('refuses a small file that inflates to far more than its size', async () => {
    const bomb = withPixels(zlibSync(new Uint8Array(10_000_000)));
    assert.ok(bomb.length < 100_000);
    await refused(() => decodeLabelPng(bomb, 'bomb.png'), 'bomb.png holds more data than its size allows');
    await refused(
      () => decodeLabelPng(withPixels(zlibSync(new Uint8Array(3))), 'less.png'),
      'less.png holds fewer pixels',
    );
  });
});

/** A PNG that says 4×4 grey and holds these compressed bytes. */
function withPixels(compressed: Uint8Array): Uint8Array {
  const plain = encodeLabelPng({ width: 4, height: 4, data: new Uint8Array(16) });
  const chunk = new Uint8Array(12 + compressed.length);
  new DataView(chunk.buffer).setUint32(0, compressed.length);
  chunk.set(Buffer.from('IDAT'), 4);
  chunk.set(compressed, 8);
  return Uint8Array.from([...plain.subarray(0, 33), ...chunk, ...plain.subarray(plain.length - 12)]);
}
