import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rgbOf } from '../../../src/dataset/classes.ts';
import { fromGallerySchema } from '../../../src/messages/galleryMessages.ts';
import { heatColours, heatTop, labelColours } from '../../../webview/gallery/colourTables.ts';
import { GalleryRows } from '../../../webview/gallery/galleryRows.ts';
import { FIRST_LOOKS, restoredLooks, type GalleryLooks } from '../../../webview/gallery/galleryState.ts';
import { binRange, scoreHistogram } from '../../../webview/gallery/scoreHistogram.ts';

function rowsWith(scores: readonly number[], dropped: readonly number[] = []): GalleryRows {
  const rows = new GalleryRows(0);
  rows.setFates({
    dropped: Uint32Array.from(dropped),
    rejected: new Uint32Array(0),
    annotated: new Uint32Array(0),
    threshold: undefined,
  });
  rows.add({
    ids: Uint32Array.from(scores, (_, i) => i),
    scores: Float32Array.from(scores),
    pixels: new Uint32Array(0),
  });
  return rows;
}

describe("the gallery's histogram", () => {
  it('has every image in one bin, and its range of all bins leaves none out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 8, noNaN: true })),
        fc.integer({ min: 2, max: 60 }),
        (scores, bins) => {
          const { edges, kept, leftOut, most } = scoreHistogram(
            rowsWith(
              scores,
              scores.map((_, i) => i).filter((i) => i % 3 === 0),
            ),
            bins,
          );
          const sum = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0);
          assert.equal(sum(kept) + sum(leftOut), scores.length);
          assert.equal(sum(leftOut), Math.ceil(scores.length / 3));
          assert.ok(most === Math.max(...Array.from(kept, (count, i) => count + leftOut[i]!)));
          assert.deepEqual(binRange(edges, undefined, undefined), { first: 0, end: bins });
          for (const score of rowsWith(scores).scores) assert.ok(score >= edges[0]! && score <= edges[bins]!);
        },
      ),
    );
  });

  it('finds the bins of a range that its own handles chose', () => {
    const { edges } = scoreHistogram(rowsWith([0, 1, 2, 3, 4]), 8);
    for (let first = 0; first < 8; first++)
      for (let end = first + 1; end <= 8; end++)
        assert.deepEqual(binRange(edges, edges[first], edges[end]), { first, end });
  });

  it('does not let one image that went wrong squeeze the others', () => {
    const { kept } = scoreHistogram(rowsWith([...Array.from({ length: 200 }, (_, i) => i / 200), 1000]), 10);
    assert.ok(kept.filter((count) => count > 0).length >= 8);
    assert.equal(kept.at(-1)! >= 1, true);
  });
});

describe("the gallery's colours", () => {
  const classes = [
    { id: 0, name: 'a', colour: '#102030' },
    { id: 7, name: 'b', colour: '#ffffff' },
  ];
  it('are those of the classes; what is no class is clear', () => {
    const table = labelColours(classes);
    assert.deepEqual([...table.subarray(0, 4)], [...rgbOf('#102030'), 255]);
    assert.deepEqual([...table.subarray(28, 32)], [255, 255, 255, 255]);
    for (const id of [1, 8, 255]) assert.equal(table[4 * id + 3], 0);
    assert.ok(labelColours(classes, 7)[3]! < 64);
  });

  it('grow lighter with the uncertainty up to the top', () => {
    const table = heatColours(50);
    const light = (value: number): number => table[4 * value]! + table[4 * value + 1]! + table[4 * value + 2]!;
    for (let value = 10; value <= 50; value += 10) assert.ok(light(value) > light(value - 10));
    assert.equal(light(50), light(255));
  });

  it('have a top within what a pixel can be', () => {
    const size = { width: 64, height: 64, largestUncertainty: Math.log(8) };
    assert.equal(heatTop(new Float32Array(0), 'sum', size), 255);
    assert.equal(heatTop(Float32Array.of(1), 'sum', { ...size, largestUncertainty: 0 }), 255);
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1000, noNaN: true }), (score) => {
        const top = heatTop(Float32Array.of(score), 'sum', size);
        assert.ok(top >= 2 && top <= 255);
      }),
    );
  });
});

describe('what the gallery keeps', () => {
  it('comes back', () => {
    const looks: GalleryLooks = {
      mode: 'side by side',
      size: 96,
      opacity: { overlay: 0.3, uncertainty: 0.8 },
      query: { show: 'kept', contains: [1], from: 0.1, to: undefined, order: { by: 'share', column: 2 } },
      active: 5,
      anchor: 80,
    };
    assert.deepEqual(restoredLooks(JSON.parse(JSON.stringify(looks)), 3), looks);
    // Another data set may have fewer classes.
    assert.deepEqual(restoredLooks(looks, 1).query.contains, []);
    assert.deepEqual(restoredLooks(looks, 1).query.order, FIRST_LOOKS.query.order);
  });

  it('is as at first where it makes no sense', () => {
    assert.deepEqual(restoredLooks(undefined, 3), FIRST_LOOKS);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (anything, query) => {
        const { mode, size } = restoredLooks({ mode: anything, size: anything, query, opacity: anything }, 3);
        assert.ok(typeof mode === 'string' && size > 0);
      }),
    );
  });
});

describe('what the gallery may say', () => {
  it('is checked', () => {
    for (const right of [
      { type: 'ready' },
      { type: 'reject', ids: [1, 2], rejected: true },
      { type: 'annotate', id: 3 },
    ])
      assert.ok(fromGallerySchema.safeParse(right).success);
    for (const wrong of [
      undefined,
      'ready',
      { type: 'run' },
      { type: 'ready', more: 1 },
      { type: 'reject', ids: [], rejected: true },
      { type: 'reject', ids: [-1], rejected: true },
      { type: 'reject', ids: ['../../x'], rejected: true },
      { type: 'annotate', id: 1.5 },
      { type: 'annotate', id: '1' },
      { type: 'failed', message: 'x'.repeat(10_001) },
    ])
      assert.ok(!fromGallerySchema.safeParse(wrong).success, JSON.stringify(wrong));
  });
});
