import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LabelClass } from '../../../../src/dataset/classes.ts';
import { mergeLabels, mergeNothing, parseMerge, quotedName } from '../../../../src/dataset/export/mergeClasses.ts';

const classes: readonly LabelClass[] = ['background', 'skin', 'left eye', 'right eye', 'hat', 'a+b=c, "d"'].map(
  (name, k) => ({
    id: k * 2,
    name,
    colour: `#00000${k}`,
  }),
);

const after = (text: string) =>
  parseMerge(text, classes).classes.map(({ id, name, colour }) => `${id} ${name} ${colour}`);

describe('--merge-classes', () => {
  it('makes one class of several, with id and colour of the first', () => {
    assert.deepEqual(after('left eye+right eye=eyes, hat = headwear'), [
      '0 background #000000',
      '2 skin #000001',
      '4 eyes #000002',
      '8 headwear #000004',
      '10 a+b=c, "d" #000005',
    ]);
    const labels = { width: 6, height: 1, data: Uint8Array.of(0, 2, 4, 6, 8, 255) };
    const merged = mergeLabels(labels, parseMerge('right eye + left eye = eyes', classes));
    assert.deepEqual([...merged.data], [0, 2, 6, 6, 8, 255]);
    assert.deepEqual([...labels.data], [0, 2, 4, 6, 8, 255], 'the labels that came in stay');
  });

  it('lets classes join an existing one', () => {
    for (const text of ['hat=skin', 'hat+skin=skin']) {
      const { classes: left, newId } = parseMerge(text, classes);
      assert.deepEqual(
        left.map(({ id }) => id),
        [0, 2, 4, 6, 10],
      );
      assert.equal(newId[8], 2);
      assert.equal(left[1]!.colour, '#000001');
    }
  });

  it('leaves classes out', () => {
    const { classes: left, newId } = parseMerge('background+hat=unlabelled', classes);
    assert.deepEqual(
      left.map(({ name }) => name),
      ['skin', 'left eye', 'right eye', 'a+b=c, "d"'],
    );
    assert.deepEqual([newId[0], newId[8], newId[2], newId[255]], [255, 255, 2, 255]);
  });

  it('lets two classes change their names', () => {
    assert.deepEqual(
      parseMerge('left eye=L, right eye=R', classes).classes.map(({ name }) => name),
      ['background', 'skin', 'L', 'R', 'hat', 'a+b=c, "d"'],
    );
  });

  it('takes any name in quotes', () => {
    assert.equal(parseMerge('"a+b=c, ""d"""+hat="x, y"', classes).classes.at(-1)!.name, 'x, y');
    assert.equal(parseMerge('hat=say "hi"', classes).classes[4]!.name, 'say "hi"');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom('a', '"', '+', '=', ',', ' ', 'ü') }), (name) => {
        fc.pre(name.trim() !== '');
        const odd = [...classes.slice(0, 2), { id: 7, name, colour: '#123456' }];
        const { classes: left } = parseMerge(`${quotedName(name)} = new, skin = ${quotedName(`${name}+`)}`, odd);
        assert.deepEqual(
          left.map((c) => c.name),
          ['background', `${name}+`, 'new'],
        );
      }),
    );
  });

  const how = 'write rules like: left eye+right eye=eyes, hat=unlabelled.';
  for (const [text, message] of [
    ['left eey=eye', '--merge-classes names "left eey", which is no class of this data set. Did you mean "left eye"?'],
    [
      'nose=eye',
      `--merge-classes names "nose", which is no class of this data set. Its classes are: ${classes.map((c) => c.name).join(', ')}.`,
    ],
    ['hat=a, hat=b', '--merge-classes uses the class "hat" twice; each class can go to one place only.'],
    ['hat=a, skin=a', '--merge-classes makes "a" twice; write one rule with all its classes: a+b+c=a.'],
    [
      'hat=skin, skin=face',
      '--merge-classes sends classes to "skin" and the class "skin" itself to "face"; give the new class another name.',
    ],
    ['', `"--merge-classes " has an empty name; ${how}`],
    ['hat', `"--merge-classes hat" has a rule without "= name" ("hat"); ${how}`],
    ['hat=', `"--merge-classes hat=" has an empty name; ${how}`],
    ['hat=a=b', `"--merge-classes hat=a=b" has "=" after the new name "a"; ${how}`],
    ['hat=a,', `"--merge-classes hat=a," has an empty name; ${how}`],
    ['"hat=a', `"--merge-classes "hat=a" cannot be read from "\\"hat=a" on; ${how}`],
    [
      classes.map((c) => quotedName(c.name)).join('+') + '=unlabelled',
      '--merge-classes leaves no class; at least one must stay.',
    ],
  ] as const) {
    it(`refuses ${text === '' ? 'nothing' : text}`, () => {
      assert.throws(() => parseMerge(text, classes), { name: 'UserError', message });
    });
  }

  it('is the identity when nothing is merged', () => {
    assert.deepEqual([...mergeNothing(classes).newId], [...Array(256).keys()]);
  });
});
