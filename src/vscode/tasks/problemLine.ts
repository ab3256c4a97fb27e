import { jsonPlace, lineAndColumn } from '../../dataset/jsonPlace.ts';
import { PROJECT_FILE } from '../../dataset/projectFile.ts';

/** What is wrong with a sample or a project file, as the problem matcher `$datasetgan` reads it. */
export interface FileProblem {
  readonly file: string;
  readonly kind: 'project' | 'sample';
  readonly message: string;
  /** From 1, where the message says it. */
  readonly place: { readonly line: number; readonly column: number } | undefined;
  /** The key of the project file that the message names. */
  readonly key: string | undefined;
}

/** The file's problem that a `UserError` is about; undefined when it is about something else. All such sentences begin with the path. */
export function fileProblem(sentence: string): FileProblem | undefined {
  const found = /^(?:Could not read )?((?:[A-Za-z]:)?[\\/].*?(\.dgan|[\\/]datasetgan\.json))(?=[\s:])(.*)$/s.exec(
    sentence,
  );
  if (!found) return undefined;
  const [, file, end, rest] = found as unknown as [string, string, string, string];
  const place = /line (\d+), column (\d+)/.exec(rest);
  const key = /"([^"]+)"/.exec(rest)?.[1];
  const kind = end.endsWith(PROJECT_FILE) ? 'project' : 'sample';
  return {
    file,
    kind,
    message: rest.replace(/^[:\s]+/, '').replaceAll(/\s+/g, ' '),
    place: place ? { line: Number(place[1]), column: Number(place[2]) } : undefined,
    key: kind === 'project' && !place ? key : undefined,
  };
}

/** `file(line,col): severity CODE: message` */
export function problemLine({ file, kind, message, place, key }: FileProblem, text: string | undefined): string {
  const { line, column } =
    place ?? (key !== undefined && text !== undefined ? placeOfKey(text, key) : { line: 1, column: 1 });
  return `${file}(${line},${column}): error ${kind}: ${message}`;
}

/** Where a key like `interpreter.hidden[0]` stands in JSON; else the innermost part of it that does. */
export function placeOfKey(text: string, key: string): { readonly line: number; readonly column: number } {
  const place = jsonPlace(text, key);
  return lineAndColumn(text, (place.key ?? place.value).start);
}
