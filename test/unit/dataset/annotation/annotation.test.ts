import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  Annotation,
  classesToWrite,
  inverseChange,
  type AnnotationChange,
  type AnnotationState,
} from '../../../../src/dataset/annotation/annotation.ts';
import { applyEdit, editBetween, type LabelEdit } from '../../../../src/dataset/annotation/labelEdit.ts';
import { classListProblem } from '../../../../src/dataset/classes.ts';
import { UNLABELLED, unlabelledMap, type LabelMap } from '../../../../src/dataset/labelMap.ts';
import { copy, mapOf, smallMap } from './painting.ts';

const classes = [0, 1, 2, 3].map((id) => ({ id, name: `class ${id}`, colour: '#123456' }));
const SIZE = 4;
const status = fc.constantFrom('open' as const, 'reviewed' as const, 'discarded' as const);

function editOf(labels: LabelMap, start: number, length: number, after: number): LabelEdit | undefined {
  const painted = copy(labels);
  painted.data.fill(after, start, start + length);
  return editBetween(labels, painted);
}

/**
 * VS Code's side: a stack of changes, where it stands, and where it was saved, as in its CustomEditorModel. States are remembered whole,
 * which is what the annotation must agree with.
 */
interface Stack {
  changes: AnnotationChange[];
  states: AnnotationState[];
  at: number;
  saved: AnnotationState;
  savedAt: number;
}
interface Real {
  readonly annotation: Annotation;
  /** What a view has that only hears of edits. */
  readonly view: LabelMap;
}

function check(stack: Stack, { annotation, view }: Real): void {
  const expected = stack.states[stack.at]!;
  assert.deepEqual(annotation.labels.data, expected.labels.data);
  assert.deepEqual(view.data, expected.labels.data);
  assert.equal(annotation.status, expected.status);
  const { saved } = stack;
  const same = expected.status === saved.status && Buffer.compare(expected.labels.data, saved.labels.data) === 0;
  assert.equal(annotation.changed, !same);
}

function push(stack: Stack, change: AnnotationChange, state: AnnotationState): void {
  if (stack.savedAt > stack.at) stack.savedAt = -1;
  stack.changes.splice(stack.at, Infinity, change);
  stack.states.splice(stack.at + 1, Infinity, state);
  stack.at++;
}

type Command = fc.Command<Stack, Real>;
const always = (): boolean => true;

const paint = fc
  .record({ start: fc.nat({ max: 15 }), length: fc.integer({ min: 1, max: 9 }), id: fc.constantFrom(0, 1, 2, 255) })
  .map(({ start, length, id }): Command => ({
    check: always,
    run: (stack, { annotation, view }) => {
      const edit = editOf(annotation.labels, start, Math.min(length, 16 - start), id);
      if (!edit) return;
      const version = annotation.version;
      assert.equal(annotation.editProblem(edit), undefined);
      assert.ok(annotation.apply({ kind: 'labels', edit }));
      assert.equal(annotation.version, version + 1);
      applyEdit(view, edit);
      const state = stack.states[stack.at]!;
      const data = state.labels.data.slice().fill(id, start, start + length);
      push(stack, { kind: 'labels', edit }, { ...state, labels: { ...state.labels, data } });
      check(stack, { annotation, view });
    },
    toString: () => `paint ${id} on ${start} … ${start + length}`,
  }));
const setStatus = status.map((after): Command => ({
  check: always,
  run: (stack, real) => {
    const change: AnnotationChange = { kind: 'status', before: real.annotation.status, after };
    assert.ok(real.annotation.apply(change));
    push(stack, change, { ...stack.states[stack.at]!, status: after });
    check(stack, real);
  },
  toString: () => after,
}));
const undo: Command = {
  check: (stack) => stack.at > 0,
  run: (stack, real) => {
    const change = inverseChange(stack.changes[--stack.at]!);
    assert.ok(real.annotation.apply(change));
    if (change.kind === 'labels') applyEdit(real.view, change.edit);
    check(stack, real);
  },
  toString: () => 'undo',
};
const redo: Command = {
  check: (stack) => stack.at < stack.changes.length,
  run: (stack, real) => {
    const change = stack.changes[stack.at++]!;
    assert.ok(real.annotation.apply(change));
    if (change.kind === 'labels') applyEdit(real.view, change.edit);
    check(stack, real);
  },
  toString: () => 'redo',
};
const save: Command = {
  check: always,
  run: (stack, real) => {
    real.annotation.markSaved(real.annotation.snapshot());
    stack.saved = stack.states[stack.at]!;
    stack.savedAt = stack.at;
    check(stack, real);
  },
  toString: () => 'save',
};
/** VS Code goes to the place where it saved and forgets what came after it; all, when that place is no longer on the stack. */
const revert: Command = {
  check: always,
  run: (stack, real) => {
    const edit = real.annotation.restore();
    if (edit) applyEdit(real.view, edit);
    if (stack.savedAt < 0) Object.assign(stack, { changes: [], states: [stack.saved], at: 0, savedAt: 0 });
    stack.at = stack.savedAt;
    stack.changes.splice(stack.at);
    stack.states.splice(stack.at + 1);
    check(stack, real);
  },
  toString: () => 'revert',
};

describe('an annotation', () => {
  it('is right after any painting, undo, redo, save and revert', () => {
    fc.assert(
      fc.property(
        mapOf(SIZE, SIZE),
        fc.commands([paint, setStatus, ...[undo, redo, save, revert].map((command) => fc.constant(command))], {
          size: '+1',
        }),
        (labels, commands) => {
          const state: AnnotationState = { labels, status: 'open' };
          fc.modelRun(
            () => ({
              model: { changes: [], states: [state], at: 0, saved: state, savedAt: 0 },
              real: { annotation: new Annotation(state, classes), view: copy(labels) },
            }),
            commands,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('owns its labels: what it was made of, snapshots and saved states never change', () => {
    const labels = unlabelledMap(SIZE, SIZE);
    const annotation = new Annotation({ labels, status: 'open' }, classes);
    const snapshot = annotation.snapshot();
    annotation.apply({ kind: 'labels', edit: editOf(labels, 0, 16, 1)! });
    assert.deepEqual([labels.data[0], snapshot.labels.data[0], annotation.saved.labels.data[0]], [255, 255, 255]);
    assert.equal(annotation.labels.data[0], 1);
  });

  it('knows what is unsaved when painting went on during a save', () => {
    const annotation = new Annotation({ labels: unlabelledMap(SIZE, SIZE), status: 'open' }, classes);
    annotation.apply({ kind: 'labels', edit: editOf(annotation.labels, 0, 4, 1)! });
    const written = annotation.snapshot();
    annotation.apply({ kind: 'labels', edit: editOf(annotation.labels, 8, 4, 2)! });
    annotation.markSaved(written);
    assert.equal(annotation.changed, true);
    annotation.restore();
    assert.equal(annotation.changed, false);
    assert.deepEqual([annotation.labels.data[0], annotation.labels.data[8]], [1, 255]);
  });

  it('refuses edits that do not fit or put what is no class, in half a sentence, and stays as it is', () => {
    const annotation = new Annotation({ labels: unlabelledMap(SIZE, SIZE), status: 'open' }, classes);
    const good = editOf(annotation.labels, 2, 3, 1)!;
    assert.equal(
      annotation.editProblem({ ...good, after: Uint8Array.of(9) }),
      'it puts 9, which is no class of the project',
    );
    assert.equal(annotation.editProblem({ ...good, before: Uint8Array.of(3) }), 'pixel 2 is of class 255 and not 3');
    assert.equal(annotation.apply({ kind: 'labels', edit: { ...good, before: Uint8Array.of(3) } }), false);
    assert.equal(annotation.apply({ kind: 'status', before: 'reviewed', after: 'open' }), false);
    assert.deepEqual([annotation.version, annotation.changed], [0, false]);
    // A class that is gone can't be painted, but an undo may bring it back.
    assert.ok(annotation.apply({ kind: 'labels', edit: good }));
    annotation.classes = [];
    assert.equal(annotation.editProblem(good)?.includes('class 1 and not 255'), true);
    assert.ok(annotation.apply(inverseChange({ kind: 'labels', edit: good })));
    assert.match(annotation.editProblem(good) ?? '', /it puts 1, which is no class/);
    assert.ok(annotation.apply({ kind: 'labels', edit: good }));
  });

  it('forgets an undo that no longer fits, after a changed file was read', () => {
    const annotation = new Annotation({ labels: unlabelledMap(SIZE, SIZE), status: 'open' }, classes);
    const edit = editOf(annotation.labels, 0, 4, 1)!;
    annotation.apply({ kind: 'labels', edit });
    const other = { ...unlabelledMap(SIZE, SIZE), data: new Uint8Array(16).fill(2) };
    annotation.restore({ labels: other, status: 'reviewed' });
    assert.equal(annotation.apply(inverseChange({ kind: 'labels', edit })), false);
    assert.deepEqual(annotation.labels.data, other.data);
    assert.equal(annotation.status, 'reviewed');
    assert.throws(
      () => annotation.restore({ labels: unlabelledMap(2, 2), status: 'open' }),
      /2×2 pixels do not fit the image of 4×4/,
    );
  });
});

describe("the classes in a sample's file", () => {
  it('are those of the project and whatever else its pixels bear', () => {
    const ids = fc.uniqueArray(fc.nat({ max: 3 }));
    const list = ids.map((chosen) =>
      chosen.map((id) => ({ id, name: ['a', 'b', 'a', 'a (3)'][id]!, colour: '#000000' })),
    );
    const sound = list.filter((classes) => classListProblem(classes) === undefined);
    fc.assert(
      fc.property(sound, sound, smallMap, (project, own, labels) => {
        const known = new Set([UNLABELLED, ...[...project, ...own].map(({ id }) => id)]);
        const map = { ...labels, data: labels.data.map((id) => (known.has(id) ? id : UNLABELLED)) };
        const written = classesToWrite(project, own, map);
        assert.equal(classListProblem(written), undefined);
        assert.deepEqual(written.slice(0, project.length), project);
        for (const id of map.data) assert.ok(id === UNLABELLED || written.some((c) => c.id === id));
        for (const { id } of written.slice(project.length)) assert.ok(map.data.includes(id));
      }),
    );
  });

  it('keep the keys of a later version', () => {
    const own = [{ id: 1, name: 'old', colour: '#000000', shortcut: 'h' }];
    assert.deepEqual(classesToWrite([{ id: 1, name: 'new', colour: '#ffffff' }], own, unlabelledMap(1, 1)), [
      { id: 1, name: 'new', colour: '#ffffff', shortcut: 'h' },
    ]);
  });
});
