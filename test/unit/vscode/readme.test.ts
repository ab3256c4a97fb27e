import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ANNOTATOR_ACTION_NAMES,
  ANNOTATOR_ACTIONS,
  type AnnotatorAction,
} from '../../../src/messages/annotatorActions.ts';

/** One row for each action that has a key; the nine classes in one. */
function keyRows(): readonly (readonly [key: string, does: string])[] {
  return ANNOTATOR_ACTION_NAMES.flatMap((name): [string, string][] => {
    const { title, key }: AnnotatorAction = ANNOTATOR_ACTIONS[name];
    if (key === undefined) return [];
    if (name === 'class1') return [['1 … 9', 'Paint with Class 1 … 9']];
    return /^class\d$/.test(name) ? [] : [[shown(key), title]];
  });
}

/** `shift+f` → `Shift+F` */
function shown(key: string): string {
  return key
    .split('+')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('+');
}

/** Cells as prettier pads them. */
function cells(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('the README', () => {
  it('lists the annotator’s keys as they are', () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, section = ''] = readme.split(/^### Keys$/m);
    const [head, rule, ...rows] = cells(section.split(/^##/m)[0]!);
    assert.deepEqual(head, ['key', 'does', 'key', 'does', 'key', 'does']);
    assert.ok(rule);
    // Column by column, so that what belongs together stands below one another.
    const pairs = [0, 2, 4].flatMap((column) =>
      rows.map((row) => [row[column]!.replaceAll('`', ''), row[column + 1]!] as const),
    );
    assert.deepEqual(
      pairs.filter(([key]) => key !== ''),
      keyRows(),
    );
  });
});
