import { rgbOf, type LabelClass } from '../classes.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * The classes' colours, by class id, for formats whose readers tell classes apart by colour: where two are equal (or one
 * is `taken`), the later one goes on to the next free shade.
 */
export function distinctColours(classes: readonly LabelClass[], taken: readonly Rgb[]): ReadonlyMap<number, Rgb> {
  const keyOf = ([r, g, b]: Rgb) => (r << 16) | (g << 8) | b;
  const used = new Set(taken.map(keyOf));
  const result = new Map<number, Rgb>();
  for (const { id, colour } of classes) {
    let key = keyOf(rgbOf(colour));
    while (used.has(key)) key = (key + 1) % 2 ** 24;
    used.add(key);
    result.set(id, [key >> 16, (key >> 8) & 255, key & 255]);
  }
  return result;
}
