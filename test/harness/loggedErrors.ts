import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { extensionId, repository } from './repository.ts';

const entryStart = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3} \[(\w+)\] /;

/** All files below the logs of a user-data folder. */
function filesIn(logs: string): string[] {
  return readdirSync(logs, { recursive: true, encoding: 'utf8' }).map((name) => join(logs, name));
}

function isOwnLog(file: string): boolean {
  return file.endsWith('.log') && file.split(sep).includes(extensionId);
}

/** The text of our own logs below a user-data folder, one for each window that was loaded. */
export function ownLogs(userData: string): string[] {
  return filesIn(join(userData, 'logs'))
    .filter(isOwnLog)
    .map((file) => readFileSync(file, 'utf8'));
}

/** One entry of a VS Code log: its first line starts with time and level, others (a stack) follow. */
function entriesOf(log: string): { level: string; text: string }[] {
  const entries: { level: string; text: string }[] = [];
  for (const line of log.split('\n')) {
    const level = entryStart.exec(line)?.[1];
    const last = entries.at(-1);
    if (level !== undefined) entries.push({ level, text: line });
    else if (last !== undefined && line !== '') last.text += `\n${line}`;
  }
  return entries;
}

/**
 * What VS Code's logs below a user-data folder hold against the extension: errors in its own log, and errors of the extension host that
 * name it. Unhandled rejections are among these.
 * @param expected what a test provoked on purpose
 */
export function loggedErrors(userData: string, expected: readonly RegExp[] = []): string[] {
  const logs = join(userData, 'logs');
  if (!existsSync(logs)) return [`There are no logs in ${logs}.`];
  const files = filesIn(logs);
  const hosts = files.filter((file) => ['remoteexthost.log', 'exthost.log'].includes(basename(file)));
  if (hosts.length === 0) return [`No log of an extension host in ${logs}.`];
  const own = files.filter(isOwnLog);

  const errors = (file: string) => entriesOf(readFileSync(file, 'utf8')).filter(({ level }) => level === 'error');
  // VS Code's own parts lie below the repository too.
  const tools = join(repository, 'test/tools');
  const naming = (text: string) => {
    const rest = text.replaceAll(tools, '');
    return rest.toLowerCase().includes('datasetgan') || rest.includes(repository);
  };
  return (
    [
      ...hosts.flatMap((file) => errors(file).filter(({ text }) => naming(text))),
      ...own.flatMap((file) => errors(file)),
    ]
      .map(({ text }) => text)
      // VS Code's own words for a view that was being refreshed when the window closed.
      .filter((text) => !/Unable to refresh tree view \S+: Canceled$/.test(text))
      .filter((text) => !expected.some((pattern) => pattern.test(text)))
  );
}
