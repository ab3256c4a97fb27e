import assert from 'node:assert/strict';
import { tiledImage } from '../../../src/dataset/tiledImage.ts';

describe('tiledImage', () => {
  it('shows images side by side on white, with 4 pixels between and around them', () => {
    const image = (value: number) => ({ width: 2, height: 1, data: new Uint8Array(6).fill(value) });
    const sheet = tiledImage([image(1), image(2), image(3)], 2);
    assert.deepEqual([sheet.width, sheet.height], [16, 14]);
    const at = (x: number, y: number) => sheet.data[(y * sheet.width + x) * 3];
    const rows = Array.from({ length: 14 }, (_, y) => Array.from({ length: 16 }, (_, x) => at(x, y)));
    const inked = rows.flatMap((row, y) => row.flatMap((value, x) => (value === 255 ? [] : [[x, y, value]])));
    assert.deepEqual(inked, [
      [4, 4, 1],
      [5, 4, 1],
      [10, 4, 2],
      [11, 4, 2],
      [4, 9, 3],
      [5, 9, 3],
    ]);
  });
});
