import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';

/**
 * A process, told apart from every other one. A pid alone is not enough: it is given out again (after a crash and a reboot the lock's
 * pid may be somebody's browser), and means nothing on another machine or in another container.
 */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** Where the pid counts: Linux's pid namespace, so that containers with one host name are told apart. */
  space: z.string(),
  /** When the process began, in a form that can only be compared: boot id and clock ticks. Empty where it can't be known. */
  began: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), space: pidSpace(), began: beganOf(process.pid) ?? '' };
}

/** Whether the process lives; 'unknown' when it belongs to another machine, which can't be asked. */
export function isAlive(identity: ProcessIdentity): boolean | 'unknown' {
  if (identity.host !== hostname() || identity.space !== pidSpace()) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const began = beganOf(identity.pid);
  return began === undefined || identity.began === '' || began === identity.began;
}

function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Linux: proc(5), /proc/pid/stat, fields 3 (state) and 22 (start time); undefined elsewhere. A zombie began never. */
function beganOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}
