import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packRows } from '../../../src/messages/packedRows.ts';
import { GalleryRows } from '../../../webview/gallery/galleryRows.ts';
import { answer, EVERYTHING, isNarrowed, type Query } from '../../../webview/gallery/query.ts';

interface Made {
  readonly id: number;
  readonly score: number;
  readonly pixels: readonly [number, number, number];
  readonly fate: 'kept' | 'dropped' | 'rejected';
}

function rowsOf(images: readonly Made[], pieces = 1): GalleryRows {
  const rows = new GalleryRows(3);
  const ids = (fate: Made['fate']): Uint32Array =>
    Uint32Array.from(images.filter((each) => each.fate === fate).map(({ id }) => id));
  rows.setFates({
    dropped: ids('dropped'),
    rejected: ids('rejected'),
    annotated: new Uint32Array(0),
    threshold: undefined,
  });
  for (let piece = 0; piece < pieces; piece++) {
    const part = images.filter((_, i) => i % pieces === piece);
    rows.add(
      packRows(
        part.map(({ id, score, pixels }) => ({
          id,
          sum: 0,
          top10mean: score,
          pixels: { '0': pixels[0], '4': pixels[1], '7': pixels[2] },
        })),
        'top10mean',
        [0, 4, 7],
      ),
    );
  }
  return rows;
}

const images = fc.uniqueArray(
  fc.record({
    id: fc.nat(5000),
    // Exact in single precision, as the columns hold it.
    score: fc.integer({ min: 0, max: 64 }).map((value) => value / 32),
    pixels: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(3), fc.nat(3)),
    fate: fc.constantFrom('kept', 'dropped', 'rejected'),
  }) satisfies fc.Arbitrary<Made>,
  { selector: ({ id }) => id, maxLength: 60 },
);

const queries: fc.Arbitrary<Query> = fc.record({
  show: fc.constantFrom('all', 'kept', 'dropped', 'rejected'),
  contains: fc.subarray([0, 1, 2]),
  from: fc.option(
    fc.integer({ min: 0, max: 64 }).map((v) => v / 32),
    { nil: undefined },
  ),
  to: fc.option(
    fc.integer({ min: 0, max: 64 }).map((v) => v / 32),
    { nil: undefined },
  ),
  order: fc.oneof(
    fc.record({ by: fc.constantFrom('uncertainty', 'number'), descending: fc.boolean() }),
    fc.record({ by: fc.constant('share' as const), column: fc.nat(2) }),
  ),
});

const share = ({ pixels }: Made, column: number): number => pixels[column]! / (pixels[0] + pixels[1] + pixels[2]);

/** The same in the plainest words. */
function expected(all: readonly Made[], { show, contains, from, to, order }: Query): number[] {
  const key = (each: Made): number =>
    order.by === 'share'
      ? -share(each, order.column)
      : (order.by === 'number' ? each.id : each.score) * (order.descending ? -1 : 1);
  return all
    .filter(({ fate }) => show === 'all' || fate === show)
    .filter(({ pixels }) => contains.every((column) => pixels[column]! > 0))
    .filter(({ score }) => (from === undefined || score >= from) && (to === undefined || score <= to))
    .sort((a, b) => key(a) - key(b) || a.id - b.id)
    .map(({ id }) => id);
}

const idsOf = (rows: GalleryRows, places: Uint32Array): number[] => Array.from(places, (place) => rows.ids[place]!);

describe('what the gallery shows', () => {
  it('is what was asked for, in the order that was asked for', () => {
    fc.assert(
      fc.property(images, queries, (all, query) => {
        const rows = rowsOf(all);
        assert.deepEqual(idsOf(rows, answer(rows, query)), expected(all, query));
      }),
    );
  });

  it('does not depend on the pieces that a generation delivered it in', () => {
    fc.assert(
      fc.property(images, queries, fc.integer({ min: 1, max: 7 }), (all, query, pieces) => {
        const [once, grown] = [rowsOf(all), rowsOf(all, pieces)];
        assert.equal(grown.length, all.length);
        assert.deepEqual(idsOf(grown, answer(grown, query)), idsOf(once, answer(once, query)));
      }),
    );
  });

  it('keeps what was just rejected in sight until the next question', () => {
    const rows = rowsOf([
      { id: 0, score: 1, pixels: [1, 0, 0], fate: 'kept' },
      { id: 1, score: 1, pixels: [1, 0, 0], fate: 'kept' },
    ]);
    const kept: Query = { ...EVERYTHING, show: 'kept' };
    rows.reject([1], true);
    assert.deepEqual(idsOf(rows, answer(rows, kept, new Set([rows.placeOf(1)!]))), [0, 1]);
    assert.deepEqual(idsOf(rows, answer(rows, kept)), [0]);
    rows.reject([1], false);
    assert.deepEqual(idsOf(rows, answer(rows, kept)), [0, 1]);
  });

  it('remembers the fates of images that come later, and the rejection stands above the filter', () => {
    const rows = new GalleryRows(1);
    rows.setFates({
      dropped: Uint32Array.of(5, 6),
      rejected: Uint32Array.of(6),
      annotated: Uint32Array.of(5),
      threshold: 0.5,
    });
    const one = (id: number) => ({
      ids: Uint32Array.of(id),
      scores: Float32Array.of(1),
      pixels: Uint32Array.of(4),
    });
    for (const id of [4, 5, 6, 5]) rows.add(one(id));
    assert.deepEqual([rows.length, ...rows.fates], [3, 0, 1, 2]);
    assert.deepEqual([...rows.annotated], [0, 1, 0]);
    rows.reject([6], false);
    assert.deepEqual([...rows.fates], [0, 1, 1]);
    assert.throws(() => rows.add({ ...one(9), pixels: new Uint32Array(3) }), /fit together/);
  });

  it('is narrowed by anything but its order', () => {
    assert.ok(!isNarrowed({ ...EVERYTHING, order: { by: 'uncertainty', descending: true } }));
    assert.ok(isNarrowed({ ...EVERYTHING, contains: [1] }));
    assert.ok(isNarrowed({ ...EVERYTHING, to: 0.5 }));
  });
});
