import { closest, distance } from 'fastest-levenshtein';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { UserError } from '../../base/userError.ts';
import { withNewClass, type ClassList, type LabelClass } from '../classes.ts';
import { UNLABELLED } from '../labelMap.ts';
import type { ForeignClass } from './foreignLabels.ts';
import type { LabelsQuestion } from './labelsQuestion.ts';

/** The class that takes pixels out: they become "not labelled". */
const UNLABELLED_NAME = 'unlabelled';

/** What a person said that foreign classes are: from a number, colour or name to a class's name. Keys as {@link keyOf} makes them. */
export type ClassNames = ReadonlyMap<string, string>;

/** Which class of the project each foreign one is. */
export interface ClassChoice {
  /** The project's classes, the new ones among them. */
  readonly list: ClassList;
  readonly added: readonly LabelClass[];
  /** The permanent id; 255 for what shall not be labelled. */
  readonly idOf: (foreign: ForeignClass) => number;
  /** What became what, in the order of the foreign classes. */
  readonly pairs: readonly { readonly from: ForeignClass; readonly to: LabelClass | undefined }[];
}

/**
 * Reads `--classes`: `0=background, 1=hair, #ff0000=eyes, Kopf=skin, 7=unlabelled`. What stands on the left is a number of the mask,
 * a colour or a name; on the right a class's name. A name with a comma or "=" stands in double quotes.
 * @throws UserError for a part that is not of this form, or a left side that is there twice.
 */
export function parseClassNames(text: string): ClassNames {
  const names = new Map<string, string>();
  const part = /\s*(?:"([^"]*)"|([^",=]*))\s*=\s*(?:"([^"]*)"|([^",=]*))\s*(?:,|$)/y;
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const found = part.exec(text);
    const from = (found?.[1] ?? found?.[2] ?? '').trim();
    const to = (found?.[3] ?? found?.[4] ?? '').trim();
    if (!found || from === '' || to === '')
      throw new UserError(
        `--classes can't be understood from "${text.slice(at, at + 40)}" on: write pairs like 0=background,1=hair,#ff0000=eyes.`,
      );
    const key = keyOf(from);
    if (names.has(key)) throw new UserError(`--classes says twice what "${from}" is.`);
    names.set(key, to);
  }
  return names;
}

/** How a foreign class is compared: names and colours without regard to case, numbers without leading zeros. */
export function keyOf(text: string): string {
  const key = text.trim().toLowerCase();
  return /^\d+$/.test(key) ? String(Number(key)) : key;
}

export interface ClassQuestion {
  readonly foreign: readonly ForeignClass[];
  readonly list: ClassList;
  readonly names: ClassNames;
  /** Whether what the project does not have becomes a new class. */
  readonly add: boolean;
}

/**
 * Finds the class of each foreign one: as `names` say, else a number is the class with that id, a colour the class with that colour, a
 * name the class of that name.
 * @throws UserError with all that the project does not have, unless they are to be added; and when there are no ids left.
 */
export function chooseClasses({ foreign, list, names, add }: ClassQuestion): ClassChoice {
  const ids = new Map<string, number>();
  const pairs: { from: ForeignClass; to: LabelClass | undefined }[] = [];
  const unknown: ForeignClass[] = [];
  const added: LabelClass[] = [];
  let now = list;
  const take = (from: ForeignClass, to: LabelClass | undefined): void => {
    ids.set(placeOf(from), to?.id ?? UNLABELLED);
    pairs.push({ from, to });
  };
  for (const from of foreign) {
    if (ids.has(placeOf(from))) continue;
    const said = names.get(keyOf(from.text));
    if (said !== undefined && keyOf(said) === UNLABELLED_NAME) {
      take(from, undefined);
      continue;
    }
    const known = said === undefined ? standsFor(from, list, now) : byName(said, now.classes);
    if (known) {
      take(from, known);
    } else if (!add) {
      ids.set(placeOf(from), UNLABELLED);
      unknown.push(from);
    } else {
      const colour = from.kind === 'colour' && !now.classes.some((c) => c.colour === from.text) ? from.text : undefined;
      const longer = withNewClass(now, said ?? newName(from), colour);
      if (!longer) throw new UserError('The project has given away all its 255 class ids: no class can be added.');
      now = longer;
      added.push(longer.classes.at(-1)!);
      take(from, longer.classes.at(-1));
    }
  }
  if (unknown.length > 0)
    throw new OpenQuestion(unknownSentence(unknown, list, names), {
      kind: 'classes',
      unknown: unknown.slice(0, 20).map(({ text }) => text),
      count: unknown.length,
    } satisfies LabelsQuestion);
  return { list: now, added, pairs, idOf: (from) => ids.get(placeOf(from))! };
}

/** `12`, `#ff0000`, `"hat"` */
export function foreignText({ kind, text }: ForeignClass): string {
  return kind === 'name' ? `"${text}"` : text;
}

function placeOf({ kind, text }: ForeignClass): string {
  return `${kind} ${keyOf(text)}`;
}

/** @param now the list with the classes that were added meanwhile: their ids and colours are not those of the file */
function standsFor({ kind, text }: ForeignClass, list: ClassList, now: ClassList): LabelClass | undefined {
  switch (kind) {
    case 'id':
      return list.classes.find(({ id }) => id === Number(text));
    case 'colour':
      return list.classes.find(({ colour }) => colour.toLowerCase() === text);
    case 'name':
      return byName(text, now.classes);
  }
}

function byName(name: string, classes: readonly LabelClass[]): LabelClass | undefined {
  return classes.find((c) => c.name === name) ?? classes.find((c) => keyOf(c.name) === keyOf(name));
}

function newName({ kind, text }: ForeignClass): string {
  return kind === 'id' ? `class ${text}` : text;
}

function unknownSentence(unknown: readonly ForeignClass[], { classes }: ClassList, names: ClassNames): string {
  const shown = unknown.slice(0, 20).map((from) => {
    const said = names.get(keyOf(from.text));
    const name = said ?? (from.kind === 'name' ? from.text : undefined);
    const near =
      name === undefined || classes.length === 0
        ? undefined
        : closest(
            name,
            classes.map((c) => c.name),
          );
    const hint =
      near !== undefined && distance(near.toLowerCase(), name!.toLowerCase()) <= 2 ? ` (near "${near}")` : '';
    return `${foreignText(from)}${said === undefined ? '' : ` (to be "${said}")`}${hint}`;
  });
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} more` : '';
  const example = `--classes '${unknown[0]!.text}=${classes[0]?.name ?? 'background'}'`;
  return (
    `The project has no class for ${shown.join(', ')}${more}: add them with --add-classes, ` +
    `or say which classes they are, like ${example}.`
  );
}
