import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileWhole } from '../base/atomicFile.ts';
import { isUnderWay } from './isUnderWay.ts';
import { jobErrorSchema, type JobError } from './jobError.ts';
import { isAlive, processIdentitySchema, thisProcess } from './processIdentity.ts';
import { STATE_FOLDER, stateFolder } from './stateFolder.ts';

export const progressSchema = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  detail: z.string().optional(),
  losses: z
    .array(z.object({ step: z.number(), loss: z.number() }))
    .readonly()
    .optional(),
  rate: z.number().optional(),
  secondsLeft: z.number().optional(),
});

const common = {
  version: z.literal(1),
  id: z.string(),
  job: z.string(),
  /** The request's options, for showing and for doing it again. */
  options: z.record(z.string(), z.unknown()),
  process: processIdentitySchema,
  /** ISO times. */
  queued: z.string(),
  heartbeat: z.string(),
};
const started = { started: z.string(), progress: progressSchema.optional() };
const ended = { ended: z.string() };

const journalSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('queued') }),
  z.object({ ...common, state: z.literal('running'), ...started }),
  z.object({ ...common, state: z.literal('done'), ...started, ...ended, result: z.unknown() }),
  z.object({ ...common, state: z.literal('failed'), ...started, ...ended, error: jobErrorSchema }),
  z.object({ ...common, state: z.literal('stopped'), ...started, ...ended }),
  // Never written: what a reader makes of a job whose process is gone.
  z.object({ ...common, state: z.literal('lost'), ...started }),
]);
export type Journal = z.infer<typeof journalSchema>;

const WRITE_EVERY_MS = 500;
const BEAT_EVERY_MS = 5_000;
const STALE_AFTER_MS = 90_000;
const KEEP = 200;

/** An id that sorts by time: `20261123-000447-123-train-9f3a`. */
export function newJobId(job: string, now = new Date()): string {
  const [date, time] = now.toISOString().split('T') as [string, string];
  const clock = time.slice(0, 8).replaceAll(':', '') + '-' + time.slice(9, 12);
  return `${date.replaceAll('-', '')}-${clock}-${job}-${randomBytes(2).toString('hex')}`;
}

/** The job's log file; the client that started it writes there. Makes the folder. */
export async function logPath(project: string, id: string): Promise<string> {
  return join(await stateFolder(project, 'jobs'), `${id}.log`);
}

/** Writes one job's journal: at most twice a second while it runs, and always its last word. */
export class JournalWriter {
  readonly #path: string;
  #journal: Journal;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string, journal: Journal) {
    this.#path = path;
    this.#journal = journal;
    this.#beat = setInterval(() => this.#writeSoon(), BEAT_EVERY_MS);
    this.#beat.unref();
  }

  /** @throws UserError when the project can't be written. */
  static async queue(
    project: string,
    id: string,
    job: string,
    options: Record<string, unknown>,
  ): Promise<JournalWriter> {
    const folder = await stateFolder(project, 'jobs');
    await removeOldJournals(folder);
    const now = new Date().toISOString();
    const identity = thisProcess();
    const writer = new JournalWriter(join(folder, `${id}.json`), {
      version: 1,
      id,
      job,
      options,
      process: identity,
      queued: now,
      heartbeat: now,
      state: 'queued',
    });
    await writer.#writeNow();
    return writer;
  }

  async running(): Promise<void> {
    this.#journal = { ...this.#common(), state: 'running', started: new Date().toISOString() };
    await this.#writeNow();
  }

  progress(progress: z.infer<typeof progressSchema>): void {
    if (this.#journal.state !== 'running') return;
    this.#journal = { ...this.#journal, progress };
    this.#writeSoon();
  }

  async done(result: unknown): Promise<void> {
    await this.#end({ ...this.#ending(), state: 'done', result });
  }

  async failed(error: JobError): Promise<void> {
    await this.#end(
      error.kind === 'stopped'
        ? { ...this.#ending(), state: 'stopped' }
        : { ...this.#ending(), state: 'failed', error },
    );
  }

  /** For a job that never began, because another one holds the lock or a question is open: it leaves no trace. */
  async withdraw(): Promise<void> {
    this.#stopTimers();
    await this.#writing;
    await rm(this.#path, { force: true });
  }

  #common(): z.infer<z.ZodObject<typeof common>> {
    const { version, id, job, options, process, queued, heartbeat } = this.#journal;
    return { version, id, job, options, process, queued, heartbeat };
  }

  #ending(): z.infer<z.ZodObject<typeof common & typeof started & typeof ended>> {
    const now = new Date().toISOString();
    const running = this.#journal.state === 'running' ? this.#journal : undefined;
    return { ...this.#common(), started: running?.started ?? now, progress: running?.progress, ended: now };
  }

  async #end(journal: Journal): Promise<void> {
    this.#stopTimers();
    this.#journal = journal;
    await this.#writeNow();
  }

  #stopTimers(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        // A full disk must not end the job over its diary: the job's own files will say so, and the last word is tried again.
        this.#writeNow().catch(() => undefined);
      },
      Math.max(0, this.#lastWrite + WRITE_EVERY_MS - Date.now()),
    );
  }

  #writeNow(): Promise<void> {
    this.#lastWrite = Date.now();
    this.#journal = { ...this.#journal, heartbeat: new Date().toISOString() };
    const text = textOf(this.#journal);
    this.#writing = this.#writing.catch(() => undefined).then(() => writeFileWhole(this.#path, text));
    return this.#writing;
  }
}

/**
 * The project's jobs, newest first. A job that says it runs but whose process is dead, or silent on another machine, is 'lost'. Files that
 * are no journals (of a later version, or torn by something else) are left out.
 */
export async function readJournals(project: string): Promise<Journal[]> {
  return new JournalReader(project).read();
}

/** Reads a project's journals time and again; files that have not changed are not read again. */
export class JournalReader {
  readonly #folder: string;
  #known: ReadonlyMap<string, { readonly state: string; readonly journal: Journal | undefined }> = new Map();

  constructor(project: string) {
    this.#folder = join(project, STATE_FOLDER, 'jobs');
  }

  /** As {@link readJournals}. */
  async read(): Promise<Journal[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const before = this.#known;
    const entries = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const facts = await stat(path).catch(() => undefined);
        const state = `${facts?.mtimeMs ?? 0} ${facts?.size ?? 0} ${facts?.ino ?? 0}`;
        const known = before.get(name);
        return [name, known?.state === state ? known : { state, journal: await readJournal(path) }] as const;
      }),
    );
    this.#known = new Map(entries);
    return entries
      .flatMap(([, { journal }]) => (journal === undefined ? [] : [lostIfGone(journal)]))
      .sort((a, b) => (a.queued < b.queued ? 1 : a.queued > b.queued ? -1 : a.id < b.id ? 1 : -1));
  }

  /** When a journal was last written (each time by temp file and rename, which the folder's time tells); undefined: there are none. */
  async lastTouch(): Promise<number | undefined> {
    const facts = await stat(this.#folder).catch(() => undefined);
    return facts?.mtimeMs;
  }
}

/** Says of a job that was ended by force that it was stopped, which it could not say itself. Does nothing while it lives. */
export async function recordStop(project: string, id: string): Promise<void> {
  const path = join(project, STATE_FOLDER, 'jobs', `${id}.json`);
  const found = await readJournal(path);
  const journal = found && lostIfGone(found);
  if (journal?.state !== 'lost') return;
  const now = new Date().toISOString();
  await writeFileWhole(path, textOf({ ...journal, state: 'stopped', ended: now }));
}

async function readJournal(path: string): Promise<Journal | undefined> {
  try {
    return journalSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function lostIfGone(journal: Journal): Journal {
  if (!isUnderWay(journal)) return journal;
  const alive = isAlive(journal.process);
  const isLost = alive === 'unknown' ? Date.now() - Date.parse(journal.heartbeat) > STALE_AFTER_MS : !alive;
  if (!isLost) return journal;
  return journal.state === 'running'
    ? { ...journal, state: 'lost' }
    : { ...journal, state: 'lost', started: journal.queued };
}

function textOf(journal: Journal): string {
  return JSON.stringify(journal, null, 1) + '\n';
}

/** Old journals and logs would pile up for ever. Those of the last {@link KEEP} jobs stay. */
async function removeOldJournals(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\d{8}-\d{6}-\d{3}-.*\.(json|log)$/.test(name));
  const ids = [...new Set(names.map((name) => name.replace(/\.(json|log)$/, '')))].sort();
  const old = new Set(ids.slice(0, Math.max(0, ids.length - KEEP)));
  for (const name of names) {
    if (old.has(name.replace(/\.(json|log)$/, ''))) await rm(join(folder, name), { force: true });
  }
}
