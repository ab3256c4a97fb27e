import assert from 'node:assert/strict';
import { ProgressBar, percentOf, progressText } from '../../../src/vscode/jobs/progressText.ts';

const at = (stage: string, done: number, total = 100) => ({ stage, done, total, unit: 'steps' });

describe('progress in the editor', () => {
  it('is one line', () => {
    assert.equal(
      progressText({ ...at('training', 12), rate: 23.2, secondsLeft: 74, detail: 'loss 0.2' }),
      'training 12/100 · 23 steps/s · 1 min 14 s left · loss 0.2',
    );
    assert.equal(progressText(at('reading', 0, 0)), 'reading · steps');
    assert.equal(percentOf(at('a', 0, 0)), undefined);
    assert.equal(percentOf(at('a', 999, 1000)), 99, 'a hundred is the end');
  });

  it('is one bar over all stages that never shrinks and never passes its end', () => {
    const bar = new ProgressBar();
    const grown = [at('reading features', 0), at('reading features', 100), at('training', 0), at('training', 50)];
    assert.deepEqual(
      grown.map((step) => bar.add(step)),
      [0, 10, 0, 45],
    );
    assert.equal(bar.add(at('training', 40)), 0);
    assert.equal(bar.add(at('training', 100)), 45);
    assert.equal(bar.add(at('writing', 100)), 0);
  });
});
