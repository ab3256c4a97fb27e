import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  classListProblem,
  defaultColour,
  idAfter,
  rgbOf,
  withNewClass,
  type ClassList,
} from '../../../src/dataset/classes.ts';
import { pixelsPerId, unlabelledMap } from '../../../src/dataset/labelMap.ts';

const skin = { id: 1, name: 'skin', colour: '#ffcda0' };
const hair = { id: 4, name: 'hair', colour: '#78461e' };

describe('classes', () => {
  it('say what is wrong with a list', () => {
    assert.equal(classListProblem([skin, hair]), undefined);
    assert.equal(classListProblem([skin, { ...hair, id: 1 }]), 'two classes have the id 1');
    assert.match(classListProblem([{ ...skin, id: 255 }]) ?? '', /"skin" has the id 255, but ids go from 0 to 254/);
    assert.match(classListProblem([skin, { ...hair, name: 'skin' }]) ?? '', /1 and 4 are both called "skin"/);
    assert.match(classListProblem([{ ...skin, name: ' ' }]) ?? '', /class 1 has no name/);
    assert.match(classListProblem([{ ...skin, colour: 'red' }]) ?? '', /colour "red".*#rrggbb/);
    assert.match(classListProblem([skin, hair], 3) ?? '', /nextClassId is 3, but a class has the id 4/);
  });

  it('never give an id twice, also after deletions', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('add' as const), fc.nat({ max: 5 })), { maxLength: 60 }), (actions) => {
        let list: ClassList = { classes: [], nextClassId: 0 };
        const given = new Set<number>();
        for (const [i, action] of actions.entries()) {
          if (action === 'add') {
            list = withNewClass(list, `class ${i}`) ?? list;
            const id = list.classes.at(-1)!.id;
            assert.ok(!given.has(id));
            given.add(id);
          } else list = { ...list, classes: list.classes.filter((_, index) => index !== action) };
          assert.equal(classListProblem(list.classes, list.nextClassId), undefined);
        }
      }),
    );
  });

  it('end after 255 ids', () => {
    assert.equal(withNewClass({ classes: [], nextClassId: 255 }, 'one too many'), undefined);
    assert.equal(idAfter([]), 0);
  });

  it('have 255 different default colours', () => {
    const colours = new Set(Array.from({ length: 255 }, (_, id) => defaultColour(id)));
    assert.equal(colours.size, 255);
    for (const colour of colours) assert.match(colour, /^#[0-9a-f]{6}$/);
    assert.deepEqual(rgbOf('#ff8001'), [255, 128, 1]);
  });
});

describe('a label map', () => {
  it('counts pixels per id', () => {
    const map = unlabelledMap(3, 2);
    map.data[4] = 7;
    assert.deepEqual([pixelsPerId(map)[7], pixelsPerId(map)[255]], [1, 5]);
  });
});
