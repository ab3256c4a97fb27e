/** Offsets in a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Where something stands in JSON: its key, when it is a property, and its value. */
export interface JsonPlace {
  readonly key: TextRange | undefined;
  readonly value: TextRange;
  /** All of the path was found; else this is the innermost part of it that stands there. */
  readonly found: boolean;
}

/**
 * Where the value with a path like `classes[2].colour` stands. For a property that is written twice, the last one: JSON.parse takes that.
 * @param text JSON; in any other text nothing is found, and the place is its start
 */
export function jsonPlace(text: string, path: string): JsonPlace {
  const parts = [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, index]) =>
    index === undefined ? name : Number(index),
  );
  try {
    return new Reader(text).find(parts, undefined);
  } catch (error) {
    if (!(error instanceof NoJson)) throw error;
    return { key: undefined, value: { start: 0, end: 0 }, found: false };
  }
}

/** Line and column of an offset, from 1. */
export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

class NoJson extends Error {}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** At the start of a value: goes over it, and finds what is below it. */
  find(parts: readonly (string | number)[], key: TextRange | undefined): JsonPlace {
    this.#take(/[\s\uFEFF]*/y);
    const start = this.#at;
    const [part, ...rest] = parts;
    let below: JsonPlace | undefined;
    if (this.#take(/\{/y) !== undefined) {
      while (!this.#ends(/\}/y)) {
        const name = this.#string();
        this.#take(/\s*:/y);
        const isIt = part === JSON.parse(this.#text.slice(name.start, name.end));
        const place = this.find(isIt ? rest : [], name);
        if (isIt) below = place;
      }
    } else if (this.#take(/\[/y) !== undefined) {
      for (let i = 0; !this.#ends(/\]/y); i++) {
        const place = this.find(i === part ? rest : [], undefined);
        if (i === part) below = place;
      }
    } else if (this.#take(/"(?:[^"\\]|\\.)*"|[^\s,:[\]{}"]+/y) === undefined) {
      throw new NoJson();
    }
    const value = { start, end: this.#at };
    return below ?? { key, value, found: part === undefined };
  }

  /** Whether the object or the list ends here; else goes to its next member. */
  #ends(close: RegExp): boolean {
    this.#take(/[\s,]*/y);
    return this.#take(close) !== undefined;
  }

  #string(): TextRange {
    const start = this.#at;
    if (this.#take(/"(?:[^"\\]|\\.)*"/y) === undefined) throw new NoJson();
    return { start, end: this.#at };
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found?.[0];
  }
}
