import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataSet } from '../../../src/dataset/dataSetFolder.ts';
import { indexPath, picturePath, settingsPath } from '../../../src/dataset/dataSetLayout.ts';
import type { DataSetSettings, Runtime } from '../../../src/dataset/dataSetSettings.ts';
import { openDataSet } from '../../../src/dataset/dataSetWriter.ts';
import { decodeGrey16Png, decodeLabelPng, decodeRgbPng } from '../../../src/dataset/png.ts';
import { prepareImage, type LabelledImage } from '../../../src/dataset/preparedImage.ts';
import { batchesOfShard, parseShard, wholeShard, type Shard } from '../../../src/dataset/shard.ts';
import { uncertaintyFromGrey, uncertaintyToGrey } from '../../../src/dataset/uncertaintyImage.ts';
import { dataSetSettings } from './dataSetSettings.ts';
import { refused } from './refused.ts';

const settings = dataSetSettings({ height: 3, batch: 2, attribution: 'Somebody, CC BY 4.0' });
const cpu: Runtime = { provider: 'cpu', runtime: 'onnxruntime-node 1.30.0', processor: 'one' };

/** Image `id` of a generator whose pixels can be told apart. */
function generated(id: number): LabelledImage {
  return {
    id,
    image: { width: 4, height: 3, data: Uint8Array.from({ length: 36 }, (_, i) => i * 7 + id) },
    labels: { width: 4, height: 3, data: Uint8Array.from({ length: 12 }, (_, i) => (i < id ? 3 : 0)) },
    uncertainty: Float32Array.from({ length: 12 }, (_, i) => ((i + id) / 24) * Math.LN2),
  };
}

const prepared = (id: number) => prepareImage(generated(id), settings);

describe('a data set on disk', () => {
  let folder: string;
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dgan-dataset-'));
    folder = join(root, 'set');
  });
  afterEach(() => rm(root, { recursive: true }));

  /** Generates what is missing, `most` images at most, and says which. */
  async function generate(shard: Shard = wholeShard, into = folder, most = Infinity, runtime = cpu): Promise<number[]> {
    const writer = await openDataSet(into, settings, shard, runtime);
    const made: number[] = [];
    for (const first of batchesOfShard(shard, settings.count, settings.batch)) {
      const ids = [first, first + 1].filter((id) => !writer.done.has(id));
      if (ids.length === 0 || made.length >= most) continue;
      await writer.append(ids.map(prepared));
      made.push(...ids);
    }
    await writer.close();
    return made;
  }

  async function files(of: string): Promise<Record<string, string>> {
    const names = (await readdir(of, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
    return Object.fromEntries(
      await Promise.all(paths.map(async (path) => [path.slice(of.length), await readFile(path, 'base64')] as const)),
    );
  }

  it('holds image, ids, uncertainty and a row for each image', async () => {
    await generate();
    const { rows, missing, runtimes, settings: read } = await readDataSet(folder);
    assert.deepEqual(read, settings);
    assert.equal(missing, 0);
    assert.deepEqual(runtimes, [cpu]);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.deepEqual(rows[5]?.pixels, { '0': 7, '3': 5 });
    const { image, labels, uncertainty } = generated(5);
    assert.ok(Math.abs(rows[5].sum - uncertainty.reduce((a, b) => a + b)) < 1e-6);
    assert.equal(rows[5].top10mean, Math.max(...uncertainty));
    const read8 = (path: string): Promise<Uint8Array> => readFile(path);
    assert.deepEqual(decodeRgbPng(await read8(picturePath(folder, 'images', 5)), 'i'), image);
    assert.deepEqual(decodeLabelPng(await read8(picturePath(folder, 'labels', 5)), 'l'), labels);
    const grey = decodeGrey16Png(await read8(picturePath(folder, 'uncertainty', 5)), 'u');
    // ln(min(10 members, 2 classes)) = ln 2 is white.
    assert.deepEqual(
      grey.data,
      Uint16Array.from({ length: 12 }, (_, i) => Math.round((65535 * (i + 5)) / 24)),
    );
  });

  it('is the same whether it was made at once or in pieces', async () => {
    await generate(wholeShard, join(root, 'once'));
    await generate(wholeShard, folder, 2);
    await generate(wholeShard, folder, 4);
    assert.deepEqual(await generate(), [6, 7, 8, 9]);
    assert.deepEqual(await files(folder), await files(join(root, 'once')));
  });

  it('is the same after a kill within a row or before it, at every byte', async () => {
    await generate();
    const whole = await files(folder);
    const path = indexPath(folder, wholeShard);
    const length = (await readFile(path)).length;
    for (let cut = length - 1; cut >= 0; cut -= 13) {
      await truncate(path, cut);
      await writeFile(picturePath(folder, 'images', 9), 'half a pi'); // Its row is cut off: nobody may rely on it.
      const seen = await readDataSet(folder);
      assert.ok(seen.missing >= 1);
      const there = new Set(seen.rows.map(({ id }) => id));
      assert.deepEqual(
        await generate(),
        Array.from({ length: settings.count }, (_, id) => id).filter((id) => !there.has(id)),
      );
      assert.deepEqual(await files(folder), whole);
    }
  });

  it('makes images anew that lost a picture, as in a power cut', async () => {
    await generate();
    const whole = await files(folder);
    await writeFile(picturePath(folder, 'labels', 3), '');
    await unlink(picturePath(folder, 'uncertainty', 8));
    assert.deepEqual(await generate(), [3, 8]);
    const mended = await files(folder);
    assert.deepEqual(mended[join('/labels', '000003.png')], whole[join('/labels', '000003.png')]);
    assert.equal((await readDataSet(folder)).missing, 0);
  });

  it('leaves no temporary files behind', async () => {
    await generate();
    assert.ok(Object.keys(await files(folder)).every((name) => !name.includes('tmp')));
  });

  it('is refused when it was made with other settings: which, and both values', async () => {
    await generate(wholeShard, folder, 2);
    const open = (change: Partial<DataSetSettings>) => () =>
      openDataSet(folder, { ...settings, ...change }, wholeShard, cpu);
    await refused(open({ truncation: { psi: 0.8, layers: 8 } }), folder, '"truncation.psi" is 0.7 there and 0.8 now');
    await refused(open({ seed: 2 }), '"seed" is 1 there and 2 now');
    await refused(open({ classes: settings.classes.slice(0, 1) }), '"classes[1]" is {"id":3', 'and not set now');
    await refused(open({ noise: { kind: 'seeded', seed: 4 } }), '"noise.kind" is "constant" there and "seeded" now');
    await refused(() => openDataSet(folder, settings, { index: 1, of: 4 }, cpu), folder, 'begun in 1 shard, not in 4');
  });

  it('is refused when its files are damaged or of the future', async () => {
    await refused(() => readDataSet(folder), `${folder} is not a data set`);
    await generate(wholeShard, folder, 2);
    const path = indexPath(folder, wholeShard);
    await appendFile(path, 'oops\n');
    await refused(() => readDataSet(folder), `${path}, line 3, is not a row`);
    await writeFile(path, '{"id":99,"sum":0,"top10mean":0,"pixels":{}}\n');
    await refused(() => readDataSet(folder), path, 'image 99', '10 images');
    await writeFile(settingsPath(folder), JSON.stringify({ ...settings, version: 2 }));
    await refused(() => readDataSet(folder), 'dataset.json is of format version 2', 'update');
    await writeFile(settingsPath(folder), JSON.stringify({ ...settings, seed: 'x' }));
    await refused(() => readDataSet(folder), 'dataset.json: "seed"');
    await writeFile(settingsPath(folder), '{');
    await refused(() => readDataSet(folder), 'dataset.json is not valid JSON: line 1');
  });

  it('names the images that two rows claim', async () => {
    await generate(wholeShard, folder, 2);
    const path = indexPath(folder, wholeShard);
    await appendFile(path, (await readFile(path, 'utf8')).split('\n')[1]! + '\n');
    await refused(() => readDataSet(folder), `${path} has two rows for image 1`);
  });

  it('says when the folder cannot be written', async () => {
    await writeFile(folder, 'a file');
    await refused(() => generate(), folder);
  });

  it('writes nothing after a failed write, and goes on when opened again', async () => {
    const writer = await openDataSet(folder, settings, wholeShard, cpu);
    await writer.append([prepared(0)]);
    await rename(join(folder, 'labels'), join(folder, 'elsewhere'));
    await refused(() => writer.append([prepared(1)]), 'Could not write images 1 to 1', folder);
    await assert.rejects(writer.append([prepared(2)]), /failed before/);
    await writer.close();
    await rename(join(folder, 'elsewhere'), join(folder, 'labels'));
    assert.deepEqual((await generate()).slice(0, 2), [1, 2]);
    assert.equal((await readDataSet(folder)).missing, 0);
  });

  it('takes each image once, of its own size', async () => {
    const writer = await openDataSet(folder, settings, wholeShard, cpu);
    await writer.append([prepared(0)]);
    await assert.rejects(writer.append([prepared(0)]), /Image 0 is there already/);
    await assert.rejects(writer.append([prepared(10)]), /Image 10 is not one of 10/);
    await writer.close();
    const small = { width: 1, height: 1, data: new Uint8Array(1) };
    assert.throws(() => prepareImage({ ...generated(1), labels: small }, settings), /Image 1 is 1×1, not 4×3/);
    const uncertainty = new Float32Array(11);
    assert.throws(() => prepareImage({ ...generated(1), uncertainty }, settings), /Image 1 has 11 uncertainties/);
  });

  it('is made of shards: in one folder or copied together, the pictures and rows are those of one run', async () => {
    await generate(wholeShard, join(root, 'once'));
    const once = await readDataSet(join(root, 'once'));
    const pictures = (all: Record<string, string>): unknown =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('/index')));
    const shards = [4, 2, 1, 3].map((index) => ({ index, of: 4 }));
    for (const shard of shards) {
      await generate(shard, join(root, 'together'));
      await generate(shard, join(root, `part${shard.index}`));
    }
    for (const { index } of shards) await cp(join(root, `part${index}`), join(root, 'copied'), { recursive: true });
    for (const name of ['together', 'copied']) {
      const { rows, runtimes, missing } = await readDataSet(join(root, name));
      assert.equal(missing, 0);
      assert.deepEqual(runtimes, [cpu]);
      assert.deepEqual(rows, once.rows);
      assert.deepEqual(pictures(await files(join(root, name))), pictures(await files(once.folder)));
    }
    assert.deepEqual(await files(join(root, 'copied')), await files(join(root, 'together')));
  });

  it('says when parts that were copied together do not belong together', async () => {
    const [a, b] = [join(root, 'a'), join(root, 'b')];
    const gpu = { ...cpu, provider: 'webgpu' };
    await generate({ index: 1, of: 2 }, a);
    await generate({ index: 2, of: 2 }, b, Infinity, gpu);
    await cp(b, a, { recursive: true });
    assert.deepEqual((await readDataSet(a)).runtimes, [cpu, gpu]);

    await generate(wholeShard, folder);
    await cp(join(folder, 'index'), join(a, 'index'), { recursive: true });
    await refused(() => readDataSet(a), 'mixes parts of 1 and of 2 shards');
  });

  it('remembers every runtime that a shard was resumed on', async () => {
    await generate(wholeShard, folder, 2);
    const other = { ...cpu, processor: 'two' };
    await generate(wholeShard, folder, Infinity, other);
    assert.deepEqual((await readDataSet(folder)).runtimes, [cpu, other]);
  });
});

describe('shards', () => {
  it('share the batches so that each belongs to one', () => {
    for (const of of [1, 2, 3, 7]) {
      const all = Array.from({ length: of }, (_, i) => batchesOfShard({ index: i + 1, of }, 50, 8)).flat();
      assert.deepEqual(
        all.sort((a, b) => a - b),
        [0, 8, 16, 24, 32, 40, 48],
      );
    }
  });

  it('are written 3/16', async () => {
    assert.deepEqual(parseShard('3/16'), { index: 3, of: 16 });
    for (const text of ['0/16', '17/16', '3', 'a/b', '3/16/1', '1/99999'])
      await refused(() => parseShard(text), `"${text}" is not a shard`, '3/16');
  });
});

describe('an uncertainty image', () => {
  it('is exact to half a step', () => {
    const largest = Math.log(8);
    const nats = Float32Array.from({ length: 500 }, (_, i) => (i / 499) * largest);
    const back = uncertaintyFromGrey(uncertaintyToGrey(nats, largest), largest);
    for (const [i, value] of back.entries()) assert.ok(Math.abs(value - nats[i]!) <= largest / 131070 + 1e-6);
    assert.deepEqual([...uncertaintyToGrey(Float32Array.of(-1e-9, 3), largest)], [0, 65535]);
  });

  it('of one member is black', () => assert.deepEqual([...uncertaintyToGrey(Float32Array.of(0, 0), 0)], [0, 0]));
});
