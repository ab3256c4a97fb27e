// Commands are called from the palette (without an argument), from a tree item's menu (with its element), and from code (with the thing
// itself). An element says what it stands for: `classId`, `jobId` or `path`.

/** The class that a command's argument names. */
export function idOfClass(argument: unknown): number | undefined {
  const id = typeof argument === 'number' ? argument : propertyOf(argument, 'classId');
  return typeof id === 'number' ? id : undefined;
}

/** The job that a command's argument names. */
export function idOfJob(argument: unknown): string | undefined {
  const id = typeof argument === 'string' ? argument : propertyOf(argument, 'jobId');
  return typeof id === 'string' ? id : undefined;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
