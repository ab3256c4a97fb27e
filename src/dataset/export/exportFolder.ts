import { mkdir, open, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../base/userError.ts';

/** The name of the file that says: this folder is an export of ours. */
const EXPORT_MANIFEST = 'export.json';

const manifestSchema = z.looseObject({
  datasetgan: z.literal('export'),
  state: z.enum(['unfinished', 'finished']),
  /** Number of files in each folder, as far as the export wrote them. */
  files: z.record(z.string(), z.int()).optional(),
});

/** A text file that grows by pieces. */
export interface TextFile {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Closes them all, also when one fails; then its error is thrown. */
export async function closeAll(files: Iterable<TextFile>): Promise<void> {
  const results = await Promise.allSettled([...files].map((file) => file.close()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * Where an export is written: at first beside its place as `<folder>.unfinished`, so that whatever bears the right name
 * is whole. Paths are relative, with `/`.
 */
export interface ExportFolder {
  write(path: string, data: Uint8Array | string): Promise<void>;
  /** A file that is written piece by piece; whoever opens it closes it. */
  openText(path: string): Promise<TextFile>;
  /** Makes the folder for a file that the caller writes, counts it, and gives its full path. */
  claim(path: string): Promise<string>;
  /** Writes the manifest with `facts` and moves everything to its place. */
  finish(facts: Readonly<Record<string, unknown>>): Promise<void>;
  /** Takes away what was written; what stood there before stays. */
  abandon(): Promise<void>;
}

/**
 * Begins an export into `target`: a folder that is missing, empty, or an earlier export of ours with nothing added,
 * which it replaces in the end.
 * @throws UserError when something else stands there.
 */
export async function beginExport(target: string): Promise<ExportFolder> {
  // A link to a folder stays a link.
  const place = await realpath(target).catch(() => resolve(target));
  const unfinished = `${place}.unfinished`;
  const replaced = `${place}.replaced`;
  await mendReplaced(place, replaced);
  const before = await whatStandsAt(place, target);
  await clearUnfinished(unfinished);

  const files: Record<string, number> = {};
  const made = new Set<string>();
  const claim = async (path: string): Promise<string> => {
    const full = join(unfinished, path);
    const folder = dirname(path);
    if (!made.has(folder)) {
      await mkdir(dirname(full), { recursive: true });
      made.add(folder);
    }
    files[folder] = (files[folder] ?? 0) + 1;
    return full;
  };
  const manifest = (rest: object) => `${JSON.stringify({ datasetgan: 'export', version: 1, ...rest }, null, 2)}\n`;
  // Not writeFileWhole: here the whole folder is what appears at once, and a sync for each of 100,000 files takes hours.
  const write = async (path: string, data: Uint8Array | string) => writeFile(await claim(path), data);
  await write(EXPORT_MANIFEST, manifest({ state: 'unfinished' }));

  return {
    claim,
    write,
    async openText(path) {
      const handle = await open(await claim(path), 'w');
      let waiting: string[] = [];
      let size = 0;
      const flush = async () => {
        await handle.writeFile(waiting.join(''));
        waiting = [];
        size = 0;
      };
      return {
        async append(text) {
          waiting.push(text);
          size += text.length;
          if (size > 1 << 18) await flush();
        },
        async close() {
          try {
            await flush();
          } finally {
            await handle.close();
          }
        },
      };
    },
    async finish(facts) {
      await writeFile(join(unfinished, EXPORT_MANIFEST), manifest({ state: 'finished', ...facts, files }));
      if (before === 'empty') await rmdir(place);
      if (before === 'export') await rename(place, replaced);
      try {
        await rename(unfinished, place);
      } catch (error) {
        if (before === 'export') await rename(replaced, place);
        throw error;
      }
      await rm(replaced, { recursive: true, force: true });
    },
    abandon: () => rm(unfinished, { recursive: true, force: true }),
  };
}

/** A run that was killed leaves its folder behind; the next one to the same place takes it away. */
async function clearUnfinished(unfinished: string): Promise<void> {
  const entries = await entriesOf(unfinished);
  if (entries === undefined) return;
  if (entries.length > 0 && !(await readManifest(unfinished)))
    throw new UserError(
      `${unfinished} is where the export is put together, but something else stands there: move it away or export to another folder.`,
    );
  await rm(unfinished, { recursive: true, force: true });
}

/** If the last run was killed while it put the new folder in the old one's place, that is brought to an end. */
async function mendReplaced(place: string, replaced: string): Promise<void> {
  const manifest = await readManifest(replaced);
  if (!manifest) return;
  if ((await entriesOf(place)) === undefined) await rename(replaced, place);
  else await rm(replaced, { recursive: true, force: true });
}

async function whatStandsAt(place: string, target: string): Promise<'nothing' | 'empty' | 'export'> {
  const entries = await entriesOf(place);
  if (entries === undefined) return 'nothing';
  if (entries.length === 0) return 'empty';
  const manifest = await readManifest(place);
  if (!manifest)
    throw new UserError(
      `${target} is not empty and no earlier export (it has no ${EXPORT_MANIFEST} of ours): give a new or an empty folder.`,
    );
  const { state, files = {} } = manifest;
  const strange = state === 'finished' ? await folderThatDiffers(place, '.', files) : '.';
  if (strange !== undefined)
    throw new UserError(
      `${join(target, strange)} holds other files than the earlier export wrote; it is not replaced, so that nothing of yours is lost: move them away or give a new folder.`,
    );
  return 'export';
}

/** The first folder whose number of files is not what the export wrote. */
async function folderThatDiffers(
  root: string,
  folder: string,
  files: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  if (entries.length - folders.length !== (files[folder] ?? 0)) return folder;
  for (const { name } of folders) {
    const inner = folder === '.' ? name : `${folder}/${name}`;
    const known = Object.keys(files).some((path) => path === inner || path.startsWith(`${inner}/`));
    const strange = known ? await folderThatDiffers(root, inner, files) : inner;
    if (strange !== undefined) return strange;
  }
  return undefined;
}

async function readManifest(folder: string): Promise<z.output<typeof manifestSchema> | undefined> {
  try {
    const text = await readFile(join(folder, EXPORT_MANIFEST), 'utf8');
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What is in a folder; undefined when nothing stands at that path. */
async function entriesOf(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR')
      throw new UserError(`${folder} is a file or lies below one: give a new or an empty folder.`, { cause: error });
    throw error;
  }
}
