import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeBackup, encodeBackup } from '../../../../src/dataset/annotation/backup.ts';
import { packBytes, unpackBytes } from '../../../../src/dataset/annotation/packedLabels.ts';
import { unlabelledMap } from '../../../../src/dataset/labelMap.ts';
import { refused } from '../refused.ts';
import { smallMap } from './painting.ts';

describe('a backup', () => {
  it('brings back what was not saved', () => {
    fc.assert(
      fc.property(smallMap, fc.constantFrom('open', 'reviewed', 'discarded'), fc.string(), (labels, status, file) => {
        const backup = { state: { labels, status }, file };
        assert.deepEqual(decodeBackup(encodeBackup(backup), 'backup'), backup);
      }),
    );
  });

  it('is small: of labels only', () => {
    const state = { labels: unlabelledMap(1024, 1024), status: 'open' as const };
    assert.ok(encodeBackup({ state, file: 'x' }).length < 10_000);
  });

  it('that is cut off, damaged or something else is refused by name', async () => {
    const labels = unlabelledMap(20, 20);
    labels.data.fill(3, 40, 90);
    const whole = encodeBackup({ state: { labels, status: 'open' }, file: 'x' });
    const line = new TextDecoder().decode(whole.subarray(0, whole.indexOf(10)));
    const withHeader = (header: string): Uint8Array =>
      Buffer.concat([Buffer.from(`${header}\n`), whole.subarray(whole.indexOf(10) + 1)]);
    const bad = [
      new Uint8Array(0),
      Buffer.from('PK\u0003\u0004 something else'),
      whole.subarray(0, whole.length - 3),
      whole.subarray(0, 30),
      withHeader(line.replace('"width":20', '"width":21')),
      withHeader(line.replace('"width":20', '"width":19')),
      withHeader(line.replace('"width":20', '"width":1e9')),
      withHeader(line.replace('"open"', '"gone"')),
      withHeader(line.replace('"version":1', '"version":2')),
    ];
    for (const bytes of bad) await refused(() => decodeBackup(bytes, 'b.bak'), 'b.bak is no whole backup'); // prettier-ignore
  });
});

describe('packed labels', () => {
  it('never become more than was asked for', () => {
    const bomb = packBytes(new Uint8Array(50_000_000));
    assert.throws(() => unpackBytes(bomb, 100), /more than the expected 100 bytes/);
    assert.throws(() => unpackBytes(packBytes(new Uint8Array(99)), 100), /99 bytes came where 100 were expected/);
  });
});
