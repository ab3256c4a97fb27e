import type { Area } from '../../../src/dataset/annotation/area.ts';
import type { Point } from '../../../src/dataset/annotation/brush.ts';
import type { LabelEdit } from '../../../src/dataset/annotation/labelEdit.ts';
import type { Rectangle } from '../../../src/dataset/annotation/rectangle.ts';
import type { RgbImage } from '../../../src/dataset/image.ts';
import type { LabelMap } from '../../../src/dataset/labelMap.ts';
import type { OverlayPen } from '../overlayPen.ts';
import type { ViewState } from '../viewState.ts';

/** Where the pointer (or the keyboard's cursor) is, in image pixels with fractions, and what is held with it. */
export interface ToolPoint extends Point {
  readonly shift: boolean;
  readonly ctrl: boolean;
}

/** What a tool may see and do. It lives as long as the sample that is shown. */
export interface ToolBench {
  readonly labels: LabelMap;
  readonly view: Readonly<ViewState>;
  readonly locked: ReadonlySet<number>;
  /** The class to paint with; undefined while there is none. */
  readonly classId: number | undefined;
  colourOf(id: number): string;
  /** Pixels of the image, decoded when first asked for. */
  image(): RgbImage;
  readonly prediction: LabelMap | undefined;
  /** Labels were changed in place: show it. */
  drawAgain(rectangle: Rectangle | undefined): void;
  /** The overlay looks different now. */
  drawOverlayAgain(): void;
  preview(area: Area | undefined, colour?: string): void;
  /** A finished edit that stands in `labels` already. `name` goes into "Undo …". */
  commit(name: string, edit: LabelEdit | undefined): void;
  /** A finished edit that is still to be applied. */
  apply(name: string, edit: LabelEdit | undefined): void;
  /** Says a sentence to the person. */
  say(sentence: string): void;
}

/** A tool under the pointer. Between `press` and `release` or `cancel` it is busy; some stay so until a last click. */
export interface PointerTool {
  readonly busy: boolean;
  /** It works by single clicks: nothing happens between down and up. */
  readonly clicks?: true;
  press(at: ToolPoint): void;
  /** All points since the last call, in order; the last one is where the pointer is. */
  drag(points: readonly ToolPoint[]): void;
  release(at: ToolPoint): void;
  /** The pointer moves with no button down. */
  hover?(at: ToolPoint): void;
  /** The second click of a double click came down and up. */
  doubleClick?(): void;
  /** Takes back what is not finished. */
  cancel(): void;
  /** Finishes what is open (Enter, double click). */
  finish?(): void;
  /** Takes back the last step of what is open (Backspace). */
  stepBack?(): void;
  /** Left and right arrow while busy: what dragging does, for the keyboard. */
  adjust?(by: number): void;
  /** Labels are changed by somebody else while the tool is busy. */
  beneath(change: () => void): void;
  drawOver?(pen: OverlayPen): void;
}
