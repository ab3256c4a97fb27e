import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { decode, encode } from 'fast-png';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import type { LabelClass } from '../../../../src/dataset/classes.ts';
import { exportDataSet, type ExportItem, type ExportRequest } from '../../../../src/dataset/export/exportDataSet.ts';
import type { ExportFolder } from '../../../../src/dataset/export/exportFolder.ts';
import { DEFAULT_FORMAT_OPTIONS, type ExportSample } from '../../../../src/dataset/export/exportFormat.ts';
import { webDataset } from '../../../../src/dataset/export/webDataset.ts';
import { UNLABELLED, type LabelMap } from '../../../../src/dataset/labelMap.ts';
import { anyMap, hardMaps } from './maps.ts';
import { decodeCocoRle, fillLikePycocotools, fillRings, iou, listFiles, readPng } from './readers.ts';

// Ids with gaps, the last one possible, two classes of one colour, a colour that VOC's void has, names that need quotes.
const classes: readonly LabelClass[] = [
  { id: 0, name: 'background', colour: '#000000' },
  { id: 1, name: 'skin', colour: '#e0e0c0' },
  { id: 2, name: 'left "eye"', colour: '#ff0000' },
  { id: 3, name: "right eye's lid # yes", colour: '#ff0000' },
  { id: 254, name: 'no', colour: '#0000ff' },
];

interface Sample {
  readonly image: Uint8Array;
  readonly labels: LabelMap;
}

const samples = new Map<number, Sample>();
const items: ExportItem[] = [];
let root = '';

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'dgan-export-'));
  const maps = [...Object.values(hardMaps), ...fc.sample(anyMap, { numRuns: 31, seed: 7 })];
  maps.forEach((labels, k) => {
    const id = k < 45 ? k : 2_000_000 + k; // ids with more than six digits too
    const data = Uint8Array.from({ length: labels.data.length * 3 }, (_, i) => (i * 37 + k * 11) % 256);
    const image = encode({
      width: labels.width,
      height: labels.height,
      channels: 3,
      data,
      text: { Source: 'bytes that a re-encoding would lose' },
    });
    samples.set(id, { image, labels });
    items.push({ id, image, labels: k % 2 ? labels : () => Promise.resolve(labels), kept: k % 5 !== 0 });
  });
});

after(async () => {
  await rm(root, { recursive: true, force: true });
});

let count = 0;
async function exported(format: string, more: Partial<ExportRequest> = {}): Promise<string> {
  const folder = join(root, `${format}-${count++}`);
  await exportDataSet({ items, classes, attribution: 'A generator by somebody, CC BY 4.0.', format, folder, ...more });
  return folder;
}

const nameOf = (id: number) => String(id).padStart(6, '0');
const text = (...path: string[]) => readFile(join(...path), 'utf8');
const lines = async (...path: string[]) => (await text(...path)).split('\n').filter((line) => line !== '');

/** The samples that a reader found, compared with those that went in. */
class Found {
  readonly ids = new Set<number>();
  check(id: number, image: Uint8Array, labels: Uint8Array): void {
    assert.ok(!this.ids.has(id), `${id} is there once`);
    this.ids.add(id);
    const sample = samples.get(id)!;
    assert.deepEqual(Buffer.from(image), Buffer.from(sample.image), `the image of ${id} is copied byte for byte`);
    assert.deepEqual(Uint8Array.from(labels), sample.labels.data, `the labels of ${id}`);
  }
  all(): void {
    assert.deepEqual(
      [...this.ids].sort((a, b) => a - b),
      [...samples.keys()],
    );
  }
}

describe('the VOC export, as CVAT and torchvision read it', () => {
  it('has the class ids as indices and as colours, and void as 255', async () => {
    const folder = await exported('voc', { split: '80/20' });
    const byColour = new Map<string, string>();
    for (const line of await lines(folder, 'labelmap.txt')) {
      if (line.startsWith('#')) continue;
      const [name, colour, parts, actions] = line.split(':');
      assert.deepEqual([parts, actions], ['', '']);
      assert.ok(!byColour.has(colour!), `${colour!} means one class only`);
      byColour.set(colour!, name!);
    }
    assert.deepEqual([...byColour.values()], [...classes.map(({ name }) => name), 'void']);
    const idOf = new Map([...classes.map(({ id, name }) => [name, id] as const), ['void', UNLABELLED]]);
    const found = new Found();
    for (const name of await lines(folder, 'ImageSets/Segmentation/trainval.txt')) {
      const mask = await readPng(join(folder, 'SegmentationClass', `${name}.png`));
      const image = await readFile(join(folder, 'JPEGImages', `${name}.png`));
      found.check(Number(name), image, mask.data as Uint8Array);
      const ids = Array.from(mask.data, (index) => idOf.get(byColour.get(mask.palette![index]!.join(','))!));
      assert.deepEqual(ids, [...mask.data], 'by colour');
    }
    found.all();
    const [train, val] = [
      await lines(folder, 'ImageSets/Segmentation/train.txt'),
      await lines(folder, 'ImageSets/Segmentation/val.txt'),
    ];
    assert.equal(train.length, 40);
    assert.equal(val.length, 10);
    assert.deepEqual([...train, ...val].sort(), await lines(folder, 'ImageSets/Segmentation/trainval.txt'));
  });

  it('refuses a name that labelmap.txt cannot hold, and says how to rename it', async () => {
    const odd = [{ id: 1, name: 'a:b', colour: '#123456' }];
    const request = { classes: odd, items: items.slice(0, 1) };
    await assert.rejects(exported('voc', request), {
      name: 'UserError',
      message: `The class "a:b" has a name that labelmap.txt cannot hold (a colon, a line break, "#" at the beginning, or "void"); rename it for this export: --merge-classes 'a:b=new name'.`,
    });
    await exported('voc', { ...request, mergeClasses: 'a:b=ab' });
  });
});

interface Coco {
  readonly images: { id: number; file_name: string; width: number; height: number; license: number }[];
  readonly annotations: {
    id: number;
    image_id: number;
    category_id: number;
    iscrowd: 0 | 1;
    area: number;
    bbox: [number, number, number, number];
    segmentation: number[][] | { size: [number, number]; counts: string };
  }[];
  readonly categories: { id: number; name: string }[];
  readonly licenses: { id: number }[];
  readonly info: { contributor: string };
}

describe('the COCO export, as pycocotools reads it', () => {
  for (const holes of ['rle', 'cut'] as const) {
    it(`paints back the label maps exactly (holes as ${holes})`, async () => {
      const folder = await exported('coco', { split: '70/20/10', options: { holes } });
      const found = new Found();
      let crowds = 0;
      for (const split of ['train', 'val', 'test']) {
        const data = JSON.parse(await text(folder, `annotations/instances_${split}.json`)) as Coco;
        const idOf = new Map(data.categories.map(({ id, name }) => [id, classes.find((c) => c.name === name)!.id]));
        assert.ok(data.categories.every(({ id }) => id > 0));
        assert.match(data.info.contributor, /CC BY/);
        assert.deepEqual(
          data.annotations.map(({ id }) => id),
          data.annotations.map((_, i) => i + 1),
        );
        for (const { id, file_name, width, height, license } of data.images) {
          assert.ok(data.licenses.some((l) => l.id === license));
          const painted = new Uint8Array(width * height).fill(UNLABELLED);
          for (const annotation of data.annotations.filter((a) => a.image_id === id)) {
            const { segmentation } = annotation;
            const crowd = !Array.isArray(segmentation);
            assert.equal(annotation.iscrowd, crowd ? 1 : 0);
            crowds += annotation.iscrowd;
            const masks = crowd
              ? [decodeCocoRle(segmentation)]
              : segmentation.map((p) => fillLikePycocotools(p, width, height));
            const mask = new Uint8Array(width * height);
            for (const { data: part } of masks) part.forEach((value, i) => (mask[i]! |= value));
            if (!crowd) {
              const centres = fillRings(segmentation, width, height, 'even-odd');
              assert.ok(iou(centres.data, mask) >= 0.98);
              assert.ok(segmentation.every((p) => p.length >= 6 && p.length % 2 === 0));
            }
            assert.equal(
              annotation.area,
              mask.reduce((a, b) => a + b),
            );
            const inside = [...mask.keys()].filter((i) => mask[i]);
            const xs = inside.map((i) => i % width);
            const ys = inside.map((i) => Math.floor(i / width));
            const [left, top] = [Math.min(...xs), Math.min(...ys)];
            assert.deepEqual(annotation.bbox, [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1]);
            for (const i of inside) {
              assert.equal(painted[i], UNLABELLED, 'annotations do not overlap');
              painted[i] = idOf.get(annotation.category_id)!;
            }
          }
          found.check(id, await readFile(join(folder, 'images', split, file_name)), painted);
        }
      }
      found.all();
      if (holes === 'rle') assert.ok(crowds > 5);
      else assert.equal(crowds, 0);
    });
  }
});

describe('the YOLO export, as Ultralytics reads it', () => {
  it('paints back the label maps, holes and thin parts included', async () => {
    const folder = await exported('yolo', { split: '80/20' });
    const yaml = await text(folder, 'data.yaml');
    const key = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(yaml)![1]!;
    const names = [...yaml.matchAll(/^ {2}(\d+): (".*")$/gm)].map(([, index, name]) => {
      return [Number(index), JSON.parse(name!) as string] as const;
    });
    assert.deepEqual(
      names,
      classes.map(({ name }, index) => [index, name]),
    );
    const found = new Found();
    for (const split of ['train', 'val']) {
      const images = (await listFiles(folder)).filter((file) => file.startsWith(`${key(split)}/`));
      assert.ok(images.length > 0);
      for (const file of images) {
        const image = await readFile(join(folder, file));
        const { width, height } = decode(image);
        const painted = new Uint8Array(width * height).fill(UNLABELLED);
        for (const line of await lines(folder, file.replace('images/', 'labels/').replace('.png', '.txt'))) {
          const [index, ...points] = line.split(' ').map(Number);
          assert.ok(points.length >= 6 && points.length % 2 === 0, 'at least three points');
          assert.ok(
            points.every((p) => p >= 0 && p <= 1),
            'normalised',
          );
          const ring = points.map((p, k) => p * (k % 2 ? height : width));
          for (const rule of ['even-odd', 'non-zero'] as const) {
            const filled = fillRings([ring], width, height, rule);
            filled.data.forEach((value, i) => {
              if (value) painted[i] = classes[index!]!.id;
            });
          }
        }
        const id = Number(file.slice(file.lastIndexOf('/') + 1, -4));
        const truth = samples.get(id)!.labels.data;
        for (const { id: c } of classes) {
          const only = (map: Uint8Array) => map.map((value) => (value === c ? 1 : 0));
          assert.ok(iou(only(painted), only(truth)) >= 0.98);
        }
        found.check(id, image, painted);
      }
    }
    found.all();
  });

  it('validates on the training images when there is no split, since Ultralytics wants both', async () => {
    const folder = await exported('yolo');
    assert.match(await text(folder, 'data.yaml'), /^train: images\/train\nval: images\/train\n/);
  });
});

describe('the Cityscapes export', () => {
  it('has ids, train ids and colours under the right names', async () => {
    const folder = await exported('cityscapes', { split: '50/50' });
    const table = JSON.parse(await text(folder, 'labels.json')) as {
      name: string;
      classId: number;
      labelId: number;
      trainId: number;
      color: number[];
    }[];
    assert.deepEqual([table[0]!.name, table[0]!.labelId, table[0]!.trainId], ['unlabeled', 0, 255]);
    assert.deepEqual(
      table.slice(1).map(({ trainId }) => trainId),
      [0, 1, 2, 3, 4],
    );
    const found = new Found();
    for (const file of (await listFiles(folder)).filter((f) => f.startsWith('leftImg8bit/'))) {
      const match = /^leftImg8bit\/(train|val)\/([a-z]+)\/(\2_(\d{6})_(\d{6}))_leftImg8bit\.png$/.exec(file)!;
      const truth = join(folder, 'gtFine', match[1]!, match[2]!, `${match[3]!}_gtFine`);
      const labelIds = (await readPng(`${truth}_labelIds.png`)).data;
      const trainIds = (await readPng(`${truth}_labelTrainIds.png`)).data;
      const colour = (await readPng(`${truth}_color.png`)).data;
      const ids = Uint8Array.from(labelIds, (id) => table.find((row) => row.labelId === id)!.classId);
      assert.deepEqual(
        Uint8Array.from(trainIds, (id) => table.find((row) => row.trainId === id)!.classId),
        ids,
      );
      const byColour = Uint8Array.from(ids, (_, i) => {
        return table.find(({ color }) => color.every((value, c) => value === colour[i * 3 + c]))!.classId;
      });
      assert.deepEqual(byColour, ids);
      found.check(Number(match[4]) * 1e6 + Number(match[5]), await readFile(join(folder, file)), ids);
    }
    found.all();
  });
});

describe('the Hugging Face export, as datasets’ imagefolder reads it', () => {
  it('names both images in each row of metadata.jsonl', async () => {
    const folder = await exported('huggingface', { split: '80/10/10' });
    const found = new Found();
    for (const split of ['train', 'validation', 'test']) {
      const linked: string[] = ['metadata.jsonl'];
      for (const line of await lines(folder, split, 'metadata.jsonl')) {
        const row = JSON.parse(line) as { file_name: string; label_file_name: string; id: number; kept: boolean };
        const labels = await readPng(join(folder, split, row.label_file_name));
        assert.equal(labels.channels, 1);
        found.check(row.id, await readFile(join(folder, split, row.file_name)), labels.data as Uint8Array);
        assert.equal(row.kept, items.find(({ id }) => id === row.id)!.kept);
        linked.push(row.file_name, row.label_file_name);
      }
      assert.deepEqual(await listFiles(join(folder, split)), linked.sort());
    }
    found.all();
    const table = JSON.parse(await text(folder, 'classes.json')) as unknown;
    assert.deepEqual(table, { unlabelled: 255, classes });
    assert.match(await text(folder, 'README.md'), /^---\n[^]*task_categories:[^]*?\n---\n/);
  });
});

describe('the WebDataset export', () => {
  interface Part {
    readonly name: string;
    readonly data: Buffer;
  }
  async function readTar(path: string): Promise<Part[]> {
    const parts: Part[] = [];
    for await (const entry of Readable.from([await readFile(path)]).pipe(extract())) {
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      assert.equal(entry.header.mtime.getTime(), 0);
      parts.push({ name: entry.header.name, data: Buffer.concat(pieces) });
    }
    return parts;
  }

  it('keeps what belongs together under one key, in numbered shards', async () => {
    const folder = await exported('webdataset', { split: '80/20', options: { shardSize: 16 } });
    const shards = (await listFiles(folder)).filter((file) => file.endsWith('.tar'));
    assert.deepEqual(shards, ['train-000000.tar', 'train-000001.tar', 'train-000002.tar', 'val-000000.tar']);
    const found = new Found();
    for (const shard of shards) {
      const groups = new Map<string, Map<string, Buffer>>();
      let last = '';
      for (const { name, data } of await readTar(join(folder, shard))) {
        const dot = name.indexOf('.');
        const [key, ending] = [name.slice(0, dot), name.slice(dot + 1)];
        assert.ok(key === last || !groups.has(key), 'the parts of a sample stand together');
        last = key;
        groups.set(key, (groups.get(key) ?? new Map<string, Buffer>()).set(ending, data));
      }
      assert.ok(groups.size <= 16);
      for (const [key, group] of groups) {
        assert.deepEqual([...group.keys()], ['image.png', 'labels.png', 'json']);
        const facts = JSON.parse(group.get('json')!.toString()) as { id: number };
        assert.equal(key, nameOf(facts.id));
        found.check(facts.id, group.get('image.png')!, decode(group.get('labels.png')!).data as Uint8Array);
      }
    }
    found.all();
  });

  for (const path of ['/dev/full', '/nowhere/at/all.tar']) {
    it(`hands on what the disk says (${path})`, async function () {
      if (path === '/dev/full' && !existsSync(path)) this.skip(); // Linux has it: a disk that is always full
      async function* noise(): AsyncGenerator<ExportSample> {
        for (let id = 0; id < 5; id++) {
          const labels = { width: 1, height: 1, data: Uint8Array.of(1) };
          yield await Promise.resolve({
            id,
            name: nameOf(id),
            split: 'train',
            image: new Uint8Array(300_000),
            labels,
            kept: true,
          });
        }
      }
      const unused = () => Promise.reject(new Error('not asked for'));
      const folder: ExportFolder = {
        claim: () => Promise.resolve(path),
        write: unused,
        openText: unused,
        finish: unused,
        abandon: unused,
      };
      const context = { folder, classes, splits: ['train'], attribution: '', options: DEFAULT_FORMAT_OPTIONS } as const;
      await assert.rejects(webDataset.write(noise(), context), { code: path === '/dev/full' ? 'ENOSPC' : 'ENOENT' });
    });
  }

  it('gives the same bytes for the same data', async () => {
    const [a, b] = [await exported('webdataset'), await exported('webdataset')];
    assert.deepEqual(await readFile(join(a, 'train-000000.tar')), await readFile(join(b, 'train-000000.tar')));
  });
});

for (const format of ['voc', 'coco', 'yolo', 'cityscapes', 'huggingface', 'webdataset']) {
  describe(`every export (${format})`, () => {
    it('has the generator’s attribution and an explanation beside the files', async () => {
      const folder = await exported(format, { items: items.slice(0, 3) });
      assert.match(await text(folder, 'ATTRIBUTION.md'), /A generator by somebody, CC BY 4\.0\./);
      assert.match(await text(folder, 'README.md'), /\| 254 \| no \| `#0000ff` \|/);
      assert.match(await text(folder, 'README.md'), /ATTRIBUTION\.md/);
    });

    it('writes the same files again for the same request', async () => {
      const [a, b] = [await exported(format, { split: '80/20' }), await exported(format, { split: '80/20' })];
      const files = await listFiles(a);
      assert.deepEqual(await listFiles(b), files);
      for (const file of files) assert.deepEqual(await readFile(join(a, file)), await readFile(join(b, file)), file);
    });
  });
}

describe('what is exported', () => {
  it('is what the filter kept, when that is asked for', async () => {
    const folder = await exported('voc', { keptOnly: true });
    const kept = items.filter((item) => item.kept).map(({ id }) => nameOf(id));
    assert.deepEqual(await lines(folder, 'ImageSets/Segmentation/train.txt'), kept);
    assert.equal((await listFiles(join(folder, 'JPEGImages'))).length, kept.length);
  });

  it('has merged classes, and none of those that were left out', async () => {
    const folder = await exported('huggingface', { mergeClasses: ['skin+no=face', 'background=unlabelled'] });
    for (const line of await lines(folder, 'train/metadata.jsonl')) {
      const { id, label_file_name } = JSON.parse(line) as { id: number; label_file_name: string };
      const want = samples.get(id)!.labels.data.map((c) => (c === 254 ? 1 : c === 0 ? 255 : c));
      assert.deepEqual(Uint8Array.from((await readPng(join(folder, 'train', label_file_name))).data), want);
    }
    const table = JSON.parse(await text(folder, 'classes.json')) as { classes: LabelClass[] };
    assert.deepEqual(
      table.classes.map(({ id, name }) => [id, name]),
      [
        [1, 'face'],
        [2, 'left "eye"'],
        [3, "right eye's lid # yes"],
      ],
    );
  });
});
