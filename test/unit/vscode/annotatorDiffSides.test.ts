import assert from 'node:assert/strict';
import { fileOfSide, otherSide, type SideUri } from '../../../src/vscode/annotator/diffSides.ts';

const file = (fsPath: string): SideUri => ({ scheme: 'file', fsPath, query: '' });
const git = (path: string, ref: string): SideUri => ({
  scheme: 'git',
  fsPath: `${path}.git`,
  query: JSON.stringify({ path, ref }),
});

describe('the sides of a diff', () => {
  const [working, head, index] = [file('/p/a.dgan'), git('/p/a.dgan', 'HEAD'), git('/p/a.dgan', '')];

  it('are states of one file', () => {
    assert.equal(fileOfSide(head), '/p/a.dgan');
    assert.equal(fileOfSide({ scheme: 'git', fsPath: '/p/a.dgan', query: 'not json' }), '/p/a.dgan');
    assert.equal(fileOfSide({ scheme: 'git', fsPath: '/p/a.dgan', query: '{"path": 3}' }), '/p/a.dgan');
  });

  it('find each other', () => {
    const open = [file('/p/b.dgan'), head, working];
    assert.equal(otherSide(working, open), head);
    assert.equal(otherSide(head, open), working);
    assert.equal(otherSide(index, [head, index]), head);
  });

  it('are none where only one state is open', () => {
    assert.equal(otherSide(working, [working, file('/p/b.dgan'), git('/p/b.dgan', 'HEAD')]), undefined);
    assert.equal(otherSide(head, [head]), undefined);
  });

  it('prefer the working copy, and of older states the one that was opened last', () => {
    const open = [working, head, index];
    assert.equal(otherSide(index, open), working);
    assert.equal(otherSide(working, open), index);
  });
});
