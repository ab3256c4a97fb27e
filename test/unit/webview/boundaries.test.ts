import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boundariesWithin } from '../../../webview/annotator/boundaries.ts';
import { clipped, rectangleOfEdit } from '../../../webview/annotator/rectangles.ts';
import { editBetween } from '../../../src/dataset/annotation/labelEdit.ts';

const identity = Uint8Array.from({ length: 256 }, (_, id) => id);

/** Every unit edge between different pixels as "x0 y0 x1 y1 low high". */
function unitEdges(data: Uint8Array, width: number, shownAs: Uint8Array): string[] {
  const edges: string[] = [];
  const add = (at: string, a: number, b: number): void => {
    const [p, q] = [shownAs[a]!, shownAs[b]!];
    if (p !== q) edges.push(`${at} ${Math.min(p, q)} ${Math.max(p, q)}`);
  };
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x > 0) add(`${x} ${y} ${x} ${y + 1}`, data[i - 1]!, data[i]!);
    if (y > 0) add(`${x} ${y} ${x + 1} ${y}`, data[i - width]!, data[i]!);
  }
  return edges.sort();
}

describe('boundariesWithin', () => {
  it('finds every border between two labels once, whatever the tiles', () => {
    const maps = fc
      .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
      .chain(({ width, height }) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          data: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 3 }),
          tile: fc.integer({ min: 1, max: 13 }),
          hidden: fc.boolean(),
        }),
      );
    fc.assert(
      fc.property(maps, ({ width, height, data, tile, hidden }) => {
        const shownAs = identity.slice();
        if (hidden) shownAs[1] = 255;
        const found: string[] = [];
        for (let y = 0; y < height; y += tile)
          for (let x = 0; x < width; x += tile) {
            const bounds = { x, y, width: Math.min(tile, width - x), height: Math.min(tile, height - y) };
            boundariesWithin(data, width, bounds, shownAs, ({ x0, y0, x1, y1 }, low, high) => {
              for (let i = x0; i < x1; i++) found.push(`${i} ${y0} ${i + 1} ${y0} ${low} ${high}`);
              for (let i = y0; i < y1; i++) found.push(`${x0} ${i} ${x0} ${i + 1} ${low} ${high}`);
            });
          }
        assert.deepEqual(found.sort(), unitEdges(data, width, shownAs));
      }),
    );
  });

  it('joins the pieces of a straight border', () => {
    const data = Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : 1));
    const pieces: unknown[] = [];
    boundariesWithin(data, 8, { x: 0, y: 0, width: 8, height: 8 }, identity, (piece) => pieces.push(piece));
    assert.deepEqual(pieces, [{ x0: 0, y0: 4, x1: 8, y1: 4 }]);
  });
});

describe('rectangleOfEdit', () => {
  it('is the smallest rectangle around the changed pixels, or wider where a run goes over the end of a row', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 48, max: 1 }), (after) => {
        const edit = editBetween(
          { width: 8, height: 6, data: new Uint8Array(48) },
          { width: 8, height: 6, data: after },
        );
        const rectangle = edit && rectangleOfEdit(edit, 8);
        if (!rectangle) {
          assert.ok(after.every((id) => id === 0));
          return;
        }
        const { x, y, width, height } = rectangle;
        for (const [i, id] of after.entries()) {
          const [column, row] = [i % 8, Math.floor(i / 8)];
          if (id === 1) assert.ok(column >= x && column < x + width && row >= y && row < y + height);
        }
        assert.ok(after.subarray(y * 8, (y + 1) * 8).includes(1));
        assert.ok(after.subarray((y + height - 1) * 8, (y + height) * 8).includes(1));
      }),
    );
  });
});

describe('clipped', () => {
  it('gives whole pixels within the image, or nothing', () => {
    assert.deepEqual(clipped({ x: -3.5, y: 2.5, width: 5, height: 1 }, 10, 10), { x: 0, y: 2, width: 2, height: 2 });
    assert.equal(clipped({ x: 10, y: 0, width: 5, height: 5 }, 10, 10), undefined);
    assert.equal(clipped({ x: -5, y: 0, width: 5, height: 5 }, 10, 10), undefined);
  });
});
