import { UNLABELLED, type LabelMap } from '../labelMap.ts';

/** What a pixel is called in somebody else's labels, before it is known which class of the project that is. */
export interface ForeignClass {
  /** A number in a mask, a colour (`#rrggbb`), or a name. */
  readonly kind: 'id' | 'colour' | 'name';
  readonly text: string;
}

/** Labels as they stand in a file: each pixel is an index into `classes`, or {@link NOTHING}. */
export interface ForeignLabels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
  readonly classes: readonly ForeignClass[];
}

/** A pixel that nobody labelled. */
export const NOTHING = 0xffff;

/** So many different values are no classes: a photo, or depths. */
export const MOST_CLASSES = 1024;

/**
 * Labels from one number per pixel.
 * @param classOf what a number is called; undefined where it says that nothing is labelled
 * @returns undefined when there are too many different numbers to be classes
 */
export function foreignLabels(
  { width, height }: { readonly width: number; readonly height: number },
  values: ArrayLike<number>,
  classOf: (value: number) => ForeignClass | undefined,
): ForeignLabels | undefined {
  const indices = new Map<number, number>();
  const classes: ForeignClass[] = [];
  const data = new Uint16Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const value = values[i]!;
    let index = indices.get(value);
    if (index === undefined) {
      const called = classOf(value);
      index = called === undefined ? NOTHING : classes.push(called) - 1;
      if (classes.length > MOST_CLASSES) return undefined;
      indices.set(value, index);
    }
    data[i] = index;
  }
  return { width, height, data, classes };
}

/** Numbers as ids; 255 is "not labelled", as in our own files. */
export function idClass(value: number): ForeignClass | undefined {
  return value === UNLABELLED ? undefined : { kind: 'id', text: String(value) };
}

/** The classes that at least one pixel has. */
export function usedClasses({ data, classes }: ForeignLabels): readonly ForeignClass[] {
  const used = new Uint8Array(MOST_CLASSES + 1);
  for (const index of data) if (index !== NOTHING) used[index] = 1;
  return classes.filter((_, index) => used[index] === 1);
}

/**
 * Labels of the project, at the size of its images: every pixel takes the label that lies at its centre.
 * @param idOf the id of each foreign class; 255 for those that shall not be labelled
 * @param rest the id of what nobody labelled
 */
export function ownLabels(
  { width: from, height: rows, data, classes }: ForeignLabels,
  { width, height }: { readonly width: number; readonly height: number },
  idOf: (foreign: ForeignClass) => number,
  rest = UNLABELLED,
): LabelMap {
  const ids = classes.map(idOf);
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * rows) / height) * from;
    for (let x = 0; x < width; x++) {
      const index = data[row + Math.floor(((x + 0.5) * from) / width)]!;
      labels[y * width + x] = index === NOTHING ? rest : ids[index]!;
    }
  }
  return { width, height, data: labels };
}
