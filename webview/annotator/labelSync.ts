import { applyEdit, editProblem, inverse, type LabelEdit } from '../../src/dataset/annotation/labelEdit.ts';
import type { LabelMap } from '../../src/dataset/labelMap.ts';

interface PendingEdit {
  readonly sequence: number;
  readonly edit: LabelEdit;
  /** False: it did not fit what the host said meanwhile. It stands again if the host accepts it all the same; refusals are silent. */
  shown: boolean;
}

/**
 * The view's copy of the labels. Its own edits stand at once and wait for the host's word; edits of others go in beneath them,
 * so that the copy is always the host's labels with the waiting edits on top.
 */
export class LabelSync {
  readonly labels: LabelMap;
  #version: number;
  #pending: PendingEdit[];

  /** @param before The sync that this one follows on, when the host sent everything anew: its edits may still be on their way. */
  constructor(labels: LabelMap, version: number, before?: LabelSync) {
    this.labels = labels;
    this.#version = version;
    const sameSize = before?.labels.width === labels.width && before.labels.height === labels.height;
    this.#pending = sameSize ? before.#pending.map((each) => ({ ...each, shown: false })) : [];
  }

  get version(): number {
    return this.#version;
  }

  /** How many edits stand here and not yet at the host. */
  get pending(): number {
    return this.#pending.filter(({ shown }) => shown).length;
  }

  /** An edit of this view, which stands in `labels` already. */
  paint(sequence: number, edit: LabelEdit): void {
    this.#pending.push({ sequence, edit, shown: true });
  }

  /** @returns the edit that changed `labels` now, if any */
  accepted(sequence: number, version: number): LabelEdit | undefined {
    this.#version = version;
    const pending = this.#pending.find((each) => each.sequence === sequence);
    // The host hears of edits in their order: what it passed over it has refused.
    this.#pending = this.#pending.filter((each) => each.sequence > sequence || (each.shown && each !== pending));
    if (pending === undefined || pending.shown) return undefined;
    applyEdit(this.labels, pending.edit);
    return pending.edit;
  }

  /**
   * An edit of another view, or of undo, redo or revert.
   * @returns the edits that touched `labels`, or 'lost' when this copy can't be right any more: ask for everything.
   */
  edited(version: number, edit: LabelEdit): readonly LabelEdit[] | 'lost' {
    const touched: LabelEdit[] = [];
    const apply = (each: LabelEdit): void => {
      applyEdit(this.labels, each);
      touched.push(each);
    };
    for (const each of this.#pending.toReversed()) if (each.shown) apply(inverse(each.edit));
    if (editProblem(this.labels, edit) !== undefined) return 'lost';
    apply(edit);
    this.#version = version;
    for (const each of this.#pending) {
      each.shown &&= editProblem(this.labels, each.edit) === undefined;
      if (each.shown) apply(each.edit);
    }
    return touched;
  }
}
