/** What of a document's Uri tells the sides of a diff apart. */
export interface SideUri {
  readonly scheme: string;
  readonly fsPath: string;
  readonly query: string;
}

/**
 * The file that a document is a state of. The `git:` scheme may add a suffix to the path, but says the true one in its query; a query of
 * another form is another extension's, whose path is all we know.
 */
export function fileOfSide({ scheme, fsPath, query }: SideUri): string {
  if (scheme !== 'git') return fsPath;
  try {
    const parsed: unknown = JSON.parse(query);
    if (typeof parsed === 'object' && parsed !== null && 'path' in parsed && typeof parsed.path === 'string')
      return parsed.path;
  } catch {
    // not JSON
  }
  return fsPath;
}

/**
 * The other side of a diff among the open documents: VS Code does not tell a custom editor that it is in a diff, so two open states of
 * one file are taken for its sides. The working copy is the other side of each older state; without it, two older states are each
 * other's. Of several, the one that was opened last.
 * @param open in the order they were opened; `document` may be among them
 */
export function otherSide<Side extends SideUri>(document: Side, open: readonly Side[]): Side | undefined {
  const file = fileOfSide(document);
  const states = open.filter((side) => side !== document && !same(side, document) && fileOfSide(side) === file);
  const workingCopy = states.findLast(({ scheme }) => scheme !== 'git');
  return document.scheme === 'git' ? (workingCopy ?? states.at(-1)) : states.findLast(({ scheme }) => scheme === 'git');
}

function same(a: SideUri, b: SideUri): boolean {
  return a.scheme === b.scheme && a.fsPath === b.fsPath && a.query === b.query;
}
