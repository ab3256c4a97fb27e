import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stageFile, type StagedFile } from '../base/atomicFile.ts';
import { messageOf, UserError } from '../base/userError.ts';
import { classesToWrite } from './annotation/annotation.ts';
import { inkEdit } from './annotation/inkEdit.ts';
import { applyEdit, type LabelEdit } from './annotation/labelEdit.ts';
import { classListProblem, idAfter, type LabelClass } from './classes.ts';
import { decodeSampleWithPng, encodeSampleWithPng, readSampleBytes, type SampleWithPng } from './dganFile.ts';
import { UNLABELLED, type LabelMap } from './labelMap.ts';
import type { WrittenProject } from './project.ts';
import { projectPaths, updateProject, type Project } from './projectFile.ts';

/** What can be done to a class of a project. Ids are permanent: what a change frees is never given away again. */
export type ClassChange =
  | { readonly kind: 'rename'; readonly id: number; readonly name: string }
  /** `#rrggbb`. */
  | { readonly kind: 'recolour'; readonly id: number; readonly colour: string }
  /** Its pixels go over to the class `into`, then it is deleted. */
  | { readonly kind: 'merge'; readonly id: number; readonly into: number }
  /** Its pixels are not labelled any more. */
  | { readonly kind: 'delete'; readonly id: number };

/**
 * What stands in the project file after the change.
 * @throws UserError for a class that is not there, a name that another one has, a colour that is none.
 */
export function withClassChange(written: WrittenProject, change: ClassChange): WrittenProject {
  const { classes } = written;
  const find = (id: number): LabelClass => {
    const found = classes.find((c) => c.id === id);
    if (!found) throw new UserError(`The project has no class with the id ${id}.`);
    return found;
  };
  const { name: subject } = find(change.id);
  if (change.kind === 'merge' && find(change.into).id === change.id)
    throw new UserError(`The class "${subject}" cannot be merged into itself.`);
  const changed = classes.flatMap((c) => {
    if (c.id !== change.id) return [c];
    if (change.kind === 'rename') return [{ ...c, name: change.name }];
    if (change.kind === 'recolour') return [{ ...c, colour: change.colour }];
    return [];
  });
  const problem = classListProblem(changed);
  if (problem !== undefined) throw new UserError(`The class "${subject}" cannot be changed so: ${problem}.`);
  if (changed.length === classes.length) return { ...written, classes: changed };
  // Without it, the largest id would be free again once its class is gone.
  return { ...written, classes: changed, nextClassId: written.nextClassId ?? idAfter(classes) };
}

/** What the change does to the labels of one sample; undefined when nothing. Locks do not count: the class itself goes. */
export function classChangeEdit(labels: LabelMap, change: ClassChange): LabelEdit | undefined {
  if (change.kind !== 'merge' && change.kind !== 'delete') return undefined;
  const puts = change.kind === 'merge' ? change.into : UNLABELLED;
  return inkEdit(labels, 'everywhere', { puts, over: { id: change.id }, locked: new Set() });
}

export interface ChangedClass {
  readonly project: Project;
  /** Absolute paths of the samples that were rewritten. */
  readonly changedFiles: readonly string[];
}

/**
 * Makes a change: in every sample of the project that it concerns, and then in the project file. All new files lie ready on disk before the
 * first one takes its place, so what can go wrong (a damaged sample, a full disk) goes wrong while nothing has changed. Only should a
 * rename fail after others succeeded are some samples changed; the class is then still in the project, and doing it again does the rest.
 * @param except samples that are left as they are on disk: open ones with unsaved changes, whose host applies {@link classChangeEdit}
 * @throws UserError as {@link withClassChange}; for a sample that can't be read; for a file that can't be written, and what was done.
 */
export async function changeClass(
  project: Project,
  change: ClassChange,
  { except = new Set() }: { readonly except?: ReadonlySet<string> } = {},
): Promise<ChangedClass> {
  const { classes } = withClassChange(project.written, change);
  const staged: StagedFile[] = [];
  const done: string[] = [];
  try {
    if (change.kind === 'merge' || change.kind === 'delete') {
      for (const path of await samplePaths(project)) {
        const sample = await readForLabels(path);
        if (except.has(path)) continue;
        const edit = classChangeEdit(sample.labels, change);
        if (!edit) continue;
        applyEdit(sample.labels, edit);
        const manifest = {
          ...sample.manifest,
          classes: [...classesToWrite(classes, sample.manifest.classes, sample.labels)],
        };
        staged.push(await stageFile(path, encodeSampleWithPng({ ...sample, manifest })));
      }
    }
    for (const file of staged) {
      await file.commit();
      done.push(file.path);
    }
    // The file may have been written meanwhile: the change is made to what stands there now.
    const changed = await updateProject(project.folder, (written) => withClassChange(written, change));
    return { project: changed, changedFiles: done };
  } catch (error) {
    await Promise.all(staged.slice(done.length).map((file) => file.discard()));
    if (done.length === 0) throw error;
    throw new UserError(
      `${messageOf(error)} ${done.length} of ${staged.length} samples were changed already; the class is still there, so the same can be done again.`,
      { cause: error },
    );
  }
}

/** The project's `.dgan` files by name; none when there is no such folder yet. */
async function samplePaths(project: Project): Promise<readonly string[]> {
  const { samples } = projectPaths(project);
  try {
    const names = await readdir(samples);
    return names
      .filter((name) => name.endsWith('.dgan'))
      .sort()
      .map((name) => join(samples, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new UserError(`Could not read the samples in ${samples}: ${messageOf(error)}.`, { cause: error });
  }
}

async function readForLabels(path: string): Promise<SampleWithPng> {
  return decodeSampleWithPng(await readSampleBytes(path), path);
}
