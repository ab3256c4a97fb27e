import assert from 'node:assert/strict';
import { classColourTable, heatTable } from '../../../webview/annotator/colourTable.ts';
import { keyName, tooltipOf } from '../../../webview/annotator/keyNames.ts';

const rgba = (word: number): readonly number[] => [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];

describe('classColourTable', () => {
  it('has the classes’ colours; hidden and unlabelled pixels are clear', () => {
    const table = classColourTable(
      [
        { id: 3, name: 'hair', colour: '#102030' },
        { id: 4, name: 'skin', colour: '#ffffff' },
      ],
      [4],
    );
    assert.deepEqual(rgba(table[3]!), [16, 32, 48, 255]);
    assert.equal(table[4], 0);
    assert.equal(table[255], 0);
    assert.equal(rgba(table[200]!)[3], 255, 'a class that is gone still shows');
  });
});

describe('heatTable', () => {
  it('goes from dark and half clear to bright and opaque', () => {
    const table = heatTable();
    const light = (i: number): number =>
      rgba(table[i]!)
        .slice(0, 3)
        .reduce((sum, channel) => sum + channel);
    assert.ok(light(0) < 20 && light(255) > 600);
    for (let i = 16; i < 256; i += 16) assert.ok(light(i) > light(i - 16));
    assert.deepEqual([rgba(table[0]!)[3], rgba(table[255]!)[3]], [128, 255]);
  });
});

describe('keyNames', () => {
  it('writes keys as people do', () => {
    assert.equal(keyName('shift+enter'), 'Shift+Enter');
    assert.equal(keyName('['), '[');
    assert.equal(tooltipOf('toolBrush'), 'Brush (B)');
  });
});
