import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cellAfterKey,
  gridLayout,
  offsetOf,
  offsetThatShows,
  rowsInView,
  scrollTopOf,
  TALLEST,
  type GridLayout,
} from '../../../webview/gallery/gridLayout.ts';

const sizes = fc.record({
  width: fc.integer({ min: 10, max: 3000 }),
  cellWidth: fc.integer({ min: 20, max: 400 }),
  cellHeight: fc.integer({ min: 20, max: 400 }),
  gap: fc.integer({ min: 0, max: 16 }),
  count: fc.nat(20_000),
});
const layouts = sizes.map(gridLayout);
const views = fc.integer({ min: 1, max: 2000 });

describe('the virtual grid', () => {
  it('has as many columns as fit, one at least, and rows for all', () => {
    fc.assert(
      fc.property(layouts, ({ width, columns, rows, cellWidth, gap, count }) => {
        const needed = (n: number): number => n * (cellWidth + gap) + gap;
        assert.ok(columns === 1 || needed(columns) <= width);
        assert.ok(needed(columns + 1) > width);
        assert.ok(rows * columns >= count && (rows - 1) * columns < Math.max(1, count));
      }),
    );
  });

  it('has every row in the document that a pixel of the view shows, and few more', () => {
    fc.assert(
      fc.property(layouts, views, fc.double({ min: 0, max: 1, noNaN: true }), (layout, view, at) => {
        const offset = at * Math.max(0, layout.height - view);
        const { first, end } = rowsInView(layout, offset, view, 1);
        assert.ok(first >= 0 && end <= layout.rows && first <= end);
        for (const y of [offset, offset + view - 1]) {
          const row = Math.floor(y / layout.rowHeight);
          if (row < layout.rows) assert.ok(row >= first && row < end, `row ${row} of ${first} … ${end}`);
        }
        assert.ok(end - first <= Math.ceil(view / layout.rowHeight) + 3);
      }),
    );
  });

  it('scrolls to both ends of a million images, higher than an element can be', () => {
    const layout = gridLayout({ width: 900, cellWidth: 200, cellHeight: 220, gap: 8, count: 1_000_000 });
    const view = 700;
    assert.ok(layout.height > TALLEST && layout.scrollHeight === TALLEST);
    assert.equal(offsetOf(layout, 0, view), 0);
    assert.equal(offsetOf(layout, layout.scrollHeight - view, view), layout.height - view);
    for (const offset of [0, 12_345_678, layout.height - view])
      assert.ok(Math.abs(offsetOf(layout, scrollTopOf(layout, offset, view), view) - offset) < 1e-3);
  });

  it('brings a cell into view, and does not move when it is there', () => {
    fc.assert(
      fc.property(layouts, views, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (layout, view, cell, at) => {
        fc.pre(layout.count > 0 && view >= layout.rowHeight + layout.gap);
        const index = cell % layout.count;
        const offset = offsetThatShows(layout, index, at * layout.height, view);
        const top = Math.floor(index / layout.columns) * layout.rowHeight;
        assert.ok(top >= offset && top + layout.rowHeight + layout.gap <= offset + view);
        assert.equal(offsetThatShows(layout, index, offset, view), offset);
      }),
    );
  });

  describe('under the keys', () => {
    const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];

    it('never leaves the images', () => {
      fc.assert(
        fc.property(
          layouts,
          views,
          fc.array(fc.tuple(fc.constantFrom(...keys), fc.boolean())),
          (layout, view, pressed) => {
            fc.pre(layout.count > 0);
            let cell = 0;
            for (const [key, control] of pressed) {
              cell = cellAfterKey(layout, cell, key, view, control)!;
              assert.ok(Number.isInteger(cell) && cell >= 0 && cell < layout.count);
            }
          },
        ),
      );
    });

    /** 4 columns; 10 images: rows of 4, 4 and 2. */
    const layout: GridLayout = gridLayout({ width: 100, cellWidth: 20, cellHeight: 20, gap: 4, count: 10 });

    it('moves as a reader expects', () => {
      assert.equal(layout.columns, 4);
      const moves: readonly (readonly [number, string, number, boolean?])[] = [
        [3, 'ArrowRight', 4],
        [4, 'ArrowLeft', 3],
        [0, 'ArrowLeft', 0],
        [9, 'ArrowRight', 9],
        [1, 'ArrowDown', 5],
        [5, 'ArrowUp', 1],
        [1, 'ArrowUp', 1],
        [7, 'ArrowDown', 9],
        [9, 'ArrowDown', 9],
        [6, 'Home', 4],
        [5, 'End', 7],
        [8, 'End', 9],
        [6, 'Home', 0, true],
        [0, 'End', 9, true],
        [1, 'PageDown', 9],
        [9, 'PageUp', 1],
      ];
      for (const [from, key, to, control] of moves)
        assert.equal(cellAfterKey(layout, from, key, 48, control), to, `${key} from ${from}`);
      assert.equal(cellAfterKey(layout, 0, 'q', 48), undefined);
      assert.equal(cellAfterKey({ ...layout, count: 0 }, 0, 'End', 48), undefined);
    });
  });
});
