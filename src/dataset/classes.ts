import { UNLABELLED } from './labelMap.ts';

/** One class of a project. The id is permanent: it is never given to another class, also after a deletion. */
export interface LabelClass {
  /** 0 … 254; 255 means "not labelled". */
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** A project's classes, and the id that the next new class gets: larger than any that was ever given away. */
export interface ClassList {
  readonly classes: readonly LabelClass[];
  readonly nextClassId: number;
}

/** The smallest id that is larger than all of `classes`: where counting starts when nobody has counted yet. */
export function idAfter(classes: readonly LabelClass[]): number {
  return classes.reduce((next, { id }) => Math.max(next, id + 1), 0);
}

/** What is wrong with a list of classes in half a sentence ("two classes have the id 3"), or undefined. */
export function classListProblem(classes: readonly LabelClass[], nextClassId = idAfter(classes)): string | undefined {
  const names = new Map<string, number>();
  const ids = new Set<number>();
  for (const { id, name, colour } of classes) {
    if (!Number.isInteger(id) || id < 0 || id >= UNLABELLED)
      return `the class "${name}" has the id ${id}, but ids go from 0 to ${UNLABELLED - 1}`;
    if (ids.has(id)) return `two classes have the id ${id}`;
    if (name.trim() === '') return `the class ${id} has no name`;
    if (names.has(name)) return `the classes ${names.get(name)!} and ${id} are both called "${name}"`;
    if (!/^#[0-9a-fA-F]{6}$/.test(colour))
      return `the class "${name}" has the colour "${colour}", which is not of the form #rrggbb`;
    ids.add(id);
    names.set(name, id);
  }
  if (nextClassId < idAfter(classes))
    return `nextClassId is ${nextClassId}, but a class has the id ${idAfter(classes) - 1}`;
  return undefined;
}

/**
 * The list with one more class, which gets an id that no class ever had. `undefined` when all 255 ids were given away.
 * @param colour `#rrggbb`; the palette's colour for the new id when left out.
 */
export function withNewClass(list: ClassList, name: string, colour?: string): ClassList | undefined {
  const id = list.nextClassId;
  if (id >= UNLABELLED) return undefined;
  return { classes: [...list.classes, { id, name, colour: colour ?? defaultColour(id) }], nextClassId: id + 1 };
}

/** Tableau's ten (written out: the package that has them computes all of its palettes when it is loaded). */
const TABLEAU = [
  '#4e79a7',
  '#f28e2c',
  '#e15759',
  '#76b7b2',
  '#59a14f',
  '#edc949',
  '#af7aa1',
  '#ff9da7',
  '#9c755f',
  '#bab0ab',
] as const;

/**
 * A colour for class `id`: light grey for 0 (background), Tableau's ten, then hues a golden angle apart, so that
 * neighbouring ids never look alike. All 255 differ.
 */
export function defaultColour(id: number): string {
  if (id === 0) return '#e6e6e6';
  if (id <= TABLEAU.length) return TABLEAU[id - 1]!;
  const hue = (id * 137.508) % 360;
  const lightness = [0.42, 0.58, 0.72][id % 3]!;
  // CSS Color 4, "Converting HSL to sRGB", at a saturation of 0.65.
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - 0.65 * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** `#rrggbb` as three bytes. */
export function rgbOf(colour: string): readonly [red: number, green: number, blue: number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
