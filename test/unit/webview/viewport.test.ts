import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fit,
  keptInSight,
  nextLevel,
  restoredZoom,
  savedZoom,
  showing,
  toImage,
  toStage,
  zoomedAt,
  ZOOM_LEVELS,
} from '../../../webview/annotator/viewport.ts';

const stage = { width: 800, height: 600 };
const image = { width: 64, height: 48 };
const length = fc.integer({ min: 50, max: 3000 });
const sizes = fc.record({ width: length, height: length });
const position = fc.double({ min: -2000, max: 2000, noNaN: true });
const points = fc.record({ x: position, y: position });
const viewports = fc.record({ scale: fc.double({ min: 0.1, max: 50, noNaN: true }), x: position, y: position });

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));

describe('viewport', () => {
  it('takes points of the stage to the image and back', () => {
    fc.assert(
      fc.property(viewports, points, (view, point) => {
        const back = toStage(view, toImage(view, point));
        assert.ok(near(point.x, back.x) && near(point.y, back.y));
      }),
    );
  });

  it('keeps the point under the cursor when it zooms', () => {
    fc.assert(
      fc.property(viewports, points, fc.double({ min: 0.001, max: 500, noNaN: true }), (view, at, scale) => {
        const [before, after] = [toImage(view, at), toImage(zoomedAt(view, at, scale), at)];
        assert.ok(near(before.x, after.x) && near(before.y, after.y));
      }),
    );
  });

  it('fits the whole image into the stage, in its middle', () => {
    fc.assert(
      fc.property(sizes, sizes, (place, picture) => {
        const { scale, x, y } = fit(place, picture);
        assert.ok(near(2 * x + picture.width * scale, place.width));
        assert.ok(near(2 * y + picture.height * scale, place.height));
        // Unless the smallest zoom is too large for it.
        if (scale > 0.05) assert.ok(x >= 0 && y >= 0);
      }),
    );
  });

  it('goes up and down the fixed levels', () => {
    assert.equal(nextLevel(1, 1), 1.5);
    assert.equal(nextLevel(1, -1), 0.9);
    assert.equal(nextLevel(12.3, 1), 15);
    assert.equal(nextLevel(12.3, -1), 10);
    assert.equal(nextLevel(ZOOM_LEVELS.at(-1)!, 1), ZOOM_LEVELS.at(-1));
    for (const level of ZOOM_LEVELS.slice(1)) assert.equal(nextLevel(nextLevel(level, -1), 1), level);
  });

  it('always keeps some of the image in sight, and lets alone what is', () => {
    fc.assert(
      fc.property(viewports, (view) => {
        const kept = keptInSight(view, stage, image);
        const corner = toStage(kept, { x: image.width, y: image.height });
        assert.ok(corner.x > 0 && corner.y > 0 && kept.x < stage.width && kept.y < stage.height);
        assert.deepEqual(keptInSight(kept, stage, image), kept);
      }),
    );
  });

  it('scrolls just as far as a point needs to be seen', () => {
    const view = fit(stage, image);
    assert.deepEqual(showing(view, stage, { x: 32, y: 24 }), view);
    const far = { scale: 40, x: 0, y: 0 };
    const at = toStage(showing(far, stage, { x: 60, y: 40 }), { x: 60, y: 40 });
    assert.deepEqual(at, { x: stage.width - 32, y: stage.height - 32 });
  });

  it('takes a zoom along to an image of another size', () => {
    const view = { scale: 20, x: -300, y: -200 };
    const zoom = savedZoom(view, stage, image);
    const same = restoredZoom(zoom, stage, image);
    assert.ok(near(same.x, view.x) && near(same.y, view.y) && same.scale === view.scale);
    const larger = { width: 128, height: 96 };
    const there = restoredZoom(zoom, stage, larger);
    const centre = toImage(there, { x: 400, y: 300 });
    const before = toImage(view, { x: 400, y: 300 });
    assert.ok(near(centre.x, 2 * before.x) && near(centre.y, 2 * before.y));
    assert.deepEqual(restoredZoom('fit', stage, larger), fit(stage, larger));
  });
});
