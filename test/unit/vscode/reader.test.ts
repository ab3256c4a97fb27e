import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { decode } from 'fast-png';
import fc from 'fast-check';
import { readDataSetSummary } from '../../../src/dataset/dataSetSummary.ts';
import { indexPath, picturePath, settingsPath } from '../../../src/dataset/dataSetLayout.ts';
import { openDataSet } from '../../../src/dataset/dataSetWriter.ts';
import { readSample } from '../../../src/dataset/dganFile.ts';
import { pixelsPerId } from '../../../src/dataset/labelMap.ts';
import { labelsHash } from '../../../src/dataset/labelsHash.ts';
import { prepareImage } from '../../../src/dataset/preparedImage.ts';
import { changeRejected } from '../../../src/dataset/rejectedFile.ts';
import { wholeShard } from '../../../src/dataset/shard.ts';
import { ReaderThread } from '../../../src/vscode/reader/readerThread.ts';
import { fittingSize, labelColours, resizedImage, rowPng, withLabels } from '../../../src/vscode/thumbnails/drawing.ts';
import { labelMap, rgbImage } from '../dataset/arbitraries.ts';
import { dataSetSettings } from '../dataset/dataSetSettings.ts';
import { refused } from '../dataset/refused.ts';

const root = join(import.meta.dirname, '../../..');
const sampleFile = join(root, 'models/avatars-64/samples/000.dgan');
const classes = [
  { id: 0, name: 'background', colour: '#000000' },
  { id: 3, name: 'hair', colour: '#ff0000' },
];
const settings = dataSetSettings({ classes, count: 6 });

describe('the reader thread', () => {
  let folder: string;
  /** Built as the extension has it. */
  let entry: string;
  let reader: ReaderThread;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-reader-'));
    entry = join(folder, 'reader.cjs');
    await build({
      entryPoints: [join(root, 'src/vscode/reader/readerEntry.ts')],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    reader = new ReaderThread(entry);
  });
  after(async () => {
    reader.dispose();
    await rm(folder, { recursive: true });
  });

  /** A data set whose image `id` has the score of `id`. */
  async function dataSet(name: string, images = settings.count): Promise<string> {
    const path = join(folder, name);
    const runtime = { provider: 'cpu', runtime: 'r', processor: 'p' };
    const writer = await openDataSet(path, settings, wholeShard, runtime);
    for (let id = 0; id < images; id++)
      await writer.append([
        prepareImage(
          {
            id,
            image: { width: 4, height: 4, data: new Uint8Array(48).fill(10 * id) },
            labels: { width: 4, height: 4, data: new Uint8Array(16).fill(id % 2 === 0 ? 0 : 3) },
            uncertainty: new Float32Array(16).fill(id / 10),
          },
          settings,
        ),
      ]);
    await writer.close();
    return path;
  }

  it('says of samples what their files hold, and why others can’t be read', async () => {
    const broken = join(folder, 'broken.dgan');
    await writeFile(broken, 'PK');
    const [known, unknown] = await reader.ask('sampleSummaries', [sampleFile, broken]);
    const { labels, manifest } = await readSample(sampleFile);
    assert.ok(known && 'ok' in known);
    assert.equal(known.ok.status, manifest.status);
    assert.equal(known.ok.labelled, 1);
    assert.deepEqual(known.ok.pixelsPerId, pixelsPerId(labels));
    assert.equal(known.ok.labelsHash, labelsHash(labels));
    assert.deepEqual(known.ok.origin, manifest.origin);
    assert.ok(unknown && 'problem' in unknown);
    assert.match(unknown.problem, /broken\.dgan/);
    assert.equal(unknown.isBug, false);
  });

  it('ranks the images of a data set, and sees at once what changed', async () => {
    const path = await dataSet('ranked', 5);
    const first = await reader.ask('dataSetSummary', path);
    assert.deepEqual([...first.ids], [4, 3, 2, 1, 0]);
    assert.equal(first.count, 6);
    assert.deepEqual([...first.fates], [0, 0, 0, 0, 0]);
    assert.deepEqual(first, await readDataSetSummary(path));
    await changeRejected(path, [3], true);
    assert.deepEqual([...(await reader.ask('dataSetSummary', path)).fates], [0, 2, 0, 0, 0]);
    const row = JSON.stringify({ id: 5, sum: 0, top10mean: 0.05, pixels: { '0': 16, '3': 0 } });
    await appendFile(indexPath(path, wholeShard), `${row}\n`);
    assert.deepEqual([...(await reader.ask('dataSetSummary', path)).ids], [4, 3, 2, 1, 5, 0]);
  });

  it('lists data sets, the newest first, and nothing else', async () => {
    const parent = join(folder, 'many');
    await mkdir(join(parent, 'no data set'), { recursive: true });
    await cp(await dataSet('one'), join(parent, 'one'), { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await mkdir(join(parent, 'two'), { recursive: true });
    await writeFile(settingsPath(join(parent, 'two')), JSON.stringify(settings));
    const found = await reader.ask('listDataSets', parent);
    assert.deepEqual(
      found.map(({ folder: path }) => path),
      [join(parent, 'two'), join(parent, 'one')],
    );
    assert.deepEqual(await reader.ask('listDataSets', join(folder, 'nowhere')), []);
  });

  it('draws icons and hovers into files', async () => {
    const path = await dataSet('drawn');
    const of = { kind: 'generated', folder: path, id: 3, classes, top: 1 } as const;
    const out = join(folder, 'a', 'b.png');
    await reader.ask('makePicture', { of, form: 'heat', side: 32, out });
    const heat = decode(await readFile(out));
    assert.deepEqual([heat.width, heat.height, heat.channels], [32, 32, 3]);
    await reader.ask('makePicture', { of, form: 'row', side: 32, out });
    const row = decode(await readFile(out));
    assert.deepEqual([row.width, row.height, row.channels], [3 * 32 + 2 * 4, 32, 4]);
    // Image, labels (hair is red), a gap that is transparent.
    assert.deepEqual([...row.data.slice(0, 4)], [30, 30, 30, 255]);
    assert.equal(row.data[4 * 33 + 3], 0);
    assert.deepEqual([...row.data.slice(4 * 36, 4 * 37)], [255, 0, 0, 255]);
    await reader.ask('makePicture', {
      of: { kind: 'sample', path: sampleFile, classes },
      form: 'overlay',
      side: 32,
      out,
    });
    assert.equal(decode(await readFile(out)).width, 32);
  });

  it('says what a picture could not be drawn of', async () => {
    const path = await dataSet('without');
    await rm(picturePath(path, 'uncertainty', 1));
    const of = { kind: 'generated', folder: path, id: 1, classes, top: 1 } as const;
    await refused(
      () => reader.ask('makePicture', { of, form: 'heat', side: 32, out: join(folder, 'x.png') }),
      /000001\.png/,
    );
  });

  it('answers no more once it is closed, and fails whoever waits', async () => {
    const other = new ReaderThread(entry);
    const waiting = other.ask('listDataSets', folder);
    other.dispose();
    await refused(() => waiting, /closing/);
    await refused(() => other.ask('listDataSets', folder), /closing/);
  });

  it('says so when the thread can’t be started, and tries again', async () => {
    const broken = new ReaderThread(join(folder, 'there is no such file.cjs'));
    await refused(() => broken.ask('listDataSets', folder), /ended unexpectedly/);
    await refused(() => broken.ask('listDataSets', folder), /ended unexpectedly/);
    broken.dispose();
  });
});

describe('small pictures', () => {
  it('of the same size are the same', () => {
    fc.assert(
      fc.property(rgbImage, (image) => assert.deepEqual(resizedImage(image, image.width, image.height), image)),
    );
  });

  it('keep the range of the colours', () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(rgbImage, side, side, (image, width, height) => {
        const { data } = resizedImage(image, width, height);
        assert.equal(data.length, 3 * width * height);
        assert.ok(Math.min(...data) >= Math.min(...image.data) && Math.max(...data) <= Math.max(...image.data));
      }),
    );
  });

  it('fit the square and keep the ratio', () => {
    assert.deepEqual(fittingSize({ width: 64, height: 64 }, 144), { width: 128, height: 128 });
    assert.deepEqual(fittingSize({ width: 1024, height: 512 }, 32), { width: 32, height: 16 });
    assert.deepEqual(fittingSize({ width: 1000, height: 1 }, 32), { width: 32, height: 1 });
  });

  it('show the image alone where nothing is labelled', () => {
    fc.assert(
      fc.property(rgbImage, (image) => {
        const { width, height } = image;
        const labels = { width, height, data: new Uint8Array(width * height).fill(255) };
        assert.deepEqual(withLabels(image, labels, classes), image);
      }),
    );
  });

  it('bear ids that no class has', () => {
    fc.assert(
      fc.property(labelMap, (labels) =>
        assert.equal(labelColours(labels, classes).data.length, 3 * labels.data.length),
      ),
    );
  });

  it('of different heights stand in a row', () => {
    const picture = (width: number, height: number) => ({ width, height, data: new Uint8Array(3 * width * height) });
    const { width, height } = decode(rowPng([picture(3, 2), picture(1, 5)], 2));
    assert.deepEqual([width, height], [6, 5]);
  });
});
