import type { LabelClass } from '../classes.ts';
import { UNLABELLED, type LabelMap } from '../labelMap.ts';
import type { SampleStatus } from '../sample.ts';
import { applyEdit, editBetween, editProblem, inverse, type LabelEdit } from './labelEdit.ts';

/** What annotating a sample changes: all else of a `.dgan` file stays as it is. */
export interface AnnotationState {
  readonly labels: LabelMap;
  readonly status: SampleStatus;
}

/** One step that can be undone. */
export type AnnotationChange =
  | { readonly kind: 'labels'; readonly edit: LabelEdit }
  | { readonly kind: 'status'; readonly before: SampleStatus; readonly after: SampleStatus };

/** The step back. */
export function inverseChange(change: AnnotationChange): AnnotationChange {
  return change.kind === 'labels'
    ? { kind: 'labels', edit: inverse(change.edit) }
    : { kind: 'status', before: change.after, after: change.before };
}

/**
 * The truth about an open sample's labels, in the host. VS Code keeps the stack of changes and calls undo and redo in order: redo is
 * `apply(change)`, undo is `apply(inverseChange(change))`. What is saved is remembered apart, so a revert needs no stack.
 */
export class Annotation {
  readonly #labels: LabelMap;
  #status: SampleStatus;
  #classes: readonly LabelClass[];
  #version = 0;
  #saved: AnnotationState;

  /** Takes copies. `state` is what stands in the file. */
  constructor(state: AnnotationState, classes: readonly LabelClass[]) {
    this.#labels = { ...state.labels, data: state.labels.data.slice() };
    this.#status = state.status;
    this.#classes = classes;
    this.#saved = copyOf(state);
  }

  /** The labels now. Changed only by {@link apply} and {@link restore}; to be kept over an await, take a {@link snapshot}. */
  get labels(): LabelMap {
    return this.#labels;
  }

  get status(): SampleStatus {
    return this.#status;
  }

  /** Counts the changes of the labels, undo and redo included. */
  get version(): number {
    return this.#version;
  }

  /** The classes that can be painted. */
  get classes(): readonly LabelClass[] {
    return this.#classes;
  }

  /** The project's list changed. Labels of a class that is gone stay what they are. */
  set classes(classes: readonly LabelClass[]) {
    this.#classes = classes;
  }

  /** Why an edit of a view can't be made, in half a sentence: it does not fit these labels, or puts ids that are no class. */
  editProblem(edit: LabelEdit): string | undefined {
    const problem = editProblem(this.#labels, edit);
    if (problem !== undefined) return problem;
    const stray = edit.after.find((id) => id !== UNLABELLED && !this.#classes.some((c) => c.id === id));
    return stray === undefined ? undefined : `it puts ${stray}, which is no class of the project`;
  }

  /**
   * Makes a change, undoes it or does it again.
   * @returns whether it fitted; if not (labels were restored from a changed file meanwhile), nothing happened
   */
  apply(change: AnnotationChange): boolean {
    if (change.kind === 'status') {
      if (this.#status !== change.before) return false;
      this.#status = change.after;
      return true;
    }
    if (editProblem(this.#labels, change.edit) !== undefined) return false;
    applyEdit(this.#labels, change.edit);
    this.#version++;
    return true;
  }

  /** A copy of the state, for a save or a backup that goes on while the person paints. */
  snapshot(): AnnotationState {
    return copyOf({ labels: this.#labels, status: this.#status });
  }

  /** What stands in the file, as far as is known here. */
  get saved(): AnnotationState {
    return this.#saved;
  }

  /** @param state the snapshot that was written, which may be older than what stands here now */
  markSaved(state: AnnotationState): void {
    this.#saved = state;
  }

  /** Whether there is something to save. */
  get changed(): boolean {
    const { labels, status } = this.#saved;
    return this.#status !== status || editBetween(labels, this.#labels) !== undefined;
  }

  /**
   * Revert, or a restored backup: puts another state here, by default what is saved.
   * @returns the edit that the views must make, undefined when the labels stay as they are
   * @throws Error when the labels are of another size: that is another sample
   */
  restore(state: AnnotationState = this.#saved): LabelEdit | undefined {
    const { width, height } = state.labels;
    if (width !== this.#labels.width || height !== this.#labels.height)
      throw new Error(
        `Labels of ${width}×${height} pixels do not fit the image of ${this.#labels.width}×${this.#labels.height}.`,
      );
    this.#status = state.status;
    const edit = editBetween(this.#labels, state.labels);
    if (edit) {
      applyEdit(this.#labels, edit);
      this.#version++;
    }
    return edit;
  }
}

function copyOf({ labels, status }: AnnotationState): AnnotationState {
  return { labels: { ...labels, data: labels.data.slice() }, status };
}

/**
 * The classes for a sample's manifest: the project's, and of its own earlier copy those that the project no longer has but pixels still
 * bear (the file must say what its ids mean). Where such a name was given to another class meanwhile, the id tells them apart. Keys of a
 * later version stay with their class.
 */
export function classesToWrite(
  project: readonly LabelClass[],
  own: readonly LabelClass[],
  labels: LabelMap,
): readonly (LabelClass & Readonly<Record<string, unknown>>)[] {
  const used = new Uint8Array(256);
  for (const id of labels.data) used[id] = 1;
  const taken = new Set(project.map(({ name }) => name));
  const avoided = new Set([...taken, ...own.map(({ name }) => name)]);
  const kept = own.filter(({ id }) => used[id] === 1 && !project.some((c) => c.id === id));
  const renamed = <C extends LabelClass>(c: C): C => {
    let name = `${c.name} (${c.id})`;
    while (avoided.has(name)) name += '′';
    avoided.add(name);
    return { ...c, name };
  };
  return [
    ...project.map((c) => ({ ...own.find(({ id }) => id === c.id), ...c })),
    ...kept.map((c) => ({ ...(taken.has(c.name) ? renamed(c) : c) })),
  ];
}
