import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Point } from '../../../../src/dataset/annotation/brush.ts';
import { areaOfLabel, contiguousArea } from '../../../../src/dataset/annotation/fill.ts';
import { predictionInk, subtractingInk } from '../../../../src/dataset/annotation/ink.ts';
import { inkEdit, labelTheRest } from '../../../../src/dataset/annotation/inkEdit.ts';
import { polygonArea } from '../../../../src/dataset/annotation/polygon.ts';
import { wandArea, wandCosts } from '../../../../src/dataset/annotation/wand.ts';
import type { RgbImage } from '../../../../src/dataset/image.ts';
import { UNLABELLED } from '../../../../src/dataset/labelMap.ts';
import {
  checkBox,
  checkEdit,
  expectedLabel,
  inkFor,
  labelsAfter,
  mapOf,
  naiveFlood,
  pixelsOfArea,
  point,
  smallMap,
} from './painting.ts';

const withPixel = smallMap.chain((labels) =>
  fc.nat({ max: labels.data.length - 1 }).map((pixel) => ({ labels, pixel })),
);
const withPrediction = smallMap.chain((labels) =>
  fc.record({
    labels: fc.constant(labels),
    prediction: mapOf(labels.width, labels.height),
    locked: fc.uniqueArray(fc.constantFrom(0, 1, 2, 3), { maxLength: 2 }).map((ids) => new Set<number>(ids)),
  }),
);

describe('ink on an area', () => {
  it('changes what it may and nothing else; locked classes keep exactly their pixels', () => {
    const cases = smallMap.chain((labels) =>
      fc.record({
        labels: fc.constant(labels),
        ink: inkFor(labels),
        points: fc.array(point, { minLength: 3, maxLength: 5 }),
        everywhere: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(cases, ({ labels, ink, points, everywhere }) => {
        const area = polygonArea(points, labels.width, labels.height);
        const edit = inkEdit(labels, everywhere ? 'everywhere' : area, ink);
        checkEdit(labels, edit);
        const after = labelsAfter(labels, edit);
        const expected = labels.data.map((old, i) =>
          everywhere || area.mask[i] === 1 ? expectedLabel(ink, old, i) : old,
        );
        assert.deepEqual(after.data, expected);
        for (const id of ink.locked)
          assert.deepEqual(
            after.data.map((label) => Number(label === id)),
            labels.data.map((label) => Number(label === id)),
          );
      }),
    );
  });

  it('of a prediction never changes a label unasked, and leaves nothing unlabelled that it labels', () => {
    fc.assert(
      fc.property(withPrediction, fc.constantFrom(undefined, 0, 1, 2), ({ labels, prediction, locked }, only) => {
        const ink = predictionInk(prediction, only === undefined ? { locked } : { only, locked });
        const after = labelsAfter(labels, inkEdit(labels, 'everywhere', ink));
        for (const [i, old] of labels.data.entries()) {
          const said = prediction.data[i]!;
          const wanted = said !== UNLABELLED && !locked.has(said) && (only === undefined || said === only);
          assert.equal(after.data[i], old === UNLABELLED && wanted ? said : old);
        }
      }),
    );
  });

  it('of a prediction changes labels when asked, but never locked ones', () => {
    fc.assert(
      fc.property(withPrediction, ({ labels, prediction, locked }) => {
        const ink = predictionInk(prediction, { overwrite: true, locked });
        const after = labelsAfter(labels, inkEdit(labels, 'everywhere', ink));
        for (const [i, old] of labels.data.entries()) {
          const said = prediction.data[i]!;
          assert.equal(after.data[i], said === UNLABELLED || locked.has(said) || locked.has(old) ? old : said);
        }
      }),
    );
  });

  it('takes one class away where a polygon subtracts', () => {
    const labels = { width: 4, height: 1, data: Uint8Array.from([1, 2, 1, 255]) };
    const all = polygonArea([{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 1 }, { x: 0, y: 1 }], 4, 1); // prettier-ignore
    assert.deepEqual(
      [...labelsAfter(labels, inkEdit(labels, all, subtractingInk(1, new Set()))).data],
      [255, 2, 255, 255],
    );
    assert.equal(inkEdit(labels, all, subtractingInk(1, new Set([1]))), undefined);
  });

  it('makes the rest background and touches no label', () => {
    fc.assert(
      fc.property(smallMap, (labels) => {
        const edit = labelTheRest(labels, 0, new Set([1]));
        checkEdit(labels, edit);
        assert.deepEqual(
          labelsAfter(labels, edit).data,
          labels.data.map((id) => (id === UNLABELLED ? 0 : id)),
        );
        assert.equal(labelTheRest(labels, 0, new Set([0])), undefined);
      }),
    );
  });

  it('of another size is refused', () => {
    const labels = { width: 4, height: 1, data: new Uint8Array(4) };
    const prediction = { width: 2, height: 2, data: new Uint8Array(4) };
    const ink = predictionInk(prediction, { locked: new Set() });
    assert.throws(() => inkEdit(labels, 'everywhere', ink), /2×2 pixels is no ink for 4×1/);
    const area = contiguousArea(prediction, 0, 0);
    assert.throws(() => inkEdit(labels, area, { puts: 1, over: 'all', locked: new Set() }), /2×2 .* does not fit 4×1/);
  });
});

describe('fill', () => {
  it('finds the region that hangs together over edges', () => {
    fc.assert(
      fc.property(withPixel, ({ labels, pixel }) => {
        const { width, height, data } = labels;
        const area = contiguousArea(labels, pixel % width, Math.floor(pixel / width));
        assert.deepEqual(
          area.mask,
          naiveFlood(width, height, pixel, (i) => data[i] === data[pixel]),
        );
        checkBox(area);
      }),
    );
  });

  it('winds through a maze', () => {
    const [width, height] = [64, 63];
    // Walls in every second row, open at alternating ends.
    const data = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return y % 2 === 1 && x !== (y % 4 === 1 ? width - 1 : 0) ? 1 : 0;
    });
    const area = contiguousArea({ width, height, data }, 0, 0);
    assert.equal(pixelsOfArea(area).length, data.filter((id) => id === 0).length);
  });

  it('finds all of one label, and nothing outside of the image', () => {
    fc.assert(
      fc.property(withPixel, ({ labels, pixel }) => {
        const id = labels.data[pixel]!;
        const area = areaOfLabel(labels, id);
        assert.deepEqual(
          area.mask,
          labels.data.map((other) => Number(other === id)),
        );
        assert.equal(contiguousArea(labels, -1, 0).box, undefined);
        assert.equal(contiguousArea(labels, 0, labels.height).box, undefined);
      }),
    );
  });
});

describe('a polygon', () => {
  /** Sum of the angles under which the edges are seen (Sunday's winding number), the slow way. */
  const winding = (points: readonly Point[], px: number, py: number): number => {
    let sum = 0;
    for (const [i, a] of points.entries()) {
      const b = points[(i + 1) % points.length]!;
      const [ax, ay, bx, by] = [a.x - px, a.y - py, b.x - px, b.y - py];
      sum += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
    }
    return Math.round(sum / (2 * Math.PI));
  };
  const nearEdge = (points: readonly Point[], px: number, py: number): boolean =>
    points.some((a, i) => {
      const b = points[(i + 1) % points.length]!;
      const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
      const along = length === 0 ? 0 : ((px - a.x) * (b.x - a.x) + (py - a.y) * (b.y - a.y)) / length;
      const t = Math.min(1, Math.max(0, along));
      return Math.hypot(a.x + t * (b.x - a.x) - px, a.y + t * (b.y - a.y) - py) < 1e-9;
    });

  it('holds the pixels whose centres it winds around', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 8 }), (points) => {
        const area = polygonArea(points, 24, 20);
        checkBox(area);
        for (let y = 0; y < 20; y++)
          for (let x = 0; x < 24; x++)
            if (!nearEdge(points, x + 0.5, y + 0.5))
              assert.equal(area.mask[y * 24 + x], winding(points, x + 0.5, y + 0.5) === 0 ? 0 : 1, `${x}, ${y}`);
      }),
    );
  });

  it('that crosses itself has no hole', () => {
    // A star of five points, drawn in one line: its middle is wound around twice.
    const star = Array.from({ length: 5 }, (_, i) => ({
      x: 50 + 45 * Math.sin((i * 4 * Math.PI) / 5),
      y: 50 - 45 * Math.cos((i * 4 * Math.PI) / 5),
    }));
    assert.equal(polygonArea(star, 100, 100).mask[50 * 100 + 50], 1);
  });

  it('shares no pixel with its neighbour and leaves no gap, also where edges meet pixel centres', () => {
    const half = fc.integer({ min: 0, max: 40 }).map((n) => n / 2);
    fc.assert(
      fc.property(half, half, (x, y) => {
        const middle = { x, y };
        const corners = [{ x: 0, y: 0 }, { x: 20, y: 0 }, { x: 20, y: 20 }, { x: 0, y: 20 }]; // prettier-ignore
        const pieces = corners.map((corner, i) => polygonArea([corner, corners[(i + 1) % 4]!, middle], 20, 20));
        for (let i = 0; i < 400; i++)
          assert.equal(
            pieces.reduce((sum, { mask }) => sum + mask[i]!, 0),
            1,
          );
      }),
    );
  });

  it('of fewer than three points, or far away, holds nothing', () => {
    for (const points of [
      [],
      [{ x: 1, y: 1 }],
      [
        { x: 0, y: 0 },
        { x: 9, y: 9 },
      ],
      [
        { x: -1e9, y: -5 },
        { x: 1e9, y: -5 },
        { x: 3, y: -1 },
      ],
    ])
      // prettier-ignore
      assert.deepEqual(pixelsOfArea(polygonArea(points, 10, 10)), []);
    const huge = [{ x: -1e7, y: -1e7 }, { x: 1e7, y: -1e7 }, { x: 1e7, y: 1e7 }, { x: -1e7, y: 1e7 }]; // prettier-ignore
    assert.equal(pixelsOfArea(polygonArea(huge, 10, 10)).length, 100);
  });
});

describe('the wand', () => {
  const image: fc.Arbitrary<RgbImage> = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
    .chain(([width, height]) =>
      fc
        .array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(100, 104, 110)), {
          minLength: 3 * width * height,
          maxLength: 3 * width * height,
        })
        .map((bytes) => ({ width, height, data: Uint8Array.from(bytes) })),
    );
  const pressed = image.chain((image) =>
    fc.record({
      image: fc.constant(image),
      pixel: fc.nat({ max: image.width * image.height - 1 }),
      tolerance: fc.nat({ max: 255 }),
    }),
  );
  const distance = ({ data }: RgbImage, a: number, b: number): number =>
    Math.max(...[0, 1, 2].map((c) => Math.abs(data[3 * a + c]! - data[3 * b + c]!)));

  it('takes the flood fill at its tolerance', () => {
    fc.assert(
      fc.property(pressed, ({ image, pixel, tolerance }) => {
        const { width, height } = image;
        const costs = wandCosts(image, pixel % width, Math.floor(pixel / width), true);
        const flood = naiveFlood(width, height, pixel, (i) => distance(image, pixel, i) <= tolerance);
        const area = wandArea(costs, tolerance);
        assert.deepEqual(area.mask, flood);
        checkBox(area);
      }),
    );
  });

  it('takes more with more tolerance, the pressed pixel always, all of it in the end', () => {
    fc.assert(
      fc.property(pressed, fc.boolean(), ({ image, pixel }, contiguous) => {
        const { width } = image;
        const costs = wandCosts(image, pixel % width, Math.floor(pixel / width), contiguous);
        const mask = new Uint8Array(costs.costs.length);
        let last = 0;
        for (let tolerance = 0; tolerance < 256; tolerance++) {
          const area = wandArea(costs, tolerance, mask);
          assert.equal(area.mask[pixel], 1);
          const count = pixelsOfArea(area).length;
          assert.ok(count >= last);
          last = count;
        }
        assert.equal(last, mask.length);
      }),
      { numRuns: 20 },
    );
  });

  it('takes everything of a similar colour when it is not contiguous', () => {
    fc.assert(
      fc.property(pressed, ({ image, pixel, tolerance }) => {
        const { width } = image;
        const { mask } = wandArea(wandCosts(image, pixel % width, Math.floor(pixel / width), false), tolerance);
        for (const [i, taken] of mask.entries()) assert.equal(taken === 1, distance(image, pixel, i) <= tolerance);
      }),
    );
  });

  it('cannot be pressed outside of the image', () => {
    const image = { width: 2, height: 2, data: new Uint8Array(12) };
    for (const [x, y] of [
      [-1, 0],
      [2, 0],
      [0, 2],
      [NaN, 0],
    ] as const)
      // prettier-ignore
      assert.throws(() => wandCosts(image, x, y, true), /not in the image/);
  });
});
