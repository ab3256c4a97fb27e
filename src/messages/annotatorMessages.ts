import * as z from 'zod';
import type { LabelClass } from '../dataset/classes.ts';
import type { LabelEdit } from '../dataset/annotation/labelEdit.ts';
import type { SampleStatus } from '../dataset/sample.ts';
import type { AnnotatorActionName } from './annotatorActions.ts';

// What the extension host and the annotator's webview say to each other. A hidden webview is destroyed, and its script starts again when
// it is shown: it says `ready` as often as it likes and gets a full `sample` each time.

export type { SampleStatus };

/** A prediction of the trained interpreter for the sample, as bytes of {@link packBytes}. */
export interface PackedPrediction {
  /** Class ids, row-major. */
  readonly labels: Uint8Array;
  /** JS / ln(min(members, classes)) in 0 … 255, row-major. */
  readonly uncertainty: Uint8Array;
}

export type PredictionState =
  /** There can be none: a photo, no interpreter, a generator that is missing, an untrusted workspace. `reason` is a sentence. */
  | { readonly state: 'unavailable'; readonly reason: string }
  /** Nobody has asked yet. */
  | { readonly state: 'none' }
  /** The one that is shown, if any, stays and is marked as stale. */
  | { readonly state: 'computing' }
  | { readonly state: 'ready'; readonly prediction: PackedPrediction };

/** Where the open sample stands among the project's samples; by place, from 1. */
export interface QueueState {
  readonly position: number;
  readonly total: number;
  readonly reviewed: number;
}

/** All that a view shows of a document. */
export interface SampleSnapshot {
  readonly name: string;
  /** Counts up with each change of the labels, undo and redo included. */
  readonly version: number;
  readonly width: number;
  readonly height: number;
  /** PNG, of the webview's own scheme or `data:`. */
  readonly imageUri: string;
  /** Class ids of {@link packBytes}. */
  readonly labels: Uint8Array;
  readonly status: SampleStatus;
  readonly classes: readonly LabelClass[];
  /** False for the left side of a diff, files of other schemes, read-only files. */
  readonly canEdit: boolean;
  /** Why not all is there, in sentences: no project, another generator. */
  readonly notes: readonly string[];
}

export type ToAnnotator =
  | {
      readonly type: 'sample';
      readonly sample: SampleSnapshot;
      /** What the last annotator that was used looked like: zoom, tool and class stay from image to image. */
      readonly view: unknown;
    }
  /** The view's own edit number `sequence` stands now. */
  | { readonly type: 'accepted'; readonly sequence: number; readonly version: number }
  /** Another view, undo, redo or revert changed the labels. */
  | { readonly type: 'edited'; readonly version: number; readonly edit: LabelEdit }
  | { readonly type: 'status'; readonly status: SampleStatus }
  | { readonly type: 'classes'; readonly classes: readonly LabelClass[] }
  | { readonly type: 'prediction'; readonly prediction: PredictionState }
  /** The labels of the other side of the diff (of {@link packBytes}), or undefined when there is no other side. */
  | { readonly type: 'otherSide'; readonly labels: Uint8Array | undefined }
  /** Undefined: the file is in no project's folder of samples. */
  | { readonly type: 'queue'; readonly queue: QueueState | undefined }
  | { readonly type: 'action'; readonly action: AnnotatorActionName };

// As z.instanceof, which would ask senders for arrays on an ArrayBuffer of their own.
const words = z.custom<Uint32Array>((value) => value instanceof Uint32Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const columns = { starts: words, lengths: words, before: bytes, after: bytes };
const classId = z.int().min(0).max(254);

/** What a webview may say; the host validates every message with this. */
export const fromAnnotatorSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** A stroke is done. `name` goes into "Undo Brush". `sequence` counts the view's edits; `baseVersion` is the last version that it knew. */
  z.strictObject({
    type: z.literal('edit'),
    sequence: z.int().min(0),
    baseVersion: z.int().min(0),
    name: z.string().min(1).max(80),
    edit: z.strictObject(columns),
  }),
  z.strictObject({ type: z.literal('setStatus'), status: z.enum(['open', 'reviewed', 'discarded']) }),
  /** `focused`: keys are the annotator's. False in a text field. */
  z.strictObject({ type: z.literal('focus'), focused: z.boolean() }),
  /** What is under the cursor; undefined: outside of the image. */
  z.strictObject({
    type: z.literal('hover'),
    at: z.strictObject({ x: z.int().min(0), y: z.int().min(0), id: z.int().min(0).max(255) }).optional(),
  }),
  /** A layer that needs the interpreter is shown (or no longer is). */
  z.strictObject({ type: z.literal('wantPrediction'), wanted: z.boolean() }),
  z.strictObject({ type: z.literal('go'), to: z.enum(['next', 'previous', 'nextUnreviewed', 'nextUncertain']) }),
  z.strictObject({ type: z.literal('addClass') }),
  z.strictObject({
    type: z.literal('changeClass'),
    id: classId,
    change: z.enum(['rename', 'recolour', 'merge', 'delete']),
  }),
  /** To be given back in the next `sample`. */
  z.strictObject({ type: z.literal('view'), view: z.json() }),
  /** The script threw: a defect of ours, which goes into the log. */
  z.strictObject({
    type: z.literal('failed'),
    message: z.string().max(10_000),
    stack: z.string().max(20_000).optional(),
  }),
]);
export type FromAnnotator = z.input<typeof fromAnnotatorSchema>;
