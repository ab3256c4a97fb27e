// Commands are called from the palette (without an argument), from a tree item's menu (with the tree's node, and perhaps a list of the
// nodes that are chosen), from an editor's title (with a Uri), and from code (with the thing itself).

/** The class that a command's argument names. */
export function idOfClass(argument: unknown): number | undefined {
  const id = typeof argument === 'number' ? argument : propertyOf(argument, 'id');
  return typeof id === 'number' ? id : undefined;
}

/** The job that a command's argument names. */
export function idOfJob(argument: unknown): string | undefined {
  const id = typeof argument === 'string' ? argument : propertyOf(argument, 'id');
  return typeof id === 'string' ? id : undefined;
}

/** The file that a command's argument names, as an absolute path. */
export function pathOf(argument: unknown): string | undefined {
  const path =
    typeof argument === 'string' ? argument : (propertyOf(argument, 'fsPath') ?? propertyOf(argument, 'path'));
  return typeof path === 'string' ? path : undefined;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
