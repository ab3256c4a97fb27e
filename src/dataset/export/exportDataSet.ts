import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { classListProblem, type LabelClass } from '../classes.ts';
import { UNLABELLED, type LabelMap } from '../labelMap.ts';
import { beginExport } from './exportFolder.ts';
import {
  DEFAULT_FORMAT_OPTIONS,
  type ExportContext,
  type ExportFormat,
  type ExportSample,
  type FormatOptions,
} from './exportFormat.ts';
import { formatNamed } from './formats.ts';
import { mergeLabels, mergeNothing, parseMerge, type ClassMerge } from './mergeClasses.ts';
import { assignSplits, NO_SPLIT, parseSplit, type SplitName } from './split.ts';

/** One pair of a data set. All items are known before the first is written, so large data are given by path or function. */
export interface ExportItem {
  /** Whole number, unique, ≥ 0. */
  readonly id: number;
  /** A PNG: its path or its bytes. They are copied as they are. */
  readonly image: string | Uint8Array;
  /** Same size as the image; ids of `classes`, or 255. */
  readonly labels: LabelMap | (() => LabelMap | Promise<LabelMap>);
  /** Neither dropped by the filter nor rejected by hand. */
  readonly kept: boolean;
}

export interface ExportRequest {
  readonly items: Iterable<ExportItem> | AsyncIterable<ExportItem>;
  readonly classes: readonly LabelClass[];
  /** What must be said about the generator's origin and licence; goes to ATTRIBUTION.md. */
  readonly attribution: string;
  /** A name from `formats.ts`. */
  readonly format: string;
  /** Missing, empty, or an earlier export. */
  readonly folder: string;
  /** Leaves out what is not kept. */
  readonly keptOnly?: boolean;
  /** As `--split` has it: `90/10`, `80/10/10`. Without it everything is for training. */
  readonly split?: string | undefined;
  /** Seed of the split; 0 if not given. */
  readonly seed?: number | undefined;
  /** As `--merge-classes` has it, once or several times; grammar at {@link parseMerge}. */
  readonly mergeClasses?: string | readonly string[] | undefined;
  readonly options?: Partial<FormatOptions>;
}

export interface ExportHooks {
  readonly progress?: (done: number, total: number) => void;
  /** Stops between two samples; nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface ExportSummary {
  readonly folder: string;
  readonly format: string;
  /** Samples in each part. */
  readonly samples: Readonly<Partial<Record<SplitName, number>>>;
  readonly classes: readonly LabelClass[];
}

/**
 * Writes a data set in the format of other people's programs. The folder appears under its name only when it is whole.
 * @throws UserError for what the request has wrong, for a damaged item, a folder that is taken, a full disk.
 */
export async function exportDataSet(request: ExportRequest, hooks: ExportHooks = {}): Promise<ExportSummary> {
  const format = formatNamed(request.format);
  const problem = classListProblem(request.classes);
  if (problem !== undefined) throw new UserError(`The classes cannot be exported: ${problem}.`);
  const sorted = [...request.classes].sort((a, b) => a.id - b.id);
  const rules = [request.mergeClasses ?? []].flat();
  const merge = rules.length === 0 ? mergeNothing(sorted) : parseMerge(rules.join(', '), sorted);
  const shares = request.split === undefined ? NO_SPLIT : parseSplit(request.split);
  const items = await chooseItems(request);
  const seed = request.seed ?? 0;
  const splitOf = assignSplits(
    items.map(({ id }) => id),
    shares,
    seed,
  );
  const splits = shares.map(({ name }) => name);
  const samples: Partial<Record<SplitName, number>> = Object.fromEntries(splits.map((name) => [name, 0]));

  const folder = await beginExport(request.folder).catch(asUserError(request.folder));
  const context: ExportContext = {
    folder,
    classes: merge.classes,
    splits,
    attribution: request.attribution.trim(),
    options: { ...DEFAULT_FORMAT_OPTIONS, ...request.options },
  };
  async function* readSamples(): AsyncGenerator<ExportSample> {
    const known = new Set(sorted.map(({ id }) => id));
    for (const [done, item] of items.entries()) {
      hooks.signal?.throwIfAborted();
      const split = splitOf.get(item.id)!;
      yield await readItem(item, split, known, merge);
      samples[split]++;
      hooks.progress?.(done + 1, items.length);
    }
  }
  try {
    await format.write(readSamples(), context);
    await folder.write('ATTRIBUTION.md', attributionFile(context));
    await folder.write('README.md', readme(format, context));
    hooks.signal?.throwIfAborted();
    await folder.finish({
      format: format.name,
      samples,
      seed,
      ...(request.split === undefined ? {} : { split: request.split }),
      ...(rules.length === 0 ? {} : { mergeClasses: rules }),
      ...(request.keptOnly ? { keptOnly: true } : {}),
      classes: merge.classes,
    });
  } catch (error) {
    await folder.abandon().catch(() => undefined); // what went wrong first is what the person must hear
    if (hooks.signal?.aborted) throw error;
    return asUserError(request.folder)(error);
  }
  return { folder: request.folder, format: format.name, samples, classes: merge.classes };
}

async function chooseItems({ items, keptOnly = false }: ExportRequest): Promise<readonly ExportItem[]> {
  const chosen: ExportItem[] = [];
  const seen = new Set<number>();
  let dropped = 0;
  for await (const item of items) {
    if (!Number.isSafeInteger(item.id) || item.id < 0)
      throw new UserError(`The sample id ${item.id} is not a whole number from 0 on.`);
    if (seen.has(item.id)) throw new UserError(`The sample ${item.id} is there twice.`);
    seen.add(item.id);
    if (keptOnly && !item.kept) dropped++;
    else chosen.push(item);
  }
  if (chosen.length > 0) return chosen.sort((a, b) => a.id - b.id);
  throw new UserError(
    dropped > 0
      ? `There is nothing to export: none of the ${dropped} samples is kept by the filter and not rejected. Export without --kept-only or relax the filter.`
      : 'There is nothing to export: the data set has no samples.',
  );
}

async function readItem(
  item: ExportItem,
  split: SplitName,
  known: ReadonlySet<number>,
  merge: ClassMerge,
): Promise<ExportSample> {
  const name = String(item.id).padStart(6, '0');
  const called = typeof item.image === 'string' ? item.image : `The image of sample ${name}`;
  const image =
    typeof item.image === 'string'
      ? await readFile(item.image).catch((error: unknown) => {
          throw new UserError(`Could not read ${called}: ${messageOf(error)}.`, { cause: error });
        })
      : item.image;
  const labels = typeof item.labels === 'function' ? await item.labels() : item.labels;
  const { width, height } = pngSize(image, called);
  if (width !== labels.width || height !== labels.height)
    throw new UserError(
      `${called} is ${width}×${height} pixels, but the labels of sample ${name} are ${labels.width}×${labels.height}.`,
    );
  if (labels.data.length !== width * height)
    throw new UserError(`The labels of sample ${name} hold ${labels.data.length} pixels instead of ${width * height}.`);
  const strange = labels.data.find((id) => id !== UNLABELLED && !known.has(id));
  if (strange !== undefined)
    throw new UserError(
      `The labels of sample ${name} have the id ${strange}, which is none of the data set's classes.`,
    );
  return { id: item.id, name, split, image, labels: mergeLabels(labels, merge), kept: item.kept };
}

/** Width and height from a PNG's header (PNG specification, 11.2.2); the pixels are not looked at. */
function pngSize(bytes: Uint8Array, called: string): { readonly width: number; readonly height: number } {
  const signature = [137, 80, 78, 71, 13, 10, 26, 10];
  if (bytes.length < 33 || signature.some((byte, i) => bytes[i] !== byte))
    throw new UserError(`${called} is not a PNG image.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function attributionFile({ attribution }: ExportContext): string {
  return `# Attribution\n\n${attribution === '' ? 'Nothing is recorded about the origin of the generator that made these images. Find out before you pass them on.' : attribution}\n`;
}

function readme(format: ExportFormat, context: ExportContext): string {
  const rows = context.classes.map(
    ({ id, name, colour }) => `| ${id} | ${name.replaceAll('|', '\\|')} | \`${colour}\` |`,
  );
  return [
    ...(format.readmeHead ? [format.readmeHead(context)] : []),
    '# Generated segmentation data set',
    '',
    `Images and labels come from a generator; both are synthetic. Format: ${format.description}.`,
    'Origin and licence of the generator: see [ATTRIBUTION.md](ATTRIBUTION.md).',
    '',
    ...format.notes(context),
    '',
    '| class id | name | colour |',
    '| -------: | ---- | ------ |',
    ...rows,
    '',
  ].join('\n');
}

/** Errors of the file system (a full disk, no permission) are the person's business; all others are defects of ours. */
function asUserError(folder: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof UserError || typeof (error as NodeJS.ErrnoException | null)?.code !== 'string') throw error;
    throw new UserError(`Could not write the export to ${folder}: ${messageOf(error)}.`, { cause: error });
  };
}
