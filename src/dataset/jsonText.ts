import { messageOf, UserError } from '../base/userError.ts';

/**
 * Parses JSON that a person may have edited.
 * @throws UserError with `name`, line and column of the first mistake.
 */
export function parseJson(text: string, name: string): unknown {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text; // editors on Windows like to add a byte order mark
  try {
    return JSON.parse(body);
  } catch (error) {
    const mistake = firstMistake(body);
    if (!mistake) throw new UserError(`${name} is not valid JSON: ${messageOf(error)}.`, { cause: error });
    const before = body.slice(0, mistake.offset).split('\n');
    const line = before.length;
    const column = before.at(-1)!.length + 1;
    throw new UserError(`${name} is not valid JSON: line ${line}, column ${column}: ${mistake.what}.`, {
      cause: error,
    });
  }
}

interface Mistake {
  readonly offset: number;
  readonly what: string;
}

/** Where JSON breaks (RFC 8259). JSON.parse says it for some mistakes only, and differently in each version of V8. */
function firstMistake(text: string): Mistake | undefined {
  let at = 0;
  class Found extends Error {}
  const fail = (what: string, hint = ''): never => {
    throw new Found(at < text.length ? what + hint : `the file ends where ${what}`);
  };
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  const space = (): boolean => take(/[ \t\r\n]*/y);
  const string = (): boolean => take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
  const value = (depth: number): void => {
    if (depth > 500) fail('the nesting is too deep');
    space();
    if (take(/\{/y)) {
      members(/\}/y, '}', () => {
        if (!string()) fail('a key in double quotes is missing', ', or a comma is one too many');
        space();
        if (!take(/:/y)) fail('":" is missing');
        value(depth + 1);
      });
    } else if (take(/\[/y)) {
      members(/\]/y, ']', () => value(depth + 1));
    } else if (!string() && !take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y)) {
      fail('a value is missing or misspelt');
    }
    space();
  };
  const members = (close: RegExp, closing: string, member: () => void): void => {
    space();
    if (take(close)) return;
    do {
      space();
      member();
      space();
    } while (take(/,/y));
    if (!take(close)) fail(`"," or "${closing}" is missing`);
  };
  try {
    value(0);
    if (at < text.length) fail('something stands after the end');
    return undefined;
  } catch (error) {
    return error instanceof Found ? { offset: at, what: error.message } : undefined;
  }
}
