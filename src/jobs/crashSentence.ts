/** How a child ended that gave no reply. */
export interface Crash {
  readonly job: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote. */
  readonly lastLines: readonly string[];
  readonly log: string | undefined;
}

/** One sentence or two on what happened to a child that ended without a word, and where to read more. */
export function crashSentence({ job, code, signal, lastLines, log }: Crash): string {
  const output = lastLines.join('\n');
  const last = lastLines.filter((line) => line.trim() !== '').at(-1);
  const more = log !== undefined ? ` Its log: ${log}` : last !== undefined ? ` Its last line: ${last}` : '';
  return `The process of "${job}" ended unexpectedly: ${cause(code, signal, output)}.${more}`;
}

function cause(code: number | null, signal: NodeJS.Signals | null, output: string): string {
  if (
    /heap out of memory|bad_alloc|Failed to allocate memory|Cannot allocate memory|Array buffer allocation failed/.test(
      output,
    )
  ) {
    return 'it ran out of memory; close other programs or take a smaller batch';
  }
  if (signal === 'SIGKILL') {
    return 'somebody killed it (SIGKILL); if nobody did, the system did because memory ran out';
  }
  if (signal === 'SIGTERM' || signal === 'SIGHUP') return `it was told to end (${signal})`;
  // 0xC0000005 and 0xC0000409 are how Windows says it.
  if (
    signal === 'SIGSEGV' ||
    signal === 'SIGBUS' ||
    signal === 'SIGILL' ||
    signal === 'SIGFPE' ||
    code === 0xc0000005
  ) {
    return `a native library crashed (${signal ?? 'access violation'}); try "--provider cpu" to see whether the graphics driver is to blame`;
  }
  if (signal === 'SIGABRT' || code === 134 || code === 0xc0000409)
    return `it aborted (${signal ?? `exit code ${code ?? 0}`})`;
  if (signal !== null) return `signal ${signal}`;
  return `exit code ${code ?? 'unknown'} and no result`;
}
