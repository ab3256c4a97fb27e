import { CommanderError } from 'commander';
import { JobStopped } from '../jobError.ts';
import { LockedError } from '../lock.ts';

/** What the command's exit code means; part of its interface. */
export const EXIT = { ok: 0, error: 1, usage: 2, locked: 3, interrupted: 130 } as const;

export const EXIT_CODES_HELP = `Exit codes:
  ${EXIT.ok}    done
  ${EXIT.error}    something went wrong; one sentence says what
  ${EXIT.usage}    the command was not understood
  ${EXIT.locked}    another job is at work on the project
  ${EXIT.interrupted}  interrupted (Ctrl+C stops cleanly, a second time at once)`;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof LockedError) return EXIT.locked;
  if (error instanceof JobStopped) return EXIT.interrupted;
  return EXIT.error;
}
