import { closest, distance } from 'fastest-levenshtein';
import { UserError } from '../../base/userError.ts';
import type { LabelClass } from '../classes.ts';
import { UNLABELLED, type LabelMap } from '../labelMap.ts';

/** The target that takes classes out of the export: their pixels become unlabelled. */
const NOTHING = 'unlabelled';

/** What `--merge-classes` asks for: the classes that remain, and for each old id (0 … 255) its new one. */
export interface ClassMerge {
  readonly classes: readonly LabelClass[];
  readonly newId: Uint8Array;
}

/** Every class stays what it is. */
export function mergeNothing(classes: readonly LabelClass[]): ClassMerge {
  return { classes, newId: Uint8Array.from({ length: 256 }, (_, id) => id) };
}

/**
 * Reads `--merge-classes`. The grammar:
 *
 *     rules  =  rule , rule …
 *     rule   =  class + class … = name
 *
 * as in `left eye+right eye=eyes, hat=headwear, background=unlabelled`. Spaces around names do not count; a name that
 * holds `+`, `,` or `=` is written in double quotes, a quote in it twice ({@link quotedName}). One class on the left is
 * renamed. If the name on the right is that of a class, the others join it (id and colour are its own); otherwise the
 * new class takes id and colour of the first on the left. `unlabelled` on the right leaves the classes out.
 * @throws UserError for a rule that can't be read, an unknown class (with the nearest name), or a class used twice.
 */
export function parseMerge(text: string, classes: readonly LabelClass[]): ClassMerge {
  const byName = new Map(classes.map((c) => [c.name, c]));
  const find = (name: string): LabelClass => {
    const found = byName.get(name);
    if (found) return found;
    throw new UserError(
      `--merge-classes names "${name}", which is no class of this data set. ${hint(name, [...byName.keys()])}`,
    );
  };
  const newId = mergeNothing(classes).newId;
  const moved = new Map<LabelClass, string>(); // class → target
  const result = new Map(classes.map((c) => [c.id, c]));
  const targets = new Set<string>();
  const rules = parseRules(text).map(({ from, to }) => ({ sources: from.map(find), to }));
  for (const { sources, to } of rules) {
    for (const source of sources) {
      if (moved.has(source))
        throw new UserError(
          `--merge-classes uses the class "${source.name}" twice; each class can go to one place only.`,
        );
      moved.set(source, to);
    }
    if (targets.has(to) && to !== NOTHING)
      throw new UserError(`--merge-classes makes "${to}" twice; write one rule with all its classes: a+b+c=${to}.`);
    targets.add(to);
  }
  for (const { sources, to } of rules) {
    const existing = byName.get(to);
    const elsewhere = existing && moved.get(existing);
    if (existing && elsewhere !== undefined && elsewhere !== to && to !== NOTHING)
      throw new UserError(
        `--merge-classes sends classes to "${to}" and the class "${to}" itself to "${elsewhere}"; give the new class another name.`,
      );
    const into = to === NOTHING ? undefined : (existing ?? sources[0]!);
    for (const source of sources) {
      newId[source.id] = into ? into.id : UNLABELLED;
      if (source !== into) result.delete(source.id);
    }
    if (into) result.set(into.id, { ...into, name: to });
  }
  if (result.size === 0) throw new UserError('--merge-classes leaves no class; at least one must stay.');
  return { classes: [...result.values()].sort((a, b) => a.id - b.id), newId };
}

/** A class name as the grammar of {@link parseMerge} takes it. */
export function quotedName(name: string): string {
  return /[+=,]|^"|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** The label map with the ids of the merged classes. */
export function mergeLabels(labels: LabelMap, { newId }: ClassMerge): LabelMap {
  return { ...labels, data: labels.data.map((id) => newId[id]!) };
}

function hint(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'It has no classes.';
  const near = closest(name, names);
  return distance(name.toLowerCase(), near.toLowerCase()) <= Math.max(2, name.length / 3)
    ? `Did you mean "${near}"?`
    : `Its classes are: ${names.join(', ')}.`;
}

interface Rule {
  readonly from: readonly string[];
  readonly to: string;
}

function parseRules(text: string): readonly Rule[] {
  const say = (problem: string) =>
    new UserError(`"--merge-classes ${text}" ${problem}; write rules like: left eye+right eye=eyes, hat=unlabelled.`);
  const rules: Rule[] = [];
  let from: string[] = [];
  let to: string | undefined;
  let pending = false; // a `=` stands and its name is still to come
  const endRule = () => {
    if (to === undefined) throw say(`has a rule without "= name" (${from.map((n) => `"${n}"`).join(' + ')})`);
    rules.push({ from, to });
    from = [];
    to = undefined;
    pending = false;
  };
  // A name, quoted or plain, and the sign after it.
  const token = /\s*(?:"((?:[^"]|"")*)"|((?:[^"+=,\s][^+=,]*)?))\s*([+=,]|$)/gy;
  for (;;) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw say(`cannot be read from ${JSON.stringify(text.slice(at, at + 20))} on`);
    const name = match[1]?.replaceAll('""', '"') ?? match[2]!.trim();
    const sign = match[3]!;
    if (name === '') throw say('has an empty name');
    if (pending) {
      if (sign === '+' || sign === '=') throw say(`has "${sign}" after the new name "${name}"`);
      to = name;
      endRule();
    } else {
      from.push(name);
      if (sign === ',' || sign === '') endRule();
      pending = sign === '=';
    }
    if (sign === '') return rules;
  }
}
