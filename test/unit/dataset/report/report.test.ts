import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { filterRows, type Filter } from '../../../../src/dataset/filter.ts';
import { rowOf, type DataSetRow } from '../../../../src/dataset/dataSetRow.ts';
import type { LabelClass } from '../../../../src/dataset/classes.ts';
import { reportPage } from '../../../../src/dataset/report/page.ts';
import type { ReportData, ReportImage, ReportTraining } from '../../../../src/dataset/report/reportData.ts';
import { selectionOf } from '../../../../src/dataset/selection.ts';
import { statistics } from '../../../../src/dataset/statistics.ts';
import { dataSetSettings } from '../dataSetSettings.ts';
import { assertWellFormed } from './wellFormed.ts';

const classes: readonly LabelClass[] = [
  { id: 0, name: 'background', colour: '#e6e6e6' },
  { id: 3, name: '<script>alert("1")</script> & \'co\'', colour: '#4e79a7' },
];

const side = 8;
const settings = dataSetSettings({
  generator: { name: 'painter', sha256: 'a'.repeat(64) },
  classes: classes.map((labelClass) => ({ ...labelClass })),
  width: side,
  height: side,
  count: 50,
  seed: 7,
  batch: 8,
  attribution: 'A StyleGAN trained on pictures by A. Painter, CC BY 4.0.',
});

describe('The report', () => {
  it('holds every main figure', () => {
    const page = reportPage(reportData({ count: 50 }));
    const figures = [...page.matchAll(/<dt>([^<]*)<\/dt>\s*<dd>([^<]*)<\/dd>/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    for (const figure of [
      ['images', '50'],
      ['kept (90\u202f%)', '45'],
      ['classes', '2'],
      ['mean IoU', '78.3\u202f%'],
      ['held-out accuracy', '95\u202f%'],
      ['images per second', '63.4'],
      ['training', '12.3\u202fs'],
      ['computed on', 'CPU'],
      ['Seed', '7'],
      ['Truncation', 'ψ = 0.7 on 8 style layers'],
    ])
      assert.ok(
        figures.some((other) => String(other) === String(figure)),
        String(figure),
      );
    for (const text of [
      'a'.repeat(64),
      'b'.repeat(64),
      'onnxruntime-node 1.30.0',
      'DatasetGAN 0.1.0',
      'by A. Painter, CC BY 4.0',
    ])
      assert.ok(page.includes(text), text);
  });

  it('has image, labels and uncertainty of every chosen image, and describes them to those who do not see them', () => {
    const page = reportPage(reportData({ count: 50 }));
    for (const what of ['Image', 'Labels of image', 'Uncertainty of image'])
      assert.equal([...page.matchAll(new RegExp(`alt="${what} \\d+`, 'g'))].length, 9, what);
    assert.match(page, /alt="Labels of image 0: background 75\u202f%, &lt;script&gt;/);
    for (const [image] of page.matchAll(/<img[^>]*>/g)) assert.match(image, / alt="/);
  });

  it('draws the four plots, with the cut of the filter', () => {
    const page = reportPage(reportData({ count: 50 }));
    const drawings = [...page.matchAll(/role="img" aria-label="[^"]+"/g)];
    assert.equal(drawings.length, 4);
    const { threshold } = filterOf(rowsOf(50));
    assert.ok(page.includes(`>cut at ${threshold!.toPrecision(3)}</text>`));
  });

  it('shows the losses of all members and their mean', () => {
    const lines = (members: number): number =>
      [...reportPage(reportData({ count: 3, members })).matchAll(/<path [^>]*stroke="var\(--(?:blue|orange)\)"[^>]*>/g)]
        .length;
    // Of each member two lines and a ring.
    assert.equal(lines(10) - lines(4), 6 * 3);
  });

  it('escapes what people and files say', () => {
    const evil = '"><img src=x onerror=alert(1)><script>';
    const page = reportPage({
      ...reportData({ count: 5 }),
      title: evil,
      settings: { ...settings, generator: { name: evil, sha256: 'a'.repeat(64) }, attribution: evil },
      runtimes: [{ provider: evil, runtime: evil, processor: evil }],
      versions: [{ name: evil, version: evil }],
    });
    assert.doesNotMatch(page, /<script|<img src=x/i);
    assertWellFormed(page);
  });

  it('lets nothing load or run but its own style sheet and embedded pictures', () => {
    const page = reportPage(reportData({ count: 5 }));
    const style = /<style>([^]*?)<\/style>/.exec(page)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    assert.ok(
      page.includes(
        `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;" />`,
      ),
    );
    assert.equal([...page.matchAll(/<style/g)].length, 1);
    assert.doesNotMatch(page, / style="| on\w+="|(?:src|href)="(?!data:image\/png;base64,)/);
  });

  const cases: readonly (readonly [string, ReportData])[] = [
    ['a whole data set', reportData({ count: 50 })],
    ['no images yet', reportData({ count: 0 })],
    ['one image', reportData({ count: 1 })],
    ['one class, where nothing is uncertain', reportData({ count: 4, classes: classes.slice(1), top: 0 })],
    ['no image kept', { ...reportData({ count: 4, ratio: 1 }) }],
    ['no filter', { ...reportData({ count: 4 }), filter: undefined }],
    ['no interpreter', { ...reportData({ count: 4 }), training: undefined, measured: {}, runtimes: [], versions: [] }],
    ['a training without a measurement', { ...reportData({ count: 4 }), training: { curve: [], best: [] } }],
    ['a single measurement', { ...reportData({ count: 4 }), training: training(2, 1) }],
    ['losses that are not numbers', { ...reportData({ count: 4 }), training: brokenTraining() }],
    ['254 classes', reportData({ count: 2, classes: manyClasses() })],
  ];
  for (const [name, data] of cases)
    it(`is well-formed, says no nonsense and is the same each time: ${name}`, () => {
      const page = reportPage(data);
      assertWellFormed(page);
      const nonsense = /.{0,80}(?:NaN|Infinity|∞|undefined|\bnull\b|\[object).{0,80}/.exec(
        page.replaceAll(/base64,[^"]*/g, ''),
      );
      assert.equal(nonsense?.[0], undefined);
      assert.equal(reportPage(data), page);
    });
});

function rowsOf(count: number, list = classes, top = 1): DataSetRow[] {
  return Array.from({ length: count }, (_, id) => {
    const { labels } = imageOf(id, list);
    return rowOf(id, { sum: (top * id) / 10, top10mean: (top * (id + 1)) / 100 }, labels, list);
  });
}

function filterOf(rows: readonly DataSetRow[], ratio = 0.1): Filter {
  return filterRows(rows, { score: 'top10mean', ratio });
}

function imageOf(id: number, list = classes, top = 1): ReportImage {
  const size = { width: side, height: side };
  const pixels = side * side;
  const last = list.at(-1)!.id;
  return {
    id,
    score: id / 100,
    fate: 'kept',
    image: { ...size, data: new Uint8Array(3 * pixels).fill(id) },
    labels: { ...size, data: new Uint8Array(pixels).fill(list[0]!.id).fill(last, (3 * pixels) / 4) },
    uncertainty: new Float32Array(pixels).fill((top * id) / 100),
  };
}

function reportData(options: {
  count: number;
  classes?: readonly LabelClass[];
  ratio?: number;
  members?: number;
  top?: number;
}): ReportData {
  const { count, ratio, members = 3, top } = options;
  const list = options.classes ?? classes;
  const rows = rowsOf(count, list, top);
  const filter = filterOf(rows, ratio);
  const selection = selectionOf(filter);
  const { fateOf } = selection;
  const kept = rows.filter(({ id }) => fateOf(id) === 'kept').slice(0, 6);
  return {
    title: 'painter',
    settings: { ...settings, classes: list.map((labelClass) => ({ ...labelClass })) },
    statistics: statistics(rows, list, selection),
    filter,
    missing: 50 - count,
    runtimes: [{ provider: 'cpu', runtime: 'onnxruntime-node 1.30.0', processor: 'a processor' }],
    random: kept.map(({ id }) => imageOf(id, list, top)),
    uncertain: rows.slice(-3).map(({ id }) => ({ ...imageOf(id, list, top), fate: fateOf(id) })),
    training: training(members, 5),
    measured: { imagesPerSecond: 63.4, meanIoU: 0.783 },
    versions: [{ name: 'DatasetGAN', version: '0.1.0' }],
  };
}

function training(members: number, points: number): ReportTraining {
  const perMember = (value: number): number[] => Array.from({ length: members }, (_, i) => value + i / 100);
  return {
    curve: Array.from({ length: points }, (_, i) => ({
      step: 10 * (i + 1),
      trainLoss: perMember(1 / (i + 1)),
      heldOutLoss: perMember(1.2 / (i + 1)),
      heldOutAccuracy: perMember(0.9),
    })),
    best: Array.from({ length: members }, (_, i) => ({ step: 10 * points, loss: 0.3 + i / 100, accuracy: 0.95 })),
    samples: 16,
    seconds: 12.34,
  };
}

function brokenTraining(): ReportTraining {
  const point = { step: 10, trainLoss: [NaN, 1], heldOutLoss: [Infinity, 0], heldOutAccuracy: [0, 1] };
  return { curve: [point, { ...point, step: 20 }], best: [{ step: 0, loss: Infinity, accuracy: 0 }] };
}

function manyClasses(): LabelClass[] {
  return Array.from({ length: 254 }, (_, id) => ({ id, name: `part ${id}`, colour: '#123456' }));
}
