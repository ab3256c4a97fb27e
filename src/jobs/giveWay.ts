import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

const BELOW_NORMAL = constants.priority.PRIORITY_BELOW_NORMAL;

/** Whether a process has to lead a session of its own to give way to other sessions too. */
export const NEEDS_OWN_SESSION = process.platform === 'linux';

/**
 * Makes a process, and those that it will start, give way to everything else when the cores are busy. Linux may share the cores out
 * among sessions first (autogroups, sched(7)); a nice value then says nothing to processes of another session, such as a browser that
 * shows the editor, so that the session is made to give way as well.
 */
export function giveWay(pid: number): void {
  attempt(() => setPriority(pid, BELOW_NORMAL));
  if (NEEDS_OWN_SESSION) attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(BELOW_NORMAL)));
}

/** The process may have ended, or the system may not allow it: it runs as any other then. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // as said above
  }
}
