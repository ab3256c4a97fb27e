import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { stageFile, type StagedFile } from '../../base/atomicFile.ts';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { messageOf, UserError } from '../../base/userError.ts';
import { classesToWrite } from '../annotation/annotation.ts';
import type { LabelClass } from '../classes.ts';
import { decodeSampleWithPng, encodeSampleWithPng, readSampleBytes, type SampleWithPng } from '../dganFile.ts';
import { UNLABELLED, type LabelMap } from '../labelMap.ts';
import type { SampleManifest } from '../sample.ts';
import { isSameImage } from '../sampleOfImage.ts';
import type { ForeignLabels } from './foreignLabels.ts';
import type { LabelsQuestion } from './labelsQuestion.ts';

/** Labels of one file and the sample that they are of. */
export interface LabelImport {
  /** The file that the labels are from, as messages call it. */
  readonly file: string;
  /** The labels at the size of the sample's image, or nearly so. */
  readonly labels: ForeignLabels;
  /** The `.dgan` file. */
  readonly path: string;
  /** As it stands on disk, or as it is to be made: with nothing labelled. */
  readonly sample: SampleWithPng;
  /** Keys to be added to the manifest: where the labels are from. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/**
 * The sample that stands at `path`, else a new one.
 * @throws UserError when another image has that name.
 */
export async function sampleAt(path: string, fresh: () => SampleWithPng): Promise<SampleWithPng> {
  if (!existsSync(path)) return fresh();
  const [standing, wanted] = [await existingSample(path), fresh()];
  const same =
    standing.manifest.origin.kind === 'photo'
      ? wanted.manifest.origin.kind === 'photo' && Buffer.from(standing.imagePng).equals(wanted.imagePng)
      : isSameImage(standing.manifest.origin, wanted.manifest.origin);
  const sameSize = standing.labels.width === wanted.labels.width && standing.labels.height === wanted.labels.height;
  if (!same || !sameSize)
    throw new UserError(
      `${path} is there already and shows another image: move it away, or rename the folder of the labels.`,
    );
  return standing;
}

export async function existingSample(path: string): Promise<SampleWithPng> {
  return decodeSampleWithPng(await readSampleBytes(path), path);
}

/**
 * Checks that labels are of the shape of their image: another size is another scale, another shape another image.
 * @throws UserError
 */
export function checkShape(
  labels: { readonly width: number; readonly height: number },
  image: { readonly width: number; readonly height: number },
  file: string,
  of: string,
): void {
  const [a, b] = [labels.width * image.height, labels.height * image.width];
  if (Math.abs(a - b) > 0.01 * Math.max(a, b))
    throw new UserError(
      `${file} is ${labels.width}×${labels.height} pixels, but ${of} is ${image.width}×${image.height}: they are not of one image.`,
    );
}

/** An import with the labels that its sample shall have. */
export interface ReadyImport extends LabelImport {
  readonly own: LabelMap;
}

/**
 * Those that change something.
 * @throws UserError for labels that somebody painted and that would be lost, unless they may be.
 */
export function changingImports(imports: readonly ReadyImport[], overwrite: boolean): readonly ReadyImport[] {
  const byPath = new Map<string, ReadyImport>();
  for (const one of imports) {
    const other = byPath.get(one.path);
    if (other)
      throw new UserError(`${other.file} and ${one.file} are both labels of ${one.path}: leave one of them out.`);
    byPath.set(one.path, one);
  }
  const changing = imports.filter(
    ({ sample, own, path }) => !existsSync(path) || Buffer.compare(sample.labels.data, own.data) !== 0,
  );
  const lost = changing.filter(({ sample }) => sample.labels.data.some((id) => id !== UNLABELLED));
  if (lost.length > 0 && !overwrite) {
    const names = lost.slice(0, 5).map(({ path }) => basename(path));
    throw new OpenQuestion(
      `${lost.length === 1 ? 'A sample has' : `${lost.length} samples have`} other labels already ` +
        `(${names.join(', ')}${lost.length > names.length ? ', …' : ''}), so nothing was written: --overwrite replaces them.`,
      { kind: 'overwrite', samples: lost.length } satisfies LabelsQuestion,
    );
  }
  return changing;
}

/**
 * Writes all samples. All new files lie ready on disk before the first takes its place.
 * @throws UserError when one can't be written, and says how many were.
 */
export async function writeImports(
  imports: readonly ReadyImport[],
  classes: readonly LabelClass[],
  onStaged: (done: number) => void,
): Promise<void> {
  const staged: StagedFile[] = [];
  let done = 0;
  try {
    for (const { path, sample, own, provenance } of imports) {
      onStaged(staged.length);
      const manifest: SampleManifest = {
        ...sample.manifest,
        ...provenance,
        classes: [...classesToWrite(classes, sample.manifest.classes, own)],
      };
      staged.push(await stageFile(path, encodeSampleWithPng({ ...sample, manifest, labels: own })));
    }
    for (const file of staged) {
      await file.commit();
      done++;
    }
  } catch (error) {
    await Promise.all(staged.slice(done).map((file) => file.discard()));
    if (done === 0) throw error;
    throw new UserError(
      `${messageOf(error)} ${done} of ${imports.length} samples are written; the same call does the rest.`,
      {
        cause: error,
      },
    );
  }
}
