import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { LabelClass } from '../../../../src/dataset/classes.ts';
import {
  exportDataSet,
  type ExportHooks,
  type ExportItem,
  type ExportRequest,
} from '../../../../src/dataset/export/exportDataSet.ts';
import { exportFormats } from '../../../../src/dataset/export/formats.ts';
import { draw } from './maps.ts';
import { listFiles } from './readers.ts';

const classes: readonly LabelClass[] = [
  { id: 0, name: 'background', colour: '#000000' },
  { id: 1, name: 'ring', colour: '#ff0000' },
];
const labels = draw('0000', '0110', '0110', '....');
const image = encode({ width: 4, height: 4, channels: 3, data: new Uint8Array(48) });
const items: readonly ExportItem[] = Array.from({ length: 10 }, (_, id) => ({ id, image, labels, kept: id < 4 }));

describe('exporting a data set', () => {
  let root = '';
  let folder = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dgan-export-'));
    folder = join(root, 'out');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const run = (more: Partial<ExportRequest> = {}, hooks: ExportHooks = {}) =>
    exportDataSet({ items, classes, attribution: 'by us', format: 'yolo', folder, ...more }, hooks);
  const refuses = async (message: string | RegExp, more: Partial<ExportRequest> = {}) => {
    await assert.rejects(run(more), { name: 'UserError', message });
  };

  it('tells progress and what it wrote', async () => {
    const steps: string[] = [];
    const summary = await run({ split: '90/10' }, { progress: (done, total) => steps.push(`${done}/${total}`) });
    assert.deepEqual(steps, ['1/10', '2/10', '3/10', '4/10', '5/10', '6/10', '7/10', '8/10', '9/10', '10/10']);
    assert.deepEqual(summary, { folder, format: 'yolo', samples: { train: 9, val: 1 }, classes });
    const manifest = JSON.parse(await readFile(join(folder, 'export.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(manifest['state'], 'finished');
    assert.deepEqual(manifest['samples'], { train: 9, val: 1 });
  });

  it('takes items as they come, and images from files', async () => {
    const path = join(root, 'image.png');
    await writeFile(path, image);
    async function* stream(): AsyncGenerator<ExportItem> {
      for (const item of [...items].reverse()) yield await Promise.resolve({ ...item, image: path });
    }
    await run({ items: stream() });
    assert.deepEqual(await readFile(join(folder, 'images/train/000007.png')), Buffer.from(image));
  });

  it('holds one sample at a time', async () => {
    let open = 0;
    const lazy = items.map((item) => ({
      ...item,
      labels: () => {
        open++;
        return labels;
      },
    }));
    await run({ items: lazy }, { progress: (done) => assert.equal(open, done) });
  });

  describe('writes', () => {
    it('into a missing folder, with its parents', async () => {
      await run({ folder: join(root, 'a/b/c') });
      assert.ok((await listFiles(join(root, 'a/b/c'))).includes('data.yaml'));
    });

    it('into an empty folder, also through a link', async () => {
      await mkdir(folder);
      await symlink(folder, join(root, 'link'), 'junction');
      await run({ folder: join(root, 'link') });
      assert.ok((await readdir(folder)).includes('data.yaml'));
    });

    it('over an earlier export, of which nothing stays', async () => {
      await run();
      await run({ format: 'voc' });
      assert.deepEqual((await readdir(folder)).sort(), [
        'ATTRIBUTION.md',
        'ImageSets',
        'JPEGImages',
        'README.md',
        'SegmentationClass',
        'export.json',
        'labelmap.txt',
      ]);
      assert.deepEqual(await readdir(root), ['out']);
    });
  });

  describe('refuses, and leaves everything as it was:', () => {
    it('a folder with other things in it', async () => {
      await mkdir(folder);
      await writeFile(join(folder, 'thesis.txt'), 'mine');
      await refuses(
        `${folder} is not empty and no earlier export (it has no export.json of ours): give a new or an empty folder.`,
      );
      assert.deepEqual(await readdir(root, { recursive: true }), ['out', join('out', 'thesis.txt')]);
    });

    it('a folder with somebody else’s export.json', async () => {
      await mkdir(folder);
      await writeFile(join(folder, 'export.json'), '{"name":"my figures"}');
      await refuses(/is not empty and no earlier export/);
    });

    it('a file', async () => {
      await writeFile(folder, 'mine');
      await refuses(`${folder} is a file or lies below one: give a new or an empty folder.`);
      const below = join(folder, 'below');
      await refuses(`${below} is a file or lies below one: give a new or an empty folder.`, { folder: below });
      assert.equal(await readFile(folder, 'utf8'), 'mine');
    });

    it('an earlier export into which somebody has put things', async () => {
      await run();
      for (const [put, where] of [
        ['labels/train.cache', 'labels'],
        ['runs/weights/best.pt', 'runs'],
        ['notes.txt', ''],
      ] as const) {
        const path = join(folder, put);
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(path, 'mine');
        await refuses(
          `${join(folder, where)} holds other files than the earlier export wrote; it is not replaced, so that nothing of yours is lost: move them away or give a new folder.`,
        );
        assert.equal(await readFile(path, 'utf8'), 'mine');
        await rm(join(folder, put.includes('runs') ? 'runs' : put), { recursive: true });
      }
      await run();
    });

    it('something else in the place where the export is put together', async () => {
      await mkdir(`${folder}.unfinished`);
      await writeFile(join(`${folder}.unfinished`, 'x'), 'mine');
      await refuses(
        `${folder}.unfinished is where the export is put together, but something else stands there: move it away or export to another folder.`,
      );
    });

    it('nothing to export', async () => {
      await refuses('There is nothing to export: the data set has no samples.', { items: [] });
      await refuses(
        'There is nothing to export: none of the 6 samples is kept by the filter and not rejected. Export without --kept-only or relax the filter.',
        { items: items.slice(4), keptOnly: true },
      );
    });

    it('an unknown format', async () => {
      await refuses(
        `There is no export format "yollo"; did you mean "yolo"? There are: ${exportFormats.map(({ name }) => name).join(', ')}.`,
        { format: 'yollo' },
      );
    });

    const first = items[0]!;
    for (const [what, item, message] of [
      [
        'labels of another size',
        { labels: draw('00') },
        'The image of sample 000000 is 4×4 pixels, but the labels of sample 000000 are 2×1.',
      ],
      [
        'labels with too few pixels',
        { labels: { ...labels, data: new Uint8Array(3) } },
        'The labels of sample 000000 hold 3 pixels instead of 16.',
      ],
      [
        'an id that is no class',
        { labels: draw('0000', '0000', '0000', '0007') },
        "The labels of sample 000000 have the id 7, which is none of the data set's classes.",
      ],
      ['an image that is no PNG', { image: Buffer.from('GIF89a') }, 'The image of sample 000000 is not a PNG image.'],
      ['a negative id', { id: -1 }, 'The sample id -1 is not a whole number from 0 on.'],
      ['an id twice', { id: 1 }, 'The sample 1 is there twice.'],
    ] as const) {
      it(what, async () => {
        await refuses(message, { items: [{ ...first, ...item }, ...items.slice(1)] });
        assert.deepEqual(await readdir(root), []);
      });
    }

    it('an image that is not there', async () => {
      const path = join(root, 'gone.png');
      await refuses(`Could not read ${path}: ENOENT: no such file or directory, open '${path}'.`, {
        items: [{ ...first, image: path }],
      });
      assert.deepEqual(await readdir(root), []);
    });

    it('classes that contradict each other', async () => {
      await refuses('The classes cannot be exported: two classes have the id 0.', {
        classes: [...classes, classes[0]!],
      });
    });
  });

  for (const { name } of exportFormats) {
    it(`stops when it is asked to and leaves nothing behind (${name})`, async () => {
      const stop = new AbortController();
      const progress = (done: number) => {
        if (done === 5) stop.abort();
      };
      await assert.rejects(run({ format: name }, { signal: stop.signal, progress }), { name: 'AbortError' });
      assert.deepEqual(await readdir(root), []);
    });
  }

  it('is recognisably unfinished when it is killed, and the next run makes it whole', async () => {
    await run();
    const whole = await listFiles(folder);
    for (const at of [1, 5, 10]) {
      const killed = join(root, `killed-${at}`);
      await run(
        { folder: join(root, `other-${at}`) },
        {
          // What lies on the disk at this moment is what a kill would leave.
          progress: (done) => {
            if (done === at) cpSync(join(root, `other-${at}.unfinished`), `${killed}.unfinished`, { recursive: true });
          },
        },
      );
      assert.deepEqual(JSON.parse(await readFile(join(`${killed}.unfinished`, 'export.json'), 'utf8')), UNFINISHED);
      await run({ folder: killed });
      assert.deepEqual(await listFiles(killed), whole);
    }
    assert.ok((await readdir(root)).every((entry) => !entry.includes('.unfinished')));
  });

  it('brings a replacement to its end that was killed between two renames', async () => {
    await run();
    await rename(folder, `${folder}.replaced`);
    await refuses(/nothing to export/, { items: [] }); // refuses before it touches anything
    await run({ format: 'voc' });
    assert.deepEqual(await readdir(root), ['out']);

    await cp(folder, `${folder}.replaced`, { recursive: true });
    await run({ format: 'coco' });
    assert.deepEqual(await readdir(root), ['out']);
    assert.ok((await readdir(folder)).includes('annotations'));
  });
});

const UNFINISHED = { datasetgan: 'export', version: 1, state: 'unfinished' };
