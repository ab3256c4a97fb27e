import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import {
  Annotation,
  classesToWrite,
  inverseChange,
  type AnnotationChange,
  type AnnotationState,
} from '../../dataset/annotation/annotation.ts';
import { decodeBackup, encodeBackup } from '../../dataset/annotation/backup.ts';
import { editBetween, type LabelEdit } from '../../dataset/annotation/labelEdit.ts';
import type { LabelClass } from '../../dataset/classes.ts';
import { unlabelledMap } from '../../dataset/labelMap.ts';
import { decodeSampleWithPng, encodeSampleWithPng, type SampleWithPng } from '../../dataset/dganFile.ts';
import type { Origin, SampleStatus } from '../../dataset/sample.ts';
import { hashOf, isMissing, isWritable, nameOf, readFileOf, writeFileOf } from './sampleFile.ts';
import { Serially } from './serially.ts';

/** A sample as it is open: the labels live in `annotation`, all else is as in the file. */
interface Sound {
  readonly kind: 'sound';
  readonly file: Omit<SampleWithPng, 'labels'>;
  readonly annotation: Annotation;
}
/** A file that could not be read. Nothing of it is changed; what a backup holds of it is kept for when it can be. */
interface Broken {
  readonly kind: 'broken';
  readonly problem: string;
  readonly backup: Uint8Array | undefined;
}

/** What views, the queue and the other side of a diff want to know. */
export type SampleEvent =
  /** `by`: what the caller of {@link SampleDocument.paint} gave; undefined for undo, redo and revert. */
  | { readonly kind: 'labels'; readonly edit: LabelEdit; readonly version: number; readonly by: unknown }
  | { readonly kind: 'status'; readonly status: SampleStatus }
  | { readonly kind: 'classes' }
  /** All may be another: reverted, read again, become readable. */
  | { readonly kind: 'replaced' };

/** What VS Code puts on its stack. */
export interface UndoableEdit {
  readonly label: string;
  readonly undo: () => void;
  readonly redo: () => void;
}

/** Questions to the person; tests answer them. */
export interface Questions {
  /** The file changed while there are unsaved changes. Asked once for each state of the file. */
  keepOrReload(name: string): Promise<'keep' | 'reload' | 'later'>;
  /** As above, but found only while saving. */
  overwrite(name: string): Promise<boolean>;
}

/** Steps of one undo: the labels, the status, or both. */
type Changes = readonly AnnotationChange[];

/**
 * One open `.dgan` file: an adapter between VS Code's life of a document and the pure {@link Annotation}. Needs no webview. All that
 * touches the file goes one after another, so that a save never meets a save or a reload.
 */
export class SampleDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #questions: Questions;
  readonly #events = new vscode.EventEmitter<SampleEvent>();
  readonly onDidChange = this.#events.event;
  readonly #edits = new vscode.EventEmitter<UndoableEdit>();
  readonly onDidEdit = this.#edits.event;
  readonly #disposals = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposals.event;
  readonly #disk = new Serially();
  #state: Sound | Broken;
  /** Of the bytes that stood in the file when it was last read or written. */
  #hash: string | undefined;
  /** States of the file that the person was asked about, and decided to overwrite. */
  #asked: string | undefined;
  #asking: string | undefined;
  #kept: string | undefined;
  #missing = false;
  #writable: boolean;
  /** Of the project that the file is in; undefined outside of one. */
  #projectClasses: readonly LabelClass[] | undefined;
  /** All classes that the file or the project had since it was opened: undo may bring back labels of one that is gone. */
  #known: readonly LabelClass[] = [];
  #disposed = false;

  private constructor(
    uri: vscode.Uri,
    state: Sound | Broken,
    hash: string | undefined,
    writable: boolean,
    questions: Questions,
  ) {
    this.uri = uri;
    this.#state = state;
    this.#hash = hash;
    this.#writable = writable;
    this.#questions = questions;
  }

  /**
   * Never rejects for a file that can't be read: such a document says what is wrong.
   * @param backup of {@link backupBytes}
   * @throws UserError when the backup is damaged
   */
  static async open(uri: vscode.Uri, backup: Uint8Array | undefined, questions: Questions): Promise<SampleDocument> {
    const read = await readBytes(uri);
    const hash = hashIn(read);
    const state = withBackup(stateOf(read, nameOf(uri)), backup, nameOf(uri));
    const document = new SampleDocument(uri, state, hash, await isWritable(uri), questions);
    document.#missing = read.kind === 'missing';
    if (state.kind === 'sound' && hash !== undefined && backup && backupBase(backup) !== hash) document.#ask(hash);
    return document;
  }

  get name(): string {
    return nameOf(this.uri);
  }

  /** Why the file can't be shown, as a sentence. */
  get problem(): string | undefined {
    return this.#state.kind === 'broken' ? this.#state.problem : undefined;
  }

  /** @throws Error when the document has a {@link problem} */
  get annotation(): Annotation {
    return this.#sound.annotation;
  }

  /** The image's bytes as they stand in the file. */
  get imagePng(): Uint8Array {
    return this.#sound.file.imagePng;
  }

  get origin(): Origin {
    return this.#sound.file.manifest.origin;
  }

  get crop(): SampleWithPng['manifest']['crop'] {
    return this.#sound.file.manifest.crop;
  }

  get canEdit(): boolean {
    return this.#writable && this.#state.kind === 'sound';
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** The file was deleted under the document, which still holds all of it. */
  get missing(): boolean {
    return this.#missing;
  }

  /** It holds what a backup kept, be it only until its file can be read. */
  get restored(): boolean {
    return this.#state.kind === 'broken' ? this.#state.backup !== undefined : this.unsaved;
  }

  get unsaved(): boolean {
    return this.#state.kind === 'sound' && this.#state.annotation.changed;
  }

  /** The project's classes came or changed; without a project those of the file count. */
  set projectClasses(classes: readonly LabelClass[] | undefined) {
    this.#projectClasses = classes;
    if (this.#state.kind === 'broken') return;
    const { annotation } = this.#state;
    const before = JSON.stringify(annotation.classes);
    annotation.classes = this.#classesNow(this.#state);
    if (JSON.stringify(annotation.classes) !== before) this.#events.fire({ kind: 'classes' });
  }

  /**
   * A stroke of a view.
   * @param by comes back in the event, so that the view knows its own stroke
   * @returns why it can't be made, in half a sentence; undefined when it was
   */
  paint(label: string, edit: LabelEdit, by?: unknown): string | undefined {
    if (!this.canEdit) return 'the file is read-only';
    const problem = this.annotation.editProblem(edit);
    if (problem !== undefined) return problem;
    this.#change(label, [{ kind: 'labels', edit }], by);
    return undefined;
  }

  setStatus(status: SampleStatus): void {
    if (!this.canEdit || this.annotation.status === status) return;
    const label = {
      open: vscode.l10n.t('Reopen'),
      reviewed: vscode.l10n.t('Mark as Reviewed'),
      discarded: vscode.l10n.t('Discard'),
    }[status];
    this.#change(label, [{ kind: 'status', before: this.annotation.status, after: status }]);
  }

  /**
   * Changes labels from outside of a view, as one undoable edit: a class was merged, say. Classes do not count, as they are about to change.
   * @param editOf the edit for the labels that stand here; undefined where nothing changes
   */
  relabel(label: string, editOf: (labels: AnnotationState['labels']) => LabelEdit | undefined): void {
    if (!this.canEdit) return;
    const edit = editOf(this.annotation.labels);
    if (edit) this.#change(label, [{ kind: 'labels', edit }]);
  }

  /**
   * Writes the file when it is not as it stands here. What is painted while it is written is written as well: VS Code takes the
   * document for saved as of the end of the save.
   * @throws UserError when it can't be written; the old file stays whole
   */
  save(): Promise<void> {
    return this.#disk.run(async () => {
      const state = this.#sound;
      await this.#checkDisk();
      for (;;) {
        const now = state.annotation.snapshot();
        const sample = this.#sampleToWrite(state, now);
        const bytes = encodeSampleWithPng(sample);
        const hash = hashOf(bytes);
        if (hash !== this.#hash || this.#missing) await writeFileOf(this.uri, bytes);
        this.#hash = hash;
        this.#missing = false;
        state.annotation.markSaved(now);
        if (!state.annotation.changed) return;
      }
    });
  }

  /** A copy under another name; this document stays as it is. */
  saveAs(target: vscode.Uri): Promise<void> {
    return this.#disk.run(async () => {
      const state = this.#state;
      // What we can't read we can still copy.
      if (state.kind === 'broken') await vscode.workspace.fs.copy(this.uri, target, { overwrite: true });
      else await writeFileOf(target, encodeSampleWithPng(this.#sampleToWrite(state, state.annotation.snapshot())));
    });
  }

  /** What stands in the file again; where it can't be read any more, what was last saved. */
  revert(): Promise<void> {
    return this.#disk.run(async () => {
      const read = await readBytes(this.uri);
      if (this.#disposed) return;
      const state = this.#state;
      const there = stateOf(read, this.name);
      if (there.kind === 'sound' || state.kind === 'broken') this.#replace(there, hashIn(read));
      else {
        state.annotation.restore();
        this.#events.fire({ kind: 'replaced' });
      }
    });
  }

  /**
   * Tells VS Code of labels that it does not know to be unsaved: those that {@link open} restored.
   * @returns whether there are any
   */
  tellRestored(): boolean {
    if (!this.restored) return false;
    const changes = this.#state.kind === 'broken' ? [] : changesBetween(this.annotation.saved, this.annotation);
    this.#tellEdit(vscode.l10n.t('Labels of an Earlier Window'), changes);
    return true;
  }

  /** The unsaved changes of this document under its former name, as one edit. VS Code must know the document by now. */
  takeOver(backup: Uint8Array): void {
    if (this.#state.kind === 'broken') return;
    const { annotation } = this.#state;
    const { state } = decodeBackup(backup, this.name);
    if (state.labels.data.length !== annotation.labels.data.length) return;
    const changes = changesBetween(annotation, state);
    if (changes.length > 0) this.#change(vscode.l10n.t('Unsaved Labels of the Renamed File'), changes);
  }

  /** Of a document with a file, for {@link takeOver}. */
  get unsavedChanges(): Uint8Array | undefined {
    return this.unsaved && this.#hash !== undefined
      ? encodeBackup({ state: this.annotation.snapshot(), file: this.#hash })
      : undefined;
  }

  /** The file may have changed: looks, and takes what is there when nothing is lost by it. */
  diskChanged(): Promise<void> {
    return this.#disk.run(async () => {
      if (this.#disposed) return;
      const read = await readBytes(this.uri);
      // It may have been locked or unlocked.
      this.#writable = await isWritable(this.uri);
      if (this.#isDisposed()) return;
      const wasMissing = this.#missing;
      this.#missing = read.kind === 'missing';
      if (this.#state.kind === 'broken') {
        const { backup } = this.#state;
        this.#replace(withBackup(stateOf(read, this.name), backup, this.name), hashIn(read));
        return;
      }
      // Our own save is reported too.
      const changed = read.kind === 'there' && read.hash !== this.#hash;
      const there = changed ? stateOf(read, this.name) : undefined;
      if (there?.kind !== 'sound') {
        // Gone, the same, or somebody is in the middle of writing it: what is open stays.
        if (wasMissing !== this.#missing) this.#events.fire({ kind: 'replaced' });
      } else if (!this.#state.annotation.changed) this.#replace(there, hashIn(read));
      else if (read.kind === 'there') this.#ask(read.hash);
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#disposals.fire();
    this.#disposals.dispose();
    this.#events.dispose();
    this.#edits.dispose();
  }

  /** A method, because the answer changes over an await. */
  #isDisposed(): boolean {
    return this.#disposed;
  }

  get #sound(): Sound {
    if (this.#state.kind === 'broken') throw new UserError(this.#state.problem);
    return this.#state;
  }

  #classesNow({ file, annotation }: Sound): readonly LabelClass[] {
    const own = file.manifest.classes;
    this.#known = withAll(own, withAll(this.#projectClasses ?? [], this.#known));
    return this.#projectClasses ? classesToWrite(this.#projectClasses, this.#known, annotation.labels) : own;
  }

  #change(label: string, changes: Changes, by?: unknown): void {
    this.#make(changes, by);
    this.#tellEdit(label, changes);
  }

  #tellEdit(label: string, changes: Changes): void {
    // Of the annotation that is open when it is called: the file may have been read again.
    this.#edits.fire({
      label,
      undo: () => this.#make(changes.map(inverseChange).reverse()),
      redo: () => this.#make(changes),
    });
  }

  #make(changes: Changes, by?: unknown): void {
    if (this.#state.kind === 'broken') return;
    const { annotation } = this.#state;
    for (const change of changes) {
      if (!annotation.apply(change)) continue;
      if (change.kind === 'labels')
        this.#events.fire({ kind: 'labels', edit: change.edit, version: annotation.version, by });
      else this.#events.fire({ kind: 'status', status: annotation.status });
    }
  }

  #replace(state: Sound | Broken, hash: string | undefined): void {
    this.#state = this.#sameSize(state) ?? state;
    this.#hash = hash;
    if (this.#state.kind === 'sound') this.#state.annotation.classes = this.#classesNow(this.#state);
    this.#events.fire({ kind: 'replaced' });
  }

  /** What was read, with the annotation that is open, whose version goes on counting. */
  #sameSize(read: Sound | Broken): Sound | undefined {
    if (read.kind === 'broken' || this.#state.kind === 'broken') return undefined;
    const { annotation } = this.#state;
    const { labels, saved } = read.annotation;
    if (labels.width !== annotation.labels.width || labels.height !== annotation.labels.height) return undefined;
    annotation.restore(read.annotation.snapshot());
    annotation.markSaved(saved);
    return { ...read, annotation };
  }

  #sampleToWrite({ file }: Sound, { labels, status }: AnnotationState): SampleWithPng {
    const classes = this.#projectClasses
      ? classesToWrite(this.#projectClasses, this.#known, labels)
      : file.manifest.classes;
    // Keys of a class that a later version wrote stay, when it is still the same class.
    const own = new Map(file.manifest.classes.map((c) => [c.id, c]));
    const manifest = { ...file.manifest, status, classes: classes.map((c) => ({ ...own.get(c.id), ...c })) };
    return { ...file, manifest, labels };
  }

  /** The unsaved changes, as bytes that {@link open} understands. */
  backupBytes(): Uint8Array {
    const state = this.#state;
    if (state.kind === 'broken') {
      if (!state.backup) throw new UserError(state.problem);
      return state.backup;
    }
    const now = state.annotation.snapshot();
    // Without its file, only all of it is enough.
    if (this.#missing || this.#hash === undefined) return encodeSampleWithPng(this.#sampleToWrite(state, now));
    return encodeBackup({ state: now, file: this.#hash });
  }

  /** Before a save: has somebody else written the file since we read it? */
  async #checkDisk(): Promise<void> {
    const read = await readBytes(this.uri);
    this.#missing = read.kind === 'missing';
    if (read.kind !== 'there' || read.hash === this.#hash || read.hash === this.#kept) return;
    // While the other question is on the screen, an automatic save must not put a second one before it.
    if (this.#asking === read.hash || !(await this.#questions.overwrite(this.name)))
      throw new UserError(
        vscode.l10n.t(
          '{0} was changed by another program and was not saved over: revert it, or save it under another name.',
          this.name,
        ),
      );
    this.#kept = read.hash;
  }

  #ask(hash: string): void {
    if (this.#asked === hash) return;
    this.#asked = hash;
    this.#asking = hash;
    void this.#questions.keepOrReload(this.name).then(async (answer) => {
      if (this.#asking === hash) this.#asking = undefined;
      if (this.#disposed) return;
      if (answer === 'keep') this.#kept = hash;
      else if (answer === 'reload') await this.#reload();
    });
  }

  /** Takes the file's state as one edit, so that undo brings back what was painted; then it is saved, which writes nothing new. */
  async #reload(): Promise<void> {
    const undoable = await this.#disk.run(async () => {
      const read = await readBytes(this.uri);
      const state = stateOf(read, this.name);
      if (this.#isDisposed() || state.kind === 'broken' || this.#state.kind === 'broken') return false;
      const before = this.#state.annotation.snapshot();
      const { labels, status } = state.annotation.snapshot();
      const sameSize = labels.width === before.labels.width && labels.height === before.labels.height;
      this.#replace(state, hashIn(read));
      const after = { labels: sameSize ? labels : before.labels, status };
      this.#tellEdit(vscode.l10n.t('Reload from Disk'), changesBetween(before, after));
      return true;
    });
    if (undoable) await vscode.workspace.save(this.uri);
  }
}

/** The steps from one state of labels of one size to another. */
function changesBetween(before: AnnotationState, after: AnnotationState): AnnotationChange[] {
  const changes: AnnotationChange[] = [];
  const edit = editBetween(before.labels, after.labels);
  if (edit) changes.push({ kind: 'labels', edit });
  if (after.status !== before.status) changes.push({ kind: 'status', before: before.status, after: after.status });
  return changes;
}

/** Where both have an id, `a` is right. */
function withAll(a: readonly LabelClass[], b: readonly LabelClass[]): readonly LabelClass[] {
  return [...a, ...b.filter(({ id }) => !a.some((c) => c.id === id))];
}

/** What stands in a file. */
type Bytes =
  | { readonly kind: 'there'; readonly bytes: Uint8Array; readonly hash: string }
  | { readonly kind: 'missing' | 'unreadable'; readonly problem: string };

async function readBytes(uri: vscode.Uri): Promise<Bytes> {
  try {
    const bytes = await readFileOf(uri);
    return { kind: 'there', bytes, hash: hashOf(bytes) };
  } catch (error) {
    return { kind: isMissing(error) ? 'missing' : 'unreadable', problem: messageOf(error) };
  }
}

function stateOf(read: Bytes, name: string): Sound | Broken {
  if (read.kind !== 'there') return { kind: 'broken', problem: read.problem, backup: undefined };
  try {
    return soundState(decodeSampleWithPng(read.bytes, name));
  } catch (error) {
    return { kind: 'broken', problem: messageOf(error), backup: undefined };
  }
}

function hashIn(read: Bytes): string | undefined {
  return read.kind === 'there' ? read.hash : undefined;
}

function soundState({ labels, ...file }: SampleWithPng): Sound {
  const { status, classes } = file.manifest;
  return { kind: 'sound', file, annotation: new Annotation({ labels, status }, classes) };
}

/** A backup is either the changes alone or, when its file was gone, a whole sample. */
function withBackup(read: Sound | Broken, backup: Uint8Array | undefined, name: string): Sound | Broken {
  if (!backup) return read;
  if (isWhole(backup)) {
    const whole = soundState(decodeSampleWithPng(backup, name));
    const { width, height } = whole.annotation.labels;
    // Against nothing, all of it is unsaved.
    whole.annotation.markSaved({ labels: unlabelledMap(width, height), status: 'open' });
    return whole;
  }
  if (read.kind === 'broken') return { ...read, backup };
  const { state } = decodeBackup(backup, name);
  const { width, height } = read.annotation.labels;
  if (state.labels.width !== width || state.labels.height !== height)
    return {
      kind: 'broken',
      problem: vscode.l10n.t(
        '{0} is an image of another size than the one that has unsaved labels: put the old file back, or discard the labels by closing without saving.',
        name,
      ),
      backup,
    };
  read.annotation.restore(state);
  return read;
}

function backupBase(backup: Uint8Array): string | undefined {
  return isWhole(backup) ? undefined : decodeBackup(backup, '').file;
}

/** A ZIP begins with PK. */
function isWhole(backup: Uint8Array): boolean {
  return backup[0] === 0x50 && backup[1] === 0x4b;
}
