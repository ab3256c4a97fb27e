import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { cropped } from '../../../src/vscode/annotator/cropped.ts';
import { Serially } from '../../../src/vscode/annotator/serially.ts';

describe('steps that touch one file', () => {
  it('go one after another, also after one that failed', async () => {
    const steps = new Serially();
    const log: string[] = [];
    const step = (name: string, ms: number) => async (): Promise<string> => {
      log.push(`${name} begins`);
      await sleep(ms);
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('full');
      return name;
    };
    const [a, b, c] = [steps.run(step('a', 10)), steps.run(step('b', 5)), steps.run(step('c', 0))];
    await assert.rejects(b, /full/);
    assert.deepEqual([await a, await c], ['a', 'c']);
    assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});

describe('the part of a prediction that a cropped sample shows', () => {
  const map = Uint8Array.from({ length: 12 }, (_, i) => i); // 4×3
  const size = { width: 4, height: 3 };

  it('is cut out row by row', () => {
    assert.deepEqual(cropped(map, size, { x: 1, y: 1, width: 2, height: 2 }), Uint8Array.of(5, 6, 9, 10));
    assert.equal(cropped(map, size, undefined), map);
  });

  it('is all of what was computed for the part alone, and nothing where it lies outside', () => {
    assert.equal(cropped(map, size, { x: 9, y: 9, width: 4, height: 3 }), map);
    assert.equal(cropped(map, size, { x: 3, y: 0, width: 2, height: 2 }), undefined);
  });
});
