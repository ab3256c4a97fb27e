import * as z from 'zod';
import type { LabelClass } from '../dataset/classes.ts';
import type { PackedRows } from './packedRows.ts';

// What the extension host and the gallery's webview say to each other. A hidden webview is destroyed, and its script starts again when it
// is shown: it says `ready` and gets everything anew.

/** What all images of the data set have in common. */
export interface GalleryDataSet {
  /** Absolute; what `setState` keeps, so that the gallery comes back after a reload of the window. */
  readonly folder: string;
  readonly name: string;
  /** Address of the folder inside the webview, without a slash at the end. */
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly classes: readonly LabelClass[];
  /** How many images it is to have. */
  readonly count: number;
  /** The largest uncertainty that a pixel can have, in nats: what the 16-bit pictures call 65535. */
  readonly largestUncertainty: number;
  readonly score: 'sum' | 'top10mean';
  /** Whether samples can be made of its images: it belongs to a project. */
  readonly canAnnotate: boolean;
}

/** What became of the images; everything that is not listed is kept. */
export interface GalleryFates {
  /** By the filter, as ids. */
  readonly dropped: Uint32Array;
  /** By hand. */
  readonly rejected: Uint32Array;
  /** There is a `.dgan` of these. */
  readonly annotated: Uint32Array;
  /** From this uncertainty on the filter dropped images. */
  readonly threshold: number | undefined;
}

export type ToGallery =
  | {
      readonly type: 'dataSet';
      readonly dataSet: GalleryDataSet;
      readonly rows: PackedRows;
      readonly fates: GalleryFates;
    }
  /** A running generation wrote more images. */
  | { readonly type: 'added'; readonly rows: PackedRows }
  | { readonly type: 'fates'; readonly fates: GalleryFates }
  /** Select this image and scroll to it. */
  | { readonly type: 'reveal'; readonly id: number }
  /** There is nothing to show, and why, in a sentence. */
  | { readonly type: 'problem'; readonly message: string };

const id = z.int().min(0).max(0xffffffff);

/** What the webview may say; the host validates every message with this. */
export const fromGallerySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('reject'), ids: z.array(id).min(1).max(100_000), rejected: z.boolean() }),
  z.strictObject({ type: z.literal('annotate'), id }),
  /** Show another data set of the project. */
  z.strictObject({ type: z.literal('chooseDataSet') }),
  z.strictObject({ type: z.literal('report') }),
  /** The script threw: a defect of ours, which goes into the log. */
  z.strictObject({
    type: z.literal('failed'),
    message: z.string().max(10_000),
    stack: z.string().max(20_000).optional(),
  }),
]);
export type FromGallery = z.input<typeof fromGallerySchema>;

/** What the webview keeps with `setState`; the rest of it is the webview's own. */
export const galleryStateSchema = z.looseObject({ folder: z.string().min(1) });
