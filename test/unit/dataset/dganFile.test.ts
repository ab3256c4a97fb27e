import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import {
  decodeSample,
  decodeSampleWithPng,
  encodeSample,
  encodeSampleWithPng,
  readSample,
  writeSample,
} from '../../../src/dataset/dganFile.ts';
import { encodeLabelPng, encodeRgbPng } from '../../../src/dataset/png.ts';
import { checkClasses, checkMadeBy, type Sample } from '../../../src/dataset/sample.ts';
import { sample } from './arbitraries.ts';
import { refused } from './refused.ts';

const small: Sample = {
  manifest: {
    format: 'datasetgan-sample',
    version: 1,
    origin: {
      kind: 'generated',
      generator: { name: 'avatars-64', sha256: 'a'.repeat(64) },
      latent: { space: 'z', seed: 5, index: 3 },
      truncation: { psi: 0.8, layers: 'all' },
      noise: { kind: 'constant' },
    },
    status: 'reviewed',
    classes: [{ id: 0, name: 'background', colour: '#000000' }],
  },
  image: { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) },
  labels: { width: 2, height: 2, data: Uint8Array.of(0, 255, 0, 0) },
};

/** The bytes of `small` with some entries replaced or (undefined) left out. */
function withEntries(changes: Record<string, Uint8Array | undefined>): Uint8Array {
  const entries: Zippable = { ...unzipSync(encodeSample(small)) };
  for (const [name, bytes] of Object.entries(changes))
    if (bytes) entries[name] = bytes;
    else Reflect.deleteProperty(entries, name);
  return zipSync(entries);
}

const withManifest = (change: object): Uint8Array =>
  withEntries({ 'manifest.json': strToU8(JSON.stringify({ ...small.manifest, ...change })) });

describe('a .dgan file', () => {
  it('keeps every sample, with keys of later versions', () => {
    fc.assert(fc.property(sample, (s) => assert.deepEqual(decodeSample(encodeSample(s), 'a.dgan'), s)));
  });

  it('has the same bytes whenever it is written again', () => {
    fc.assert(
      fc.property(sample, (s) => {
        const bytes = encodeSample(s);
        assert.deepEqual(encodeSample(decodeSample(bytes, 'a.dgan')), bytes);
      }),
    );
  });

  it('has the same bytes when only its labels were decoded', () => {
    fc.assert(
      fc.property(sample, (s) => {
        const bytes = encodeSample(s);
        assert.deepEqual(encodeSampleWithPng(decodeSampleWithPng(bytes, 'a.dgan')), bytes);
      }),
    );
  });

  it("keeps another program's image as it is, but refuses one of a wrong size", async () => {
    const imagePng = encode({ ...small.image, channels: 3, depth: 8 }, { zlib: { level: 9 } });
    const again = encodeSampleWithPng(decodeSampleWithPng(withEntries({ 'image.png': imagePng }), 'a.dgan'));
    assert.deepEqual(unzipSync(again)['image.png'], imagePng);
    const tall = encodeRgbPng({ width: 1, height: 4, data: new Uint8Array(12) });
    await refused(
      () => decodeSampleWithPng(withEntries({ 'image.png': tall }), 'a.dgan'),
      /a\.dgan: labels\.png is 2×2 pixels, but image\.png is 1×4/,
    );
  });

  it('keeps entries and nested keys that it does not know', () => {
    const origin = { ...small.manifest.origin, inversion: { steps: 500 } };
    const bytes = withEntries({
      'manifest.json': strToU8(JSON.stringify({ ...small.manifest, origin })),
      'thumbnail.png': strToU8('picture'),
    });
    const again = unzipSync(encodeSample(decodeSample(bytes, 'a.dgan')));
    assert.deepEqual(again['thumbnail.png'], strToU8('picture'));
    assert.match(Buffer.from(again['manifest.json']!).toString(), /"inversion": \{\s+"steps": 500/);
  });

  it('is a ZIP that begins with its manifest', () => {
    assert.deepEqual(Object.keys(unzipSync(encodeSample(small))), ['manifest.json', 'image.png', 'labels.png']);
  });

  it('is written whole and read back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dgan-'));
    try {
      const path = join(folder, 'samples', '000.dgan');
      await writeSample(path, small);
      assert.deepEqual(await readSample(path), small);
      assert.deepEqual(await readdir(join(folder, 'samples')), ['000.dgan']);
      await refused(() => readSample(join(folder, 'none.dgan')), 'none.dgan', 'ENOENT');
      await writeFile(path, encodeSample(small).subarray(0, 300));
      await refused(() => readSample(path), '000.dgan', 'cut off');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused when it is cut off anywhere', async () => {
    const bytes = encodeSample(small);
    for (let length = 0; length < bytes.length; length++)
      await refused(() => decodeSample(bytes.slice(0, length), 'cut.dgan'), 'cut.dgan');
  });

  it('never crashes on a flipped byte', () => {
    const bytes = encodeSample(small);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const flipped = bytes.slice();
        flipped[at]! ^= flip;
        try {
          decodeSample(flipped, 'flipped.dgan');
        } catch (error) {
          assert.equal((error as Error).name, 'UserError', String((error as Error).stack));
          assert.match((error as Error).message, /^flipped\.dgan/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused without one of its entries', async () => {
    for (const entry of ['manifest.json', 'image.png', 'labels.png'])
      await refused(() => decodeSample(withEntries({ [entry]: undefined }), 'a.dgan'), `a.dgan has no entry ${entry}`);
  });

  it('is refused when it comes from the future, in a sentence that says what to do', async () => {
    const bytes = withManifest({ version: 2, somethingNew: true, origin: 'elsewhere' });
    await refused(() => decodeSample(bytes, 'a.dgan'), 'a.dgan: manifest.json', 'version 2', 'up to 1', 'update');
  });

  it('is refused when it is another format', async () => {
    await refused(() => decodeSample(withManifest({ format: 'openraster' }), 'a.dgan'), 'manifest.json', '"format"');
    await refused(() => decodeSample(withEntries({ 'manifest.json': strToU8('[]') }), 'a.dgan'), '"format"');
    await refused(
      () => decodeSample(withEntries({ 'manifest.json': strToU8('{"format":\n oops}') }), 'a.dgan'),
      'a.dgan: manifest.json is not valid JSON: line 2, column 2',
    );
  });

  it('is refused with labels of another size or with ids that are no class', async () => {
    const wide = encodeLabelPng({ width: 3, height: 2, data: new Uint8Array(6) });
    await refused(
      () => decodeSample(withEntries({ 'labels.png': wide }), 'a.dgan'),
      'a.dgan: labels.png is 3×2 pixels, but image.png is 2×2',
    );
    const stray = encodeLabelPng({ width: 2, height: 2, data: Uint8Array.of(0, 0, 255, 9) });
    await refused(
      () => decodeSample(withEntries({ 'labels.png': stray }), 'a.dgan'),
      "a.dgan: labels.png has the id 9 at x 1, y 1, which is none of the manifest's classes",
    );
    assert.throws(
      () => encodeSample({ ...small, labels: { ...small.labels, data: Uint8Array.of(9, 0, 0, 0) } }),
      /id 9/,
    );
  });

  it('is refused with pictures of the wrong kind', async () => {
    const rgb = encodeRgbPng(small.image);
    await refused(() => decodeSample(withEntries({ 'labels.png': rgb }), 'a.dgan'), 'a.dgan: labels.png', '8-bit grey');
    await refused(
      () => decodeSample(withEntries({ 'image.png': strToU8('GIF89a') }), 'a.dgan'),
      'a.dgan: image.png is not a PNG',
    );
  });

  it('is refused with a manifest that says too little or something impossible', async () => {
    const origin = small.manifest.origin;
    const cases: [object, string][] = [
      [{ status: 'done' }, '"status"'],
      [{ origin: { ...origin, latent: { space: 'z', seed: 1 } } }, '"origin.latent.index"'],
      [{ origin: { ...origin, latent: { space: 'w', values: [] } } }, '"origin.latent.values"'],
      [{ origin: { ...origin, latent: { space: 'q', values: [1] } } }, '"origin.latent'],
      [{ origin: { ...origin, generator: { name: 'x', sha256: 'abc' } } }, '"origin.generator.sha256"'],
      [{ origin: { kind: 'drawing' } }, '"origin'],
      [{ classes: [...small.manifest.classes, ...small.manifest.classes] }, 'two classes have the id 0'],
      [{ crop: { x: 0, y: 0, width: 9, height: 9 } }, 'crops to 9×9'],
    ];
    for (const [change, words] of cases)
      await refused(() => decodeSample(withManifest(change), 'a.dgan'), 'a.dgan: ', 'manifest.json', words);
  });

  it('is refused when an entry would inflate to too much', async () => {
    const bomb = withEntries({ 'manifest.json': new Uint8Array(6_000_000) });
    assert.ok(bomb.length < 100_000);
    await refused(() => decodeSample(bomb, 'a.dgan'), 'a.dgan: the entry manifest.json is too big');
  });

  it('is not inflated beyond what it declares', async () => {
    const bomb = withEntries({ 'image.png': new Uint8Array(6_000_000) });
    // Both headers of the entry claim 10 bytes.
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.byteLength);
    for (let at = 0; at + 4 <= bomb.length; at++)
      if (view.getUint32(at, true) === 6_000_000) view.setUint32(at, 10, true);
    await refused(() => decodeSample(bomb, 'a.dgan'), 'a.dgan');
  });

  it('knows whether a generator made it', async () => {
    checkMadeBy(small, 'a'.repeat(64), 'a.dgan');
    await refused(
      () => checkMadeBy(small, 'b'.repeat(64), 'a.dgan'),
      'a.dgan was made by another generator',
      'avatars-64',
    );
    checkMadeBy({ ...small, manifest: { ...small.manifest, origin: { kind: 'photo' } } }, 'b'.repeat(64), 'a.dgan');
  });

  it('knows whether the project has its classes', async () => {
    checkClasses(small, small.manifest.classes, 'a.dgan');
    await refused(
      () => checkClasses(small, [{ id: 1, name: 'skin', colour: '#ffffff' }], 'a.dgan'),
      'a.dgan: 3 pixels of labels.png are of class 0 ("background"), which the project does not have',
    );
  });
});
