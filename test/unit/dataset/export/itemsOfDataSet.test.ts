import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileWhole } from '../../../../src/base/atomicFile.ts';
import { exportDataSet } from '../../../../src/dataset/export/exportDataSet.ts';
import { itemsOfDataSet } from '../../../../src/dataset/export/itemsOfDataSet.ts';
import { encodeLabelPng, encodeRgbPng } from '../../../../src/dataset/png.ts';
import { dataSetSettings } from '../dataSetSettings.ts';
import { draw } from './maps.ts';
import { listFiles, readPng } from './readers.ts';

const hash = 'ab'.repeat(32);
const settings = dataSetSettings({
  generator: { name: 'avatars-64', sha256: hash },
  interpreter: { sha256: hash, members: 10 },
  classes: [
    { id: 0, name: 'background', colour: '#000000' },
    { id: 3, name: 'face', colour: '#ff0000' },
  ],
  width: 2,
  height: 2,
  count: 5,
  attribution: 'Drawn by somebody, CC BY 4.0.',
});

describe('exporting a generated data set', () => {
  let folder = '';
  const filter = (images: number, dropped: readonly number[]) =>
    writeFile(
      join(folder, 'filter.json'),
      JSON.stringify({ score: 'top10mean', ratio: 0.25, threshold: 1, images, dropped }),
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-dataset-'));
    await writeFileWhole(join(folder, 'dataset.json'), JSON.stringify(settings));
    const rows = [0, 1, 2, 3].map(
      (id) => JSON.stringify({ id, sum: id, top10mean: id, pixels: { 0: 2, 3: 2 } }) + '\n',
    );
    await writeFileWhole(join(folder, 'index/0001-of-0001.jsonl'), rows.join(''));
    for (const id of [0, 1, 2, 3]) {
      await writeFileWhole(
        join(folder, `images/00000${id}.png`),
        encodeRgbPng({ width: 2, height: 2, data: new Uint8Array(12).fill(id) }),
      );
      await writeFileWhole(join(folder, `labels/00000${id}.png`), encodeLabelPng(draw('03', '30')));
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes images, labels, classes and attribution from its folder', async () => {
    const source = await itemsOfDataSet(folder);
    assert.equal(source.missing, 1);
    const out = join(folder, 'export');
    await exportDataSet({ ...source, format: 'voc', folder: out });
    assert.equal(
      await readFile(join(out, 'ImageSets/Segmentation/train.txt'), 'utf8'),
      '000000\n000001\n000002\n000003\n',
    );
    assert.deepEqual([...(await readPng(join(out, 'SegmentationClass/000002.png'))).data], [0, 3, 3, 0]);
    assert.match(await readFile(join(out, 'ATTRIBUTION.md'), 'utf8'), /Drawn by somebody, CC BY 4\.0\./);
  });

  it('knows what the filter dropped', async () => {
    await filter(4, [2]);
    const out = join(folder, 'export');
    await exportDataSet({
      ...(await itemsOfDataSet(folder, { keptOnly: true })),
      keptOnly: true,
      format: 'voc',
      folder: out,
    });
    assert.deepEqual(await listFiles(join(out, 'JPEGImages')), ['000000.png', '000001.png', '000003.png']);
  });

  it('refuses to leave out what no filter, or one of other images, has dropped', async () => {
    const rest = 'run "dgan generate" to its end, which filters, or export without --kept-only.';
    const refused = (message: string) =>
      assert.rejects(itemsOfDataSet(folder, { keptOnly: true }), { name: 'UserError', message });
    await refused(`${folder} has no filter.json: ${rest}`);
    await filter(3, [2]);
    await refused(`${folder} has a filter of 3 images, but there are 4: ${rest}`);
    await itemsOfDataSet(folder);
  });

  it('names a picture that is missing, and leaves no half export', async () => {
    await rm(join(folder, 'labels/000001.png'));
    const out = join(folder, 'export');
    await assert.rejects(
      exportDataSet({ ...(await itemsOfDataSet(folder)), format: 'coco', folder: out }),
      /^UserError: Could not read .*labels.000001\.png: ENOENT/,
    );
    assert.ok(!(await listFiles(folder)).some((file) => file.startsWith('export')));
  });
});
