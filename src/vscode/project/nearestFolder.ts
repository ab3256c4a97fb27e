import { relative, sep, isAbsolute } from 'node:path';

/** Of `folders`, the innermost that contains `path` (or is it); undefined when none does. All are absolute. */
export function nearestFolder(path: string, folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => contains(folder, path))
    .reduce<string | undefined>(
      (best, folder) => (best === undefined || folder.length > best.length ? folder : best),
      undefined,
    );
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}
