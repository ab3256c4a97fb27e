import fc from 'fast-check';
import { UNLABELLED, type LabelMap } from '../../../../src/dataset/labelMap.ts';

/** A label map from a drawing: `.` is not labelled, digits are class ids. */
export function draw(...rows: readonly string[]): LabelMap {
  const data = Uint8Array.from(rows.join(''), (c) => (c === '.' ? UNLABELLED : Number(c)));
  return { width: rows[0]!.length, height: rows.length, data };
}

/** Shapes that contour code gets wrong. */
export const hardMaps: Readonly<Record<string, LabelMap>> = {
  'one pixel': draw('1'),
  'one pixel within': draw('...', '.1.', '...'),
  'the whole image': draw('000', '000'),
  'nothing labelled': draw('...', '...'),
  'a line across': draw('.....', '11111', '.....'),
  'a line down': draw('.1.', '.1.', '.1.', '.1.'),
  'a diagonal': draw('1....', '.1...', '..1..', '...1.', '....1'),
  'the other diagonal': draw('....1', '...1.', '..1..', '.1...', '1....'),
  'a cross of diagonals': draw('1...1', '.1.1.', '..1..', '.1.1.', '1...1'),
  'a chequerboard': draw('01010', '10101', '01010', '10101'),
  'a hole': draw('11111', '1...1', '1...1', '11111'),
  'a hole of another class': draw('11111', '12221', '12221', '11111'),
  'a diamond of diagonals': draw('..1..', '.1.1.', '1...1', '.1.1.', '..1..'),
  'rings within rings': draw(
    '111111111',
    '1.......1',
    '1.11111.1',
    '1.1...1.1',
    '1.1.1.1.1',
    '1.1...1.1',
    '1.11111.1',
    '1.......1',
    '111111111',
  ),
  'holes that touch': draw('111111', '1.1.11', '11.111', '1.1.11', '111111'),
  'holes in a row': draw('1111111', '1.1.1.1', '1111111', '1.1.1.1', '1111111'),
  'a hole that touches the outline': draw('.11111', '1.1111', '11..11', '111111'),
  'a comb': draw('1.1.1.1', '1.1.1.1', '1111111'),
  'a spiral': draw('1111111', '......1', '11111.1', '1...1.1', '1.111.1', '1.....1', '1111111'),
};

/** Random maps of up to 14×14 pixels with few classes, so that regions have holes and touch. */
export const anyMap: fc.Arbitrary<LabelMap> = fc
  .tuple(
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 1, max: 14 }),
    fc.constantFrom([1, 255], [1, 1, 1, 255], [0, 3, 254, 255]),
  )
  .chain(([width, height, ids]) =>
    fc
      .array(fc.constantFrom(...ids), { minLength: width * height, maxLength: width * height })
      .map((data) => ({ width, height, data: Uint8Array.from(data) })),
  );
