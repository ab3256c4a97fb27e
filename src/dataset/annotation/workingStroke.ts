import type { LabelMap } from '../labelMap.ts';
import type { Area } from './area.ts';
import { inked, inkTable, type Ink, type InkTable } from './ink.ts';
import { EditBuilder, type LabelEdit } from './labelEdit.ts';
import type { Rectangle } from './rectangle.ts';

/**
 * Pixels that are being painted while the button is down: the labels change at once, what they were is kept, and nothing is looked at
 * twice. Its two arrays live as long as the label map and are cleaned only where a stroke was.
 */
export class WorkingStroke {
  readonly #labels: LabelMap;
  /** 1: the stroke covers the pixel. */
  readonly #covered: Uint8Array;
  /** What covered pixels were. */
  readonly #before: Uint8Array;
  #ink: InkTable;
  // Covered pixels lie in columns left … right and rows top … bottom.
  #left = Infinity;
  #right = -1;
  #top = Infinity;
  #bottom = -1;

  constructor(labels: LabelMap, ink: Ink) {
    this.#labels = labels;
    this.#covered = new Uint8Array(labels.data.length);
    this.#before = new Uint8Array(labels.data.length);
    this.#ink = inkTable(ink, labels);
  }

  /** The box around all covered pixels. */
  get box(): Rectangle | undefined {
    return this.#right < 0
      ? undefined
      : {
          x: this.#left,
          y: this.#top,
          width: this.#right - this.#left + 1,
          height: this.#bottom - this.#top + 1,
        };
  }

  /** Forgets the last stroke and takes another ink. */
  restart(ink: Ink): void {
    this.#ink = inkTable(ink, this.#labels);
    this.#forget();
  }

  /** Covers pixels `from` … `to − 1` of row `y`, all within the map. */
  cover(y: number, from: number, to: number): void {
    if (from >= to) return;
    const { width, data } = this.#labels;
    const [covered, before, ink] = [this.#covered, this.#before, this.#ink];
    const { flat } = ink;
    for (let i = y * width + from, end = y * width + to; i < end; i++) {
      if (covered[i] === 1) continue;
      covered[i] = 1;
      const old = data[i]!;
      before[i] = old;
      data[i] = flat ? flat[old]! : inked(ink, old, i);
    }
    if (from < this.#left) this.#left = from;
    if (to - 1 > this.#right) this.#right = to - 1;
    if (y < this.#top) this.#top = y;
    if (y > this.#bottom) this.#bottom = y;
  }

  /** Covers what the covered pixels enclose: what cannot be reached from around them over edges. */
  coverEnclosed(): void {
    const { box } = this;
    if (!box) return;
    const { width } = this.#labels;
    // The box with one pixel more on each side, all of which is outside.
    const [w, h] = [box.width + 2, box.height + 2];
    const outside = new Uint8Array(w * h);
    const stack = new Int32Array(w * h);
    let depth = 1;
    outside[0] = 1;
    const visit = (i: number): void => {
      if (outside[i] === 1) return;
      const [x, y] = [(i % w) - 1, Math.floor(i / w) - 1];
      const inBox = x >= 0 && y >= 0 && x < box.width && y < box.height;
      if (inBox && this.#covered[(box.y + y) * width + box.x + x] === 1) return;
      outside[i] = 1;
      stack[depth++] = i;
    };
    while (depth > 0) {
      const i = stack[--depth]!;
      if (i % w > 0) visit(i - 1);
      if (i % w < w - 1) visit(i + 1);
      if (i >= w) visit(i - w);
      if (i < w * (h - 1)) visit(i + w);
    }
    for (let y = 0; y < box.height; y++)
      for (let x = 0; x < box.width; x++)
        if (outside[(y + 1) * w + x + 1] === 0) this.cover(box.y + y, box.x + x, box.x + x + 1);
  }

  /** Takes the stroke off the labels again and covers nothing. */
  restore(): void {
    const { box } = this;
    if (!box) return;
    const { width, data } = this.#labels;
    for (let y = box.y; y < box.y + box.height; y++)
      for (let i = y * width + box.x, end = i + box.width; i < end; i++)
        if (this.#covered[i] === 1) data[i] = this.#before[i]!;
    this.#forget();
  }

  /** What the stroke changed so far. */
  edit(): LabelEdit | undefined {
    const { box } = this;
    if (!box) return undefined;
    const { width, data } = this.#labels;
    const edit = new EditBuilder();
    for (let y = box.y; y < box.y + box.height; y++)
      for (let i = y * width + box.x, end = i + box.width; i < end; i++)
        if (this.#covered[i] === 1) edit.add(i, this.#before[i]!, data[i]!);
    return edit.finish();
  }

  /** What the stroke covers so far; the mask is the stroke's own and changes with it. */
  get area(): Area {
    return { width: this.#labels.width, height: this.#labels.height, mask: this.#covered, box: this.box };
  }

  #forget(): void {
    const { box } = this;
    if (box)
      for (let y = box.y; y < box.y + box.height; y++) {
        const start = y * this.#labels.width + box.x;
        this.#covered.fill(0, start, start + box.width);
      }
    this.#left = this.#top = Infinity;
    this.#right = this.#bottom = -1;
  }
}
