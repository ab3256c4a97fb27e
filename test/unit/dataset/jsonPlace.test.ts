import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPlace, lineAndColumn } from '../../../src/dataset/jsonPlace.ts';

const text = `{
  "generator": { "path": "generator.onnx" },
  "classes": [
    { "id": 0, "name": "background", "colour": "#e6e6e6" },
    { "id": 1, "name": "a \\"b\\" }", "colour": "red" }
  ]
}`;
const sliceOf = (path: string): string => {
  const { value } = jsonPlace(text, path);
  return text.slice(value.start, value.end);
};

describe('the place of a value in JSON', () => {
  it('finds properties and members of lists', () => {
    assert.equal(sliceOf('generator.path'), '"generator.onnx"');
    assert.equal(sliceOf('classes[1].colour'), '"red"');
    assert.equal(sliceOf('classes[1].name'), '"a \\"b\\" }"');
    assert.equal(sliceOf('classes[0]'), '{ "id": 0, "name": "background", "colour": "#e6e6e6" }');
    const { key } = jsonPlace(text, 'generator.path');
    assert.equal(text.slice(key!.start, key!.end), '"path"');
  });

  it('gives the innermost part that stands there when something is missing', () => {
    const place = jsonPlace(text, 'generator.sha256');
    assert.equal(place.found, false);
    assert.equal(text.slice(place.key!.start, place.key!.end), '"generator"');
    assert.equal(jsonPlace(text, 'folders.samples').value.start, 0);
    assert.equal(jsonPlace('{"a": 1, "a": 2}', 'a').value.start, 14);
  });

  it('tells line and column from 1', () => {
    const { key } = jsonPlace(text, 'classes[1].colour');
    assert.deepEqual(lineAndColumn(text, key!.start), { line: 5, column: 37 });
    assert.deepEqual(lineAndColumn(text, 0), { line: 1, column: 1 });
  });

  it('stays at the start of what is no JSON', () => {
    for (const broken of ['', '{', '{"a" 1', '{"a": [1,', 'nonsense: {', '"'])
      assert.equal(jsonPlace(broken, 'a.b').value.start, 0, broken);
  });

  it('finds what JSON.parse finds, in any JSON', () => {
    const name = fc.string({ minLength: 1 }).filter((key) => !/[.[\]]/.test(key) && key !== '__proto__');
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
        fc.nat({ max: 100 }),
        fc.constantFrom(undefined, 2, '\t'),
        (value, choice, indent) => {
          const json = JSON.stringify(value, undefined, indent);
          const again = JSON.parse(json) as Record<string, unknown>;
          const keys = Object.keys(again);
          const key = keys[choice % keys.length]!;
          const place = jsonPlace(json, key);
          assert.ok(place.found);
          assert.deepEqual(JSON.parse(json.slice(place.value.start, place.value.end)), again[key]);
        },
      ),
    );
  });
});
