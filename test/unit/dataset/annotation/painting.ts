import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Area } from '../../../../src/dataset/annotation/area.ts';
import type { Brush, Point } from '../../../../src/dataset/annotation/brush.ts';
import type { Ink } from '../../../../src/dataset/annotation/ink.ts';
import { applyEdit, editProblem, inverse, type LabelEdit } from '../../../../src/dataset/annotation/labelEdit.ts';
import { UNLABELLED, type LabelMap } from '../../../../src/dataset/labelMap.ts';

/** Random maps, inks and brushes for the tests of the tools. Few ids, so that regions and locks matter. */

export const someId = fc.constantFrom(0, 1, 2, 3, UNLABELLED);

export const smallMap: fc.Arbitrary<LabelMap> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
  .chain(([width, height]) => mapOf(width, height));

export function mapOf(width: number, height: number): fc.Arbitrary<LabelMap> {
  return fc
    .array(someId, { minLength: width * height, maxLength: width * height })
    .map((ids) => ({ width, height, data: Uint8Array.from(ids) }));
}

const locked = fc.uniqueArray(fc.constantFrom(0, 1, 2, 3), { maxLength: 3 }).map((ids) => new Set(ids));
const over = fc.oneof(
  fc.constantFrom('all' as const, 'unlabelled' as const, 'labelled' as const),
  someId.map((id) => ({ id })),
);

/** Flat inks and predictions for a map of this size. */
export function inkFor({ width, height }: LabelMap): fc.Arbitrary<Ink> {
  const puts = fc.oneof(
    someId,
    mapOf(width, height).map((prediction) => ({ prediction })),
    fc.tuple(mapOf(width, height), fc.constantFrom(0, 1, 2)).map(([prediction, only]) => ({ prediction, only })),
  );
  return fc.record({ puts, over, locked });
}

export const brush: fc.Arbitrary<Brush> = fc.record({
  shape: fc.constantFrom('circle' as const, 'square' as const),
  diameter: fc.integer({ min: 1, max: 30 }),
});

/** Around and outside of a small map, with fractions. */
export const point: fc.Arbitrary<Point> = fc
  .tuple(fc.integer({ min: -160, max: 400 }), fc.integer({ min: -160, max: 400 }))
  .map(([x, y]) => ({ x: x / 10, y: y / 10 }));

/** What an ink makes of a pixel, said again in other words. */
export function expectedLabel({ puts, over, locked }: Ink, old: number, index: number): number {
  let next = typeof puts === 'number' ? puts : puts.prediction.data[index]!;
  if (typeof puts !== 'number' && (next === UNLABELLED || (puts.only !== undefined && next !== puts.only))) next = old;
  const meant =
    over === 'all' || (over === 'unlabelled' ? old === 255 : over === 'labelled' ? old !== 255 : old === over.id);
  return !meant || locked.has(old) || locked.has(next) ? old : next;
}

export function copy(labels: LabelMap): LabelMap {
  return { ...labels, data: labels.data.slice() };
}

export function labelsAfter(labels: LabelMap, edit: LabelEdit | undefined): LabelMap {
  const after = copy(labels);
  if (edit) applyEdit(after, edit);
  return after;
}

/** An edit must fit where it is made, change every pixel that it names, and be taken back exactly. */
export function checkEdit(before: LabelMap, edit: LabelEdit | undefined): void {
  if (!edit) return;
  assert.equal(editProblem(before, edit), undefined);
  for (let i = 0; i < edit.starts.length; i++) assert.notEqual(edit.before[i], edit.after[i]);
  const after = labelsAfter(before, edit);
  assert.equal(editProblem(after, inverse(edit)), undefined);
  assert.deepEqual(labelsAfter(after, inverse(edit)).data, before.data);
}

export function pixelsOfArea({ mask }: Area): number[] {
  return [...mask].flatMap((inside, i) => (inside === 1 ? [i] : []));
}

/** Nothing of an area lies outside of its box. */
export function checkBox({ width, mask, box }: Area): void {
  for (const [i, inside] of mask.entries()) {
    if (inside === 0) continue;
    assert.ok(box);
    const [x, y] = [i % width, Math.floor(i / width)];
    assert.ok(x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  }
}

/** 4-connected flood fill, the slow way. */
export function naiveFlood(
  width: number,
  height: number,
  start: number,
  belongs: (index: number) => boolean,
): Uint8Array {
  const mask = new Uint8Array(width * height);
  if (!belongs(start)) return mask;
  mask[start] = 1;
  for (let grew = true; grew;) {
    grew = false;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 1 || !belongs(i)) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      const touches =
        (x > 0 && mask[i - 1] === 1) ||
        (x < width - 1 && mask[i + 1] === 1) ||
        (y > 0 && mask[i - width] === 1) ||
        (y < height - 1 && mask[i + width] === 1);
      if (touches) grew = Boolean((mask[i] = 1));
    }
  }
  return mask;
}
