import assert from 'node:assert/strict';
import { editBetween, editProblem, applyEdit, type LabelEdit } from '../../../src/dataset/annotation/labelEdit.ts';
import { unlabelledMap, type LabelMap } from '../../../src/dataset/labelMap.ts';
import { LabelSync } from '../../../webview/annotator/labelSync.ts';

const copy = (labels: LabelMap): LabelMap => ({ ...labels, data: labels.data.slice() });

/** The edit that gives pixels `from` … `to − 1` to a class. */
function painting(labels: LabelMap, from: number, to: number, id: number): LabelEdit {
  const after = copy(labels);
  after.data.fill(id, from, to);
  return editBetween(labels, after)!;
}

/** A stroke of this view: painted at once. */
function paint(sync: LabelSync, sequence: number, from: number, to: number, id: number): LabelEdit {
  const edit = painting(sync.labels, from, to, id);
  applyEdit(sync.labels, edit);
  sync.paint(sequence, edit);
  return edit;
}

describe('LabelSync', () => {
  it('is the host’s labels with the waiting edits on top, in whatever order the messages come', () => {
    const host = unlabelledMap(8, 8);
    const sync = new LabelSync(copy(host), 0);
    const own = paint(sync, 0, 10, 20, 1);
    assert.equal(sync.pending, 1);

    // Another view was faster; it painted elsewhere.
    const other = painting(host, 30, 40, 2);
    applyEdit(host, other);
    sync.edited(1, other);
    assert.equal(editProblem(host, own), undefined);
    applyEdit(host, own);
    assert.equal(sync.accepted(0, 2), undefined);
    assert.deepEqual(sync.labels, host);
    assert.deepEqual([sync.version, sync.pending], [2, 0]);
  });

  it('takes an own edit off when another one made it impossible', () => {
    const host = unlabelledMap(8, 8);
    const sync = new LabelSync(copy(host), 0);
    paint(sync, 0, 10, 20, 1);
    const other = painting(host, 15, 25, 2);
    applyEdit(host, other);
    assert.notEqual(sync.edited(1, other), 'lost');
    assert.deepEqual(sync.labels, host);
    assert.equal(sync.pending, 0);
  });

  it('says when an edit does not fit: something was missed', () => {
    const sync = new LabelSync(unlabelledMap(8, 8), 0);
    const full = unlabelledMap(8, 8);
    full.data.fill(3);
    assert.equal(sync.edited(5, painting(full, 0, 4, 1)), 'lost');
  });

  it('shows an edit that was on its way when everything came anew, once the host accepts it', () => {
    const host = unlabelledMap(8, 8);
    const first = new LabelSync(copy(host), 0);
    const own = paint(first, 4, 0, 8, 1);
    const second = new LabelSync(copy(host), 1, first);
    assert.deepEqual(second.labels, host);
    assert.deepEqual(second.accepted(4, 2), own);
    applyEdit(host, own);
    assert.deepEqual(second.labels, host);
  });

  it('forgets an edit that the host passed over', () => {
    const host = unlabelledMap(8, 8);
    const first = new LabelSync(copy(host), 0);
    paint(first, 0, 0, 8, 1);
    const second = new LabelSync(copy(host), 1, first);
    paint(second, 1, 20, 24, 2);
    second.accepted(1, 2);
    assert.equal(second.accepted(0, 3), undefined);
    assert.equal(second.labels.data[0], 255);
  });
});
