import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encode as encodePng } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { UserError } from '../../../../src/base/userError.ts';
import { idAfter, type LabelClass } from '../../../../src/dataset/classes.ts';
import { chooseClasses, parseClassNames } from '../../../../src/dataset/importLabels/classChoice.ts';
import {
  foreignLabels,
  idClass,
  NOTHING,
  ownLabels,
  usedClasses,
  type ForeignClass,
} from '../../../../src/dataset/importLabels/foreignLabels.ts';
import { labelMeLabels, readLabelMe } from '../../../../src/dataset/importLabels/labelMe.ts';
import { difference, likeness, thumbnail } from '../../../../src/dataset/importLabels/likeness.ts';
import { readNpyMask } from '../../../../src/dataset/importLabels/npyMask.ts';
import { readPngMask } from '../../../../src/dataset/importLabels/pngMask.ts';
import { decodeJpeg } from '../../../../src/dataset/jpeg.ts';
import { encodeLabelPng, encodePalettePng, encodeRgbPng } from '../../../../src/dataset/png.ts';
import { refused } from '../refused.ts';
import { npyBytes } from './npyBytes.ts';

const classes: readonly LabelClass[] = [
  { id: 0, name: 'background', colour: '#000000' },
  { id: 3, name: 'Hair', colour: '#ff0000' },
  { id: 4, name: 'skin', colour: '#00ff00' },
];
const list = { classes, nextClassId: idAfter(classes) };
const noColours = (): boolean => false;

const maps = (ids: fc.Arbitrary<number>) =>
  fc
    .record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) })
    .chain(({ width, height }) =>
      fc
        .uint8Array({ minLength: width * height, maxLength: width * height })
        .chain((noise) =>
          fc.array(ids, { minLength: 1, maxLength: 5 }).map((pool) => noise.map((x) => pool[x % pool.length]!)),
        )
        .map((data) => ({ width, height, data })),
    );

describe('masks of others', () => {
  const own = fc.constantFrom(0, 3, 4, 255);

  it('as PNG of ids, give the labels that they were made of', () => {
    fc.assert(
      fc.property(maps(own), (map) => {
        const read = readPngMask(encodeLabelPng(map), 'mask.png', noColours);
        const { idOf } = chooseClasses({ foreign: usedClasses(read), list, names: new Map(), add: false });
        assert.deepEqual(ownLabels(read, map, idOf), map);
      }),
    );
  });

  it('as indexed PNG, give them too: by colour when all colours are known, else by index', () => {
    fc.assert(
      fc.property(maps(own), fc.boolean(), (map, byColour) => {
        // The palette of an editor that has its own order, or one with VOC's colours.
        const order = [255, 4, 0, 3];
        const palette = Array.from({ length: 256 }, (_, i): [number, number, number] => {
          if (!byColour) return [i, i, 77];
          const found = classes.find(({ id }) => id === order[i]);
          const rgb = found ? Number.parseInt(found.colour.slice(1), 16) : 0x808080;
          return [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
        });
        const stored = byColour ? map.data.map((id) => (id === 255 ? 255 : order.indexOf(id))) : map.data;
        const png = encodePalettePng({ ...map, data: stored, palette });
        const colours = new Set(classes.map(({ colour }) => colour));
        const read = readPngMask(png, 'mask.png', (colour) => colours.has(colour));
        const { idOf } = chooseClasses({ foreign: usedClasses(read), list, names: new Map(), add: false });
        assert.deepEqual(ownLabels(read, map, idOf).data, map.data);
      }),
    );
  });

  it('as coloured PNG, give them too; transparent pixels are not labelled', () => {
    fc.assert(
      fc.property(maps(own), (map) => {
        const data = new Uint8Array(map.data.length * 4);
        map.data.forEach((id, i) => {
          const rgb = Number.parseInt((classes.find((c) => c.id === id)?.colour ?? '#123456').slice(1), 16);
          data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, id === 255 ? 0 : 255], i * 4);
        });
        const read = readPngMask(encodePng({ ...map, data, channels: 4 }), 'mask.png', noColours);
        const { idOf } = chooseClasses({ foreign: usedClasses(read), list, names: new Map(), add: false });
        assert.deepEqual(ownLabels(read, map, idOf).data, map.data);
      }),
    );
  });

  it('are read at 1, 2 and 4 bits, as tools write masks of few classes', () => {
    for (const depth of [1, 2, 4] as const) {
      const [width, height] = [7, 3];
      const values = Array.from({ length: width * height }, (_, i) => (i * 5) % 2 ** depth);
      const rowBytes = Math.ceil((width * depth) / 8);
      const packed = new Uint8Array(rowBytes * height);
      values.forEach((value, i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        packed[y * rowBytes + Math.floor((x * depth) / 8)]! |= value << (8 - depth - ((x * depth) % 8));
      });
      // fast-png writes 8 bits only: an image of the packed bytes, whose header is then changed.
      const png = Buffer.from(encodePng({ width: rowBytes, height, data: packed, channels: 1, depth: 8 }));
      png.writeUInt32BE(width, 16);
      png[24] = depth;
      png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
      const read = readPngMask(png, 'mask.png', noColours);
      assert.deepEqual(
        Array.from(read.data, (index) => Number(read.classes[index]!.text)),
        values,
      );
    }
  });

  it('as .npy, give them too, whatever the type of the numbers', () => {
    fc.assert(
      fc.property(maps(own), fc.constantFrom('u1', 'i8', 'f4'), fc.boolean(), (map, type, squeezed) => {
        const data =
          type === 'u1' ? map.data : type === 'i8' ? BigInt64Array.from(map.data, BigInt) : Float32Array.from(map.data);
        fc.pre(squeezed || (map.width > 1 && map.height > 1));
        const shape = squeezed
          ? [map.height, map.width]
          : type === 'u1'
            ? [1, map.height, map.width]
            : [map.height, map.width, 1];
        const read = readNpyMask(npyBytes(shape, data), 'm.npy');
        const { idOf } = chooseClasses({ foreign: usedClasses(read), list, names: new Map(), add: false });
        assert.deepEqual(ownLabels(read, map, idOf), map);
      }),
    );
  });

  it('are refused when they are none', async () => {
    const noise = Uint8Array.from(
      { length: 64 * 64 * 3 },
      (_, i) => [Math.floor(i / 3) % 64, Math.floor(i / 192), 0][i % 3]!,
    );
    await refused(
      () => readPngMask(encodeRgbPng({ width: 64, height: 64, data: noise }), 'a.png', noColours),
      'a.png',
      'more than a thousand',
    );
    await refused(() => readPngMask(new Uint8Array(20), 'a.png', noColours), 'a.png', 'not a PNG');
    await refused(() => readNpyMask(npyBytes([2, 2], Float32Array.of(0, 1, 0.5, 1)), 'a.npy'), 'a.npy', '0.5');
    await refused(() => readNpyMask(npyBytes([2, 2, 2], new Uint8Array(8)), 'a.npy'), 'a.npy', '[2, 2, 2]');
    await refused(() => readNpyMask(npyBytes([2, 2], Float32Array.of(0, -1, 1, 1)), 'a.npy'), '-1');
    await refused(() => readNpyMask(new Uint8Array(3), 'a.npy'), 'a.npy');
  });

  it('of another size are read at the pixels’ centres', () => {
    const mask = foreignLabels({ width: 4, height: 2 }, [0, 3, 4, 4, 0, 0, 0, 255], idClass)!;
    const idOf = ({ text }: ForeignClass): number => Number(text);
    assert.deepEqual([...ownLabels(mask, { width: 2, height: 1 }, idOf).data], [0, 255]);
    assert.deepEqual([...ownLabels(mask, { width: 8, height: 2 }, idOf).data.subarray(0, 8)], [0, 0, 3, 3, 4, 4, 4, 4]);
    assert.deepEqual([...ownLabels(mask, { width: 2, height: 1 }, idOf, 3).data], [0, 3], 'the rest is a class');
  });
});

describe('the classes of others', () => {
  const id = (n: number): ForeignClass => ({ kind: 'id', text: String(n) });
  const name = (text: string): ForeignClass => ({ kind: 'name', text });

  it('are those of the project with the same id, colour or name', () => {
    const foreign: ForeignClass[] = [id(3), name('HAIR'), { kind: 'colour', text: '#00ff00' }];
    const { idOf, added } = chooseClasses({ foreign, list, names: new Map(), add: true });
    assert.deepEqual(foreign.map(idOf), [3, 3, 4]);
    assert.deepEqual(added, []);
  });

  it('are what the person says', () => {
    const names = parseClassNames(' 0 = skin, 1=hair ,"a, b"=background, #FF0000=unlabelled, 2="hair"');
    const foreign = [id(0), id(1), name('A, B'), { kind: 'colour' as const, text: '#ff0000' }, id(2)];
    const { idOf } = chooseClasses({ foreign, list, names, add: false });
    assert.deepEqual(foreign.map(idOf), [4, 3, 0, 255, 3]);
  });

  it('become new ones when asked, with ids that no class ever had', () => {
    const names = parseClassNames('12=hat, 13=hat');
    const foreign = [id(12), id(13), id(5), name('eyes'), { kind: 'colour' as const, text: '#0000ff' }];
    const {
      idOf,
      added,
      list: longer,
    } = chooseClasses({ foreign, list: { classes, nextClassId: 5 }, names, add: true });
    assert.deepEqual(foreign.map(idOf), [5, 5, 6, 7, 8], 'the id 5 of the file is not the new class 5');
    assert.deepEqual(
      added.map((c) => c.name),
      ['hat', 'class 5', 'eyes', '#0000ff'],
    );
    assert.equal(added[3]!.colour, '#0000ff');
    assert.equal(longer.nextClassId, 9);
    const full = { classes, nextClassId: 255 };
    assert.throws(() => chooseClasses({ foreign: [name('x')], list: full, names, add: true }), /all its 255/);
  });

  it('are all named when the project lacks them', async () => {
    await refused(
      () => chooseClasses({ foreign: [id(12), name('skim'), id(3)], list, names: new Map(), add: false }),
      'no class for 12, "skim" (near "skin")',
      '--add-classes',
    );
    for (const text of ['1', '1=', '=hair', '1=hair 2=skin"', '1=a,01=b'])
      await refused(() => parseClassNames(text), '--classes');
  });
});

describe('LabelMe files', () => {
  const file = (shapes: unknown[], more: object = {}): string =>
    JSON.stringify({ version: '5.0.1', flags: {}, shapes, imagePath: 'x.png', imageData: null, ...more });
  const polygon = (label: string, points: number[][]): object => ({
    label,
    points,
    group_id: null,
    shape_type: 'polygon',
  });
  const textOf = (read: ReturnType<typeof labelMeLabels>): string[] =>
    Array.from(read.data, (index) => (index === NOTHING ? '.' : read.classes[index]!.text));

  it('label the pixels whose centres lie in a polygon, the last shape on top', () => {
    const point = fc.tuple(fc.integer({ min: -8, max: 40 }), fc.integer({ min: -8, max: 40 }));
    // Triangles by hand: a centre is inside when it is on the same side of all three edges.
    const triangle = fc
      .tuple(point, point, point)
      .filter(([a, b, c]) => (b[0] - a[0]) * (c[1] - a[1]) !== (b[1] - a[1]) * (c[0] - a[0]));
    const shapes = fc.array(fc.record({ label: fc.constantFrom('a', 'b', '__ignore__'), corners: triangle }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(shapes, (drawn) => {
        // Quarter pixels, off the centres, so that no centre lies on an edge's end.
        const json = drawn.map(({ label, corners }) =>
          polygon(
            label,
            corners.map(([x, y]) => [x / 2 + 0.13, y / 2 + 0.29]),
          ),
        );
        const read = labelMeLabels(readLabelMe(file(json), 'f.json'), { width: 16, height: 12 }, 'f.json');
        const expected = Array.from({ length: 16 * 12 }, (_, i) => {
          const [x, y] = [(i % 16) + 0.5, Math.floor(i / 16) + 0.5];
          const over = drawn.findLast(({ corners }) => {
            const at = corners.map(([a, b]) => [a / 2 + 0.13, b / 2 + 0.29] as const);
            const sides = at.map(([ax, ay], k) => {
              const [bx, by] = at[(k + 1) % 3]!;
              return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
            });
            // Which side a centre on an edge is on is a matter of rounding: not asked.
            fc.pre(sides.every((side) => Math.abs(side) > 1e-9));
            return sides.every((side) => Math.sign(side) === Math.sign(sides[0]!));
          });
          return over === undefined || over.label === '__ignore__' ? '.' : over.label;
        });
        assert.deepEqual(textOf(read), expected);
      }),
    );
  });

  it('have rectangles and circles too; what has no area is left out', () => {
    const text = file([
      {
        label: 'r',
        shape_type: 'rectangle',
        points: [
          [6, 1],
          [1, 3],
        ],
      },
      {
        label: 'c',
        shape_type: 'circle',
        points: [
          [12, 6],
          [15, 6],
        ],
      },
      {
        label: 'l',
        shape_type: 'linestrip',
        points: [
          [0, 0],
          [5, 5],
        ],
      },
    ]);
    const read = readLabelMe(text, 'f.json');
    assert.deepEqual(read.leftOut, ['linestrip']);
    const labels = textOf(labelMeLabels(read, { width: 16, height: 12 }, 'f.json'));
    assert.equal(labels.filter((x) => x === 'r').length, 10);
    const circle = labels.filter((x) => x === 'c').length;
    assert.ok(Math.abs(circle - Math.PI * 9) < 4, String(circle));
  });

  it('are scaled to the size of the image', () => {
    const read = readLabelMe(
      file(
        [
          polygon('a', [
            [0, 0],
            [512, 0],
            [512, 256],
            [0, 256],
          ]),
        ],
        { imageWidth: 1024, imageHeight: 1024, imagePath: '..\\im\\y.jpg' },
      ),
      'f.json',
    );
    assert.equal(read.image, 'y.jpg');
    const labels = textOf(labelMeLabels(read, { width: 8, height: 8 }, 'f.json'));
    assert.equal(labels.filter((x) => x === 'a').length, 4 * 2);
  });

  it('are refused when they would take forever', async () => {
    const zigzag = Array.from({ length: 20_000 }, (_, i) => [i / 40, i % 2 === 0 ? 0 : 512]);
    const read = readLabelMe(file([polygon('a', zigzag)]), 'f.json');
    await refused(() => labelMeLabels(read, { width: 512, height: 512 }, 'f.json'), 'f.json', 'too often');
  });

  it('are refused with the place of what is wrong', async () => {
    await refused(() => readLabelMe('{"shapes": [', 'f.json'), 'f.json', 'line 1');
    await refused(() => readLabelMe('{}', 'f.json'), 'f.json', '"shapes" is missing');
    await refused(
      () =>
        readLabelMe(
          file([
            polygon('a', [
              [0, 0],
              [1, 1],
            ]),
          ]),
          'f.json',
        ),
      '"shapes[0]"',
      '2 points',
    );
    await refused(() => readLabelMe(file([{ label: 'a', points: [[0, 'x']] }]), 'f.json'), 'shapes[0].points[0][1]');
    await refused(() => readLabelMe(file([], { imageWidth: -5, imageHeight: 3 }), 'f.json'), 'imageWidth');
    await refused(
      () =>
        readLabelMe(
          file([
            {
              label: 'a',
              points: [
                [0, 1e300],
                [1, 1],
                [2, 2],
              ],
            },
          ]),
          'f.json',
        ),
      'points',
    );
  });
});

describe('likeness of images', () => {
  const picture = (seed: number, width = 48, height = 40) => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [(Math.floor(i / 3) % width) / width, Math.floor(i / 3 / width) / height];
      return 128 + 60 * Math.sin(seed * 7 + x * (3 + seed) + y * 5 + (i % 3)) + 40 * Math.cos(seed + y * (2 + seed));
    }),
  });
  const mean = thumbnail({ width: 4, height: 4, data: new Uint8Array(48).fill(128) });

  it('is near 1 for a JPEG of the image at another size, and far from it for others', () => {
    const image = picture(1);
    const rgba = new Uint8Array(48 * 40 * 4).map((_, i) =>
      i % 4 === 3 ? 255 : image.data[Math.floor(i / 4) * 3 + (i % 4)]!,
    );
    const decoded = decodeJpeg(encodeJpeg({ width: 48, height: 40, data: rgba }, 75).data, 'a.jpg');
    assert.deepEqual([decoded.width, decoded.height], [48, 40]);
    const same = thumbnail(decoded);
    assert.ok(likeness(thumbnail(image), same, mean) > 0.98);
    assert.ok(likeness(thumbnail(picture(1, 96, 80)), same, mean) > 0.98);
    assert.ok(difference(thumbnail(image), same) < 3);
    assert.ok(likeness(thumbnail(picture(2)), same, mean) < 0.6);
  });

  it('never fails on a damaged JPEG but with a sentence', () => {
    const data = new Uint8Array(32 * 32 * 4).map((_, i) => i * 7);
    const jpeg = encodeJpeg({ width: 32, height: 32, data }, 80).data;
    const changes = fc.array(fc.tuple(fc.integer({ min: 2, max: jpeg.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(changes, fc.integer({ min: 2, max: jpeg.length }), fc.boolean(), (flips, length, cut) => {
        const bytes = Uint8Array.from(cut ? jpeg.subarray(0, length) : jpeg);
        for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
        try {
          decodeJpeg(bytes, 'a.jpg');
        } catch (error) {
          assert.ok(error instanceof UserError && error.message.startsWith('a.jpg'), String(error));
        }
      }),
    );
  });

  it('is not asked of what is no JPEG', async () => {
    await refused(() => decodeJpeg(new Uint8Array(10), 'a.jpg'), 'a.jpg is not a JPEG');
    await refused(() => decodeJpeg(Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 1, 2), 'a.jpg'), 'a.jpg', 'JPEG');
    const huge = [
      0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xd9,
    ];
    await refused(() => decodeJpeg(Uint8Array.from(huge), 'a.jpg'), 'a.jpg', 'too large');
  });
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
