import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  BRUSH_SIZE_LIMIT,
  INITIAL_VIEW,
  readViewState,
  steppedSize,
  writeViewState,
  type ViewState,
} from '../../../webview/annotator/viewState.ts';

describe('viewState', () => {
  it('reads what it wrote', () => {
    const view: ViewState = {
      ...INITIAL_VIEW,
      zoom: { scale: 3, centreX: 0.25, centreY: 0.75 },
      tool: 'lasso',
      brushes: { ...INITIAL_VIEW.brushes, eraser: { size: 31, shape: 'square' } },
      classId: 3,
      lastClassId: 1,
      opacity: 0.3,
      differences: false,
      locked: [2, 5],
      hidden: [254],
    };
    assert.deepEqual(readViewState(writeViewState(view)), view);
    assert.deepEqual(readViewState(writeViewState(INITIAL_VIEW)), INITIAL_VIEW);
  });

  it('makes a sound view of whatever was saved', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.dictionary(fc.constantFrom(...Object.keys(INITIAL_VIEW)), fc.anything()),
          fc.record({ brushes: fc.dictionary(fc.constantFrom('brush', 'eraser'), fc.anything()) }),
        ),
        (saved) => {
          const view = readViewState(saved);
          for (const { size } of Object.values(view.brushes)) assert.ok(size >= 1 && size <= BRUSH_SIZE_LIMIT);
          assert.ok(view.opacity >= 0 && view.opacity <= 1);
          for (const id of [...view.locked, ...view.hidden, view.classId ?? 0]) assert.ok(id >= 0 && id <= 254);
          assert.deepEqual(readViewState(writeViewState(view)), view);
        },
      ),
    );
  });

  it('takes every size of a brush up and down, within its limits', () => {
    assert.equal(steppedSize(1, -1), 1);
    assert.equal(steppedSize(BRUSH_SIZE_LIMIT, 1), BRUSH_SIZE_LIMIT);
    let size = 1;
    for (let steps = 0; size < BRUSH_SIZE_LIMIT; steps++) {
      const larger = steppedSize(size, 1);
      assert.ok(larger > size && steps < 100);
      assert.ok(steppedSize(larger, -1) < larger);
      size = larger;
    }
  });
});
