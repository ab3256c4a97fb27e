import { UserError } from '../base/userError.ts';
import type { Journal } from './journal.ts';
import { isAlive } from './processIdentity.ts';

/**
 * Tells the process of a job that somebody else started to stop: `softly` between two runs, as Ctrl+C in its terminal does
 * (on Windows, which has no signals, it ends at once), or `hard`. Harms no file.
 * @returns false when the process was gone already
 * @throws UserError for a job of another machine, or when the system forbids it
 */
export function signalJob({ job, process: identity }: Journal, how: 'softly' | 'hard'): boolean {
  const alive = isAlive(identity);
  if (alive === 'unknown')
    throw new UserError(
      `"${job}" runs on another machine or in another container (process ${identity.pid} on ${identity.host}) and can only be stopped there.`,
    );
  if (!alive) return false;
  try {
    process.kill(identity.pid, how === 'softly' ? 'SIGINT' : 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw new UserError(
      `"${job}" (process ${identity.pid}) belongs to somebody else, and the system does not let you stop it.`,
      { cause: error },
    );
  }
}
