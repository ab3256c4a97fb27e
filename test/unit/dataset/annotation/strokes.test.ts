import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brushCentre, SweptBrush, type Brush, type Point } from '../../../../src/dataset/annotation/brush.ts';
import type { LabelEdit } from '../../../../src/dataset/annotation/labelEdit.ts';
import type { Rectangle } from '../../../../src/dataset/annotation/rectangle.ts';
import { StrokePainter } from '../../../../src/dataset/annotation/strokePainter.ts';
import { unlabelledMap, type LabelMap } from '../../../../src/dataset/labelMap.ts';
import { brush, checkEdit, copy, expectedLabel, inkFor, labelsAfter, naiveFlood, point, smallMap } from './painting.ts';

const red = { puts: 1, over: 'all', locked: new Set<number>() } as const;
const path = fc.array(point, { minLength: 1, maxLength: 6 });
const painting = smallMap.chain((labels) => inkFor(labels).map((ink) => ({ labels, ink })));

/** Whether pixel (x, y) is within the brush anywhere on the way: by the distance of its centre from the way, in plain floats. */
function within({ shape, diameter }: Brush, from: Point, to: Point, x: number, y: number): boolean | 'too close' {
  const [px, py] = [x + 0.5, y + 0.5];
  const distanceAt = (t: number): number => {
    const [dx, dy] = [from.x + t * (to.x - from.x) - px, from.y + t * (to.y - from.y) - py];
    return shape === 'circle' ? Math.hypot(dx, dy) : Math.max(Math.abs(dx), Math.abs(dy));
  };
  // The distance is a convex function of t.
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (distanceAt(a) <= distanceAt(b)) high = b;
    else low = a;
  }
  const least = Math.min(distanceAt(low), distanceAt(0), distanceAt(1));
  return Math.abs(least - diameter / 2) < 1e-7 && from !== to ? 'too close' : least <= diameter / 2;
}

function paintAtOnce(labels: LabelMap, brush: Brush, centres: readonly Point[], painted: Uint8Array): void {
  for (const [i, to] of centres.entries()) {
    const swept = new SweptBrush(brush, centres[Math.max(0, i - 1)]!, to);
    for (let y = 0; y < labels.height; y++)
      for (let x = 0; x < labels.width; x++) if (swept.covers(x, y)) painted[y * labels.width + x] = 1;
  }
}

function stroke(
  painter: StrokePainter,
  ink: Parameters<StrokePainter['begin']>[0],
  brush: Brush,
  points: readonly Point[],
) {
  const dirty = [painter.begin(ink, brush, points[0]!)];
  for (const next of points.slice(1)) dirty.push(painter.moveTo(next));
  return dirty;
}

function checkDirty(before: LabelMap, after: LabelMap, dirty: readonly (Rectangle | undefined)[]): void {
  for (let i = 0; i < before.data.length; i++) {
    if (before.data[i] === after.data[i]) continue;
    const [x, y] = [i % before.width, Math.floor(i / before.width)];
    assert.ok(dirty.some((r) => r && x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height));
  }
  for (const r of dirty) {
    if (!r) continue;
    assert.ok(r.width > 0 && r.height > 0 && r.x >= 0 && r.y >= 0);
    assert.ok(r.x + r.width <= before.width && r.y + r.height <= before.height);
  }
}

describe('a brush', () => {
  it('covers the pixels whose centres are within half its diameter of the way', () => {
    fc.assert(
      fc.property(brush, point, point, (brush, a, b) => {
        const [from, to] = [brushCentre(a, brush), brushCentre(b, brush)];
        const swept = new SweptBrush(brush, from, to);
        for (let y = 0; y < 20; y++)
          for (let x = 0; x < 20; x++) {
            const expected = within(brush, from, to, x, y);
            if (expected !== 'too close') assert.equal(swept.covers(x, y), expected, `${x}, ${y}`);
          }
      }),
    );
  });

  it('covers one run in each row', () => {
    fc.assert(
      fc.property(brush, point, point, (brush, a, b) => {
        const swept = new SweptBrush(brush, brushCentre(a, brush), brushCentre(b, brush));
        for (let y = -40; y < 70; y++) {
          const [from, to] = swept.run(y, 24);
          const inside = Array.from({ length: 24 }, (_, x) => swept.covers(x, y));
          assert.deepEqual(
            inside,
            Array.from({ length: 24 }, (_, x) => x >= from && x < to),
          );
          if (from < to) assert.ok(y >= swept.rows.first && y <= swept.rows.last);
        }
      }),
    );
  });

  it('paints as many pixels across as its diameter says, wherever the cursor is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), brush, point, (diameter, { shape }, { x, y }) => {
        const labels = unlabelledMap(160, 160);
        const painter = new StrokePainter(labels);
        const dirty = painter.begin(red, { shape, diameter }, { x: x + 70, y: y + 70 });
        assert.deepEqual([dirty?.width, dirty?.height], [diameter, diameter]);
        const painted = labels.data.filter((id) => id === 1).length;
        if (shape === 'square') assert.equal(painted, diameter ** 2);
        else assert.ok(Math.abs(painted - (Math.PI / 4) * diameter ** 2) < 2 * diameter);
      }),
    );
  });

  it('of one pixel paints the pixel under the cursor, and fast moves leave no gap', () => {
    const labels = unlabelledMap(40, 40);
    const painter = new StrokePainter(labels);
    painter.begin(red, { shape: 'circle', diameter: 1 }, { x: 3.99, y: 5.01 });
    assert.deepEqual([labels.data.indexOf(1), labels.data.lastIndexOf(1)], [5 * 40 + 3, 5 * 40 + 3]);
    painter.moveTo({ x: 37.2, y: 17.8 });
    painter.moveTo({ x: 12, y: 39.5 });
    const start = 5 * 40 + 3;
    // Connected over edges and corners.
    const reached = new Set([start]);
    for (const i of reached)
      for (const step of [-41, -40, -39, -1, 1, 39, 40, 41]) if (labels.data[i + step] === 1) reached.add(i + step);
    assert.equal(reached.size, labels.data.filter((id) => id === 1).length);
    assert.ok(reached.has(17 * 40 + 37) && reached.has(39 * 40 + 12));
  });

  it('refuses sizes and points that are none', () => {
    const painter = new StrokePainter(unlabelledMap(2, 2));
    for (const diameter of [0, -1, 1.5, NaN, Infinity])
      assert.throws(() => painter.begin(red, { shape: 'circle', diameter }, { x: 0, y: 0 }), /cannot paint/);
    assert.throws(() => painter.begin(red, { shape: 'circle', diameter: 1 }, { x: NaN, y: 0 }), /no point/);
    assert.throws(() => painter.moveTo({ x: 0, y: 0 }), /No stroke has begun/);
    assert.throws(() => painter.end(), /No stroke has begun/);
  });
});

describe('a stroke', () => {
  it('painted move by move is the stroke painted at once, for every ink', () => {
    fc.assert(
      fc.property(painting, brush, path, ({ labels, ink }, brush, points) => {
        const before = copy(labels);
        const painter = new StrokePainter(labels);
        const dirty = stroke(painter, ink, brush, points);
        checkDirty(before, labels, dirty);
        const { edit } = painter.end();
        checkEdit(before, edit);
        assert.deepEqual(labelsAfter(before, edit).data, labels.data);
        const covered = new Uint8Array(labels.data.length);
        paintAtOnce(
          labels,
          brush,
          points.map((at) => brushCentre(at, brush)),
          covered,
        );
        const expected = before.data.map((old, i) => (covered[i] === 1 ? expectedLabel(ink, old, i) : old));
        assert.deepEqual(labels.data, expected);
      }),
      { numRuns: 300 },
    );
  });

  it('after another begins anew', () => {
    fc.assert(
      fc.property(painting, brush, path, path, ({ labels, ink }, brush, first, second) => {
        const alone = copy(labels);
        const painter = new StrokePainter(labels);
        stroke(painter, ink, brush, first);
        painter.end();
        const alonePainter = new StrokePainter(alone);
        stroke(alonePainter, ink, brush, first);
        alonePainter.end();
        stroke(painter, ink, brush, second);
        const freshPainter = new StrokePainter(alone);
        stroke(freshPainter, ink, brush, second);
        assert.deepEqual(painter.end().edit, freshPainter.end().edit);
        assert.deepEqual(labels.data, alone.data);
      }),
    );
  });

  it('that is cancelled leaves no trace, also when the next begins without an end', () => {
    fc.assert(
      fc.property(painting, brush, path, fc.boolean(), ({ labels, ink }, brush, points, explicitly) => {
        const before = copy(labels);
        const painter = new StrokePainter(labels);
        const dirty = stroke(painter, ink, brush, points);
        const painted = copy(labels);
        const undrawn = explicitly
          ? painter.cancel()
          : painter.begin({ ...red, locked: new Set([0, 1, 2, 3, 255]) }, brush, points[0]!);
        assert.deepEqual(labels.data, before.data);
        checkDirty(painted, labels, [undrawn]);
        checkDirty(before, painted, dirty);
        assert.equal(painter.painting, !explicitly);
      }),
    );
  });

  it('becomes a straight line with Shift, whatever it was before', () => {
    fc.assert(
      fc.property(painting, brush, path, point, point, ({ labels, ink }, brush, points, middle, end) => {
        const direct = copy(labels);
        const painter = new StrokePainter(labels);
        stroke(painter, ink, brush, points);
        painter.straightTo(middle);
        const shown = copy(labels);
        checkDirty(shown, labels, [painter.straightTo(end)]);
        const directPainter = new StrokePainter(direct);
        stroke(directPainter, ink, brush, [points[0]!, end]);
        assert.deepEqual(painter.end().edit, directPainter.end().edit);
        assert.deepEqual(labels.data, direct.data);
      }),
    );
  });

  it('can fill what it encloses', () => {
    fc.assert(
      fc.property(painting, brush, path, ({ labels, ink }, brush, points) => {
        const before = copy(labels);
        const painter = new StrokePainter(labels);
        stroke(painter, ink, brush, points);
        const { edit, dirty } = painter.end({ fill: true });
        checkEdit(before, edit);
        checkDirty(before, labels, [dirty]);
        const { width, height } = labels;
        const covered = new Uint8Array(width * height);
        paintAtOnce(
          labels,
          brush,
          points.map((at) => brushCentre(at, brush)),
          covered,
        );
        // Flooded from around the image.
        const [w, h] = [width + 2, height + 2];
        const outside = naiveFlood(w, h, 0, (i) => {
          const [x, y] = [(i % w) - 1, Math.floor(i / w) - 1];
          return x < 0 || y < 0 || x >= width || y >= height || covered[y * width + x] === 0;
        });
        const expected = before.data.map((old, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          return outside[(y + 1) * w + x + 1] === 0 ? expectedLabel(ink, old, i) : old;
        });
        assert.deepEqual(labels.data, expected);
      }),
    );
    const labels = unlabelledMap(30, 30);
    const painter = new StrokePainter(labels);
    const ring = Array.from({ length: 40 }, (_, i) => ({
      x: 15 + 10 * Math.cos((i * Math.PI) / 19),
      y: 15 + 10 * Math.sin((i * Math.PI) / 19),
    }));
    stroke(painter, red, { shape: 'circle', diameter: 2 }, ring);
    painter.end({ fill: true });
    assert.equal(labels.data[15 * 30 + 15], 1);
    assert.equal(labels.data[0], 255);
  });

  it('goes on above an edit that comes from elsewhere meanwhile', () => {
    fc.assert(
      fc.property(painting, brush, path, path, smallMap, ({ labels, ink }, brush, first, rest, other) => {
        const change = (map: LabelMap): void => {
          for (let i = 0; i < map.data.length; i++) map.data[i] = other.data[i % other.data.length]!;
        };
        const expected = copy(labels);
        change(expected);
        const expectedPainter = new StrokePainter(expected);
        stroke(expectedPainter, ink, brush, [...first, ...rest]);
        const painter = new StrokePainter(labels);
        stroke(painter, ink, brush, first);
        painter.beneath(() => change(labels));
        for (const at of rest) painter.moveTo(at);
        const edit: LabelEdit | undefined = painter.end().edit;
        assert.deepEqual(edit, expectedPainter.end().edit);
        assert.deepEqual(labels.data, expected.data);
      }),
    );
  });
});
