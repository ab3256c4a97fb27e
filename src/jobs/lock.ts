import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { messageOf, UserError } from '../base/userError.ts';
import { isAlive, processIdentitySchema, thisProcess } from './processIdentity.ts';
import { stateFolder } from './stateFolder.ts';

const holderSchema = processIdentitySchema.extend({
  job: z.string(),
  /** ISO time. */
  since: z.string(),
  /** Tells this holding of the lock from every other one. */
  nonce: z.string().regex(/^[0-9a-f]+$/),
});
export type LockHolder = z.infer<typeof holderSchema>;

/** Somebody else is at work on the project. */
export class LockedError extends UserError {
  readonly holder: LockHolder | undefined;

  constructor(message: string, holder: LockHolder | undefined) {
    super(message);
    this.holder = holder;
  }
}

export interface HeldLock {
  readonly path: string;
  /** Aborted when another machine took the lock over because this one gave no sign of life: stop writing. */
  readonly lost: AbortSignal;
  /** Gives the lock back; more than once does no harm. */
  release(): void;
}

/** How often the holder gives a sign of life, and when a silent holder on ANOTHER machine counts as gone. */
export interface LockTimes {
  readonly beatMs: number;
  readonly staleMs: number;
}
const DEFAULT_TIMES: LockTimes = { beatMs: 5_000, staleMs: 90_000 };

/**
 * Takes the lock `name` of a project, for as long as this process lives or until it is released.
 *
 * The lock is a file that appears whole (written aside, then linked to its name, which fails when the name exists). It is taken over
 * only from a holder that is dead (same machine), or that has not touched its file for `staleMs` by the file system's own clock
 * (another machine).
 * @throws LockedError that says who holds it.
 */
export async function takeLock(project: string, name: string, job: string, times = DEFAULT_TIMES): Promise<HeldLock> {
  const path = join(await stateFolder(project, 'locks'), `${name}.lock`);
  for (let attempt = 0; ; attempt++) {
    const held = tryToTake(path, job, times);
    if (held !== undefined) return held;
    const lock = readLock(path);
    if (lock === undefined) continue; // given back in the meantime
    if (!isGone(path, lock, times)) throw new LockedError(sentence(project, path, lock.holder), lock.holder);
    if (!removeByClaim(path, lock.nonce, times)) {
      // Another process is taking it over right now.
      if (attempt > 100) throw new LockedError(sentence(project, path, lock.holder), lock.holder);
      await sleep(20);
    }
  }
}

function tryToTake(path: string, job: string, times: LockTimes): HeldLock | undefined {
  const nonce = randomBytes(8).toString('hex');
  const holder: LockHolder = { ...thisProcess(), job, since: new Date().toISOString(), nonce };
  const bytes = Buffer.from(JSON.stringify(holder));
  const aside = `${path}.${nonce}.new`;
  let file: number;
  try {
    file = openSync(aside, 'wx');
    try {
      writeSync(file, bytes);
      linkSync(aside, path);
    } catch (error) {
      closeSync(file);
      if (codeOf(error) === 'EEXIST') return undefined;
      if (codeOf(error) === 'ENOSPC') throw error;
      // A file system without hard links. Here the lock may be seen empty for a moment, which readers bear.
      try {
        file = openSync(path, 'wx');
      } catch (second) {
        if (codeOf(second) === 'EEXIST') return undefined;
        throw second;
      }
      writeSync(file, bytes);
    } finally {
      rmSync(aside, { force: true });
    }
  } catch (error) {
    throw new UserError(`Could not write the lock ${path}: ${messageOf(error)}.`, { cause: error });
  }
  return hold(path, file, bytes, nonce, times);
}

function hold(path: string, file: number, bytes: Uint8Array, nonce: string, times: LockTimes): HeldLock {
  const lost = new AbortController();
  let released = false;
  const beat = setInterval(() => {
    try {
      // Through the open file, not the name: after a take-over this touches nothing of the new holder's.
      writeSync(file, bytes, 0, bytes.length, 0);
      if (readLock(path)?.nonce !== nonce) lost.abort();
    } catch {
      // A full disk or a network away for a moment: the next beat tries again.
    }
  }, times.beatMs);
  beat.unref();
  const release = (): void => {
    if (released) return;
    released = true;
    clearInterval(beat);
    process.off('exit', release);
    closeSync(file);
    removeByClaim(path, nonce, times);
  };
  process.once('exit', release);
  return { path, lost: lost.signal, release };
}

interface LockFile {
  readonly holder: LockHolder | undefined;
  readonly nonce: string;
  readonly touched: number;
}

function readLock(path: string): LockFile | undefined {
  try {
    const { mtimeMs, ino } = statSync(path);
    const holder = parseHolder(readFileSync(path, 'utf8'));
    return { holder, nonce: holder?.nonce ?? `inode${ino}`, touched: mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new UserError(`Could not read the lock ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isGone(path: string, lock: LockFile, times: LockTimes): boolean {
  const alive = lock.holder === undefined ? 'unknown' : isAlive(lock.holder);
  if (alive !== 'unknown') return !alive;
  return fileSystemNow(path) - lock.touched > times.staleMs;
}

/** The time by the clock that stamps the lock's folder: two machines' own clocks may disagree. */
function fileSystemNow(path: string): number {
  const probe = `${path}.${randomBytes(8).toString('hex')}.clock`;
  const file = openSync(probe, 'wx');
  try {
    writeSync(file, '0');
    return fstatSync(file).mtimeMs;
  } finally {
    closeSync(file);
    rmSync(probe, { force: true });
  }
}

/**
 * Removes the lock if it is still the one with this nonce. Only who has made the claim file of that nonce may remove it, so of two
 * processes that both found it stale the slower one can't remove the faster one's fresh lock. If a claimer died before it removed
 * anything, the next number decides.
 * @returns false when somebody alive has the claim.
 */
function removeByClaim(path: string, nonce: string, times: LockTimes): boolean {
  const claims: string[] = [];
  for (let n = 0; ; n++) {
    const claim = `${path}.${nonce}.claim${n}`;
    claims.unshift(claim);
    try {
      writeFileSync(claim, JSON.stringify({ ...thisProcess(), job: 'claim', since: '', nonce: '0' }), { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return true; // the whole folder is gone, and the lock with it
      if (codeOf(error) !== 'EEXIST') throw error;
      const other = readLock(claim);
      if (other === undefined || !isGone(claim, other, times)) return false;
    }
  }
  if (readLock(path)?.nonce === nonce) unlinkSync(path);
  for (const claim of claims) rmSync(claim, { force: true });
  // What processes that died in between left behind for this nonce.
  const prefix = `${basename(path)}.${nonce}.`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix) && name.endsWith('.new')) rmSync(join(dirname(path), name), { force: true });
  }
  return true;
}

function sentence(project: string, path: string, holder: LockHolder | undefined): string {
  if (holder === undefined) return `${project} is locked by ${path}, which can't be read yet; try again in a minute.`;
  const elsewhere = isAlive(holder) === 'unknown';
  const where = `process ${holder.pid}${elsewhere ? ` on ${holder.host}` : ''}`;
  const advice = elsewhere ? `If that machine is gone, delete ${path}.` : 'Wait for it or stop it, then try again.';
  return `"${holder.job}" is at work in ${project} (${where}, since ${holder.since}). ${advice}`;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
