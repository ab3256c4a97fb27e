import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cielab } from '../../../../src/dataset/annotation/cielab.ts';
import { superpixels, type Superpixels } from '../../../../src/dataset/annotation/superpixels.ts';
import { SuperpixelPainter } from '../../../../src/dataset/annotation/superpixelPainter.ts';
import type { RgbImage } from '../../../../src/dataset/image.ts';
import { unlabelledMap } from '../../../../src/dataset/labelMap.ts';
import { checkEdit, copy, expectedLabel, inkFor, labelsAfter, mapOf, naiveFlood, point } from './painting.ts';

const image: fc.Arbitrary<RgbImage> = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 255 }), fc.nat())
  .map(([width, height, noise, seed]) => {
    // Two flat halves and noise on them, from none to nothing else.
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
      const left = Math.floor(i / 3) % width < width / 2;
      const random = ((Math.imul(i + seed, 2654435761) >>> 8) % (noise + 1)) - noise / 2;
      return Math.max(0, Math.min(255, (left ? 60 : 190) + random));
    });
    return { width, height, data };
  });
const size = fc.integer({ min: 2, max: 20 });

function pixelsOf({ firstRun, runs }: Superpixels, superpixel: number): number[] {
  const pixels: number[] = [];
  for (let k = firstRun[superpixel]!; k < firstRun[superpixel + 1]!; k++)
    for (let i = runs[2 * k]!; i < runs[2 * k + 1]!; i++) pixels.push(i);
  return pixels;
}

describe('superpixels', () => {
  it('cover the image, each in one piece', () => {
    fc.assert(
      fc.property(image, size, (image, size) => {
        const cut = superpixels(image, { size });
        const { width, height, owner, count } = cut;
        assert.equal(owner.length, width * height);
        let total = 0;
        for (let s = 0; s < count; s++) {
          const pixels = pixelsOf(cut, s);
          total += pixels.length;
          assert.ok(pixels.length > 0);
          const piece = naiveFlood(width, height, pixels[0]!, (i) => owner[i] === s);
          assert.deepEqual(
            pixels,
            [...piece].flatMap((inside, i) => (inside === 1 ? [i] : [])),
          );
        }
        assert.equal(total, width * height);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same each time', () => {
    fc.assert(
      fc.property(image, size, (image, size) =>
        assert.deepEqual(superpixels(image, { size }), superpixels(image, { size })),
      ),
      { numRuns: 20 },
    );
  });

  it('follow edges, and are about as many as asked for', () => {
    const [width, height] = [96, 64];
    // A disc that no grid fits.
    const inside = (i: number): boolean => Math.hypot((i % width) - 41, Math.floor(i / width) - 29) < 19;
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) =>
      inside(Math.floor(i / 3)) ? [200, 60, 40][i % 3]! : [70, 110, 90][i % 3]!,
    );
    const cut = superpixels({ width, height, data }, { size: 8 });
    assert.ok(cut.count > 70 && cut.count < 140, `${cut.count}`);
    let wrong = 0;
    for (let s = 0; s < cut.count; s++) {
      const pixels = pixelsOf(cut, s);
      const within = pixels.filter(inside).length;
      wrong += Math.min(within, pixels.length - within);
    }
    assert.ok(wrong < 0.005 * width * height, `${wrong} pixels are on the wrong side of the edge`);
  });

  it('of one pixel across are refused', () => {
    const image = { width: 2, height: 2, data: new Uint8Array(12) };
    for (const size of [0, 1, NaN]) assert.throws(() => superpixels(image, { size }), /cannot be made/);
  });

  it('know the colours of CIELAB', () => {
    const of = (...rgb: number[]): number[] =>
      [...cielab({ width: 1, height: 1, data: Uint8Array.from(rgb) })].map((v) => Math.round(10 * v) / 10);
    const near = (found: number[], expected: number[]): void =>
      found.forEach((v, i) => assert.ok(Math.abs(v - expected[i]!) < 0.25, `${found.join()} ${expected.join()}`));
    near(of(0, 0, 0), [0, 0, 0]);
    near(of(255, 255, 255), [100, 0, 0]);
    near(of(255, 0, 0), [53.24, 80.09, 67.2]);
    near(of(0, 0, 255), [32.3, 79.19, -107.86]);
    near(of(3, 2, 1), [0.55, 0.2, 0.5]);
  });
});

describe('a drag over superpixels', () => {
  const cases = image.chain((image) =>
    mapOf(image.width, image.height).chain((labels) =>
      fc.record({
        labels: fc.constant(labels),
        cut: size.map((size) => superpixels(image, { size })),
        ink: inkFor(labels),
        path: fc.array(point, { minLength: 1, maxLength: 5 }),
      }),
    ),
  );

  it('paints those that it touches, whole', () => {
    fc.assert(
      fc.property(cases, ({ labels, cut, ink, path }) => {
        const before = copy(labels);
        const painter = new SuperpixelPainter(labels, cut);
        painter.begin(ink, path[0]!);
        for (const at of path.slice(1)) painter.moveTo(at);
        const { edit } = painter.end();
        checkEdit(before, edit);
        assert.deepEqual(labelsAfter(before, edit).data, labels.data);
        // Whatever pixel a very fine walk along the way finds.
        const touched = new Set<number>();
        for (const [i, to] of path.entries()) {
          const from = path[Math.max(0, i - 1)]!;
          const steps = Math.ceil(2 * Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)));
          for (let step = 0; step <= steps; step++) {
            const share = steps === 0 ? 1 : step / steps;
            const x = Math.floor(from.x + share * (to.x - from.x));
            const y = Math.floor(from.y + share * (to.y - from.y));
            if (x >= 0 && y >= 0 && x < cut.width && y < cut.height) touched.add(cut.owner[y * cut.width + x]!);
          }
        }
        const expected = before.data.map((old, i) => (touched.has(cut.owner[i]!) ? expectedLabel(ink, old, i) : old));
        assert.deepEqual(labels.data, expected);
      }),
    );
  });

  it('that is cancelled leaves no trace, and goes on above an edit from elsewhere', () => {
    fc.assert(
      fc.property(cases, ({ labels, cut, ink, path }) => {
        const before = copy(labels);
        const painter = new SuperpixelPainter(labels, cut);
        const paint = (painter: SuperpixelPainter): void => {
          painter.begin(ink, path[0]!);
          for (const at of path.slice(1)) painter.moveTo(at);
        };
        paint(painter);
        painter.cancel();
        assert.deepEqual(labels.data, before.data);
        const change = (): void => void labels.data.fill(2, 0, labels.data.length / 2);
        paint(painter);
        painter.beneath(change);
        const { edit } = painter.end();
        const expected = copy(before);
        expected.data.fill(2, 0, expected.data.length / 2);
        const other = new SuperpixelPainter(expected, cut);
        paint(other);
        assert.deepEqual(other.end().edit, edit);
        assert.deepEqual(labels.data, expected.data);
      }),
    );
  });

  it('needs superpixels of its own size', () => {
    const cut = superpixels({ width: 4, height: 4, data: new Uint8Array(48) }, { size: 2 });
    assert.throws(() => new SuperpixelPainter(unlabelledMap(3, 4), cut), /4×4 pixels do not fit 3×4/);
  });
});
