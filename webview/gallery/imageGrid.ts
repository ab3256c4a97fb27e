import { element, setShown } from '../shared/dom.ts';
import { GalleryCell, type CellContent } from './galleryCell.ts';
import {
  cellAfterKey,
  gridLayout,
  offsetOf,
  offsetThatShows,
  rowsInView,
  scrollTopOf,
  type GridLayout,
} from './gridLayout.ts';
import type { PictureSource } from './pictureView.ts';

export interface GridContent {
  readonly count: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** What stands at an index; asked only for what is in view. */
  readonly at: (index: number) => Omit<CellContent, 'index' | 'column' | 'active'>;
  /** Index of an image, or undefined when it is not shown. */
  readonly indexOf: (id: number) => number | undefined;
  readonly idAt: (index: number) => number;
}

export interface GridEvents {
  readonly onActive: (id: number) => void;
  readonly onEnlarge: (id: number) => void;
  readonly onAction: (action: 'reject' | 'annotate', id: number) => void;
  readonly onScrolled: () => void;
}

interface Row {
  readonly element: HTMLElement;
  readonly cells: GalleryCell[];
  loaded: boolean;
}

const GAP = 8;
/** Left and right of the rows; gallery.css has it too. */
const MARGIN = 16;
/** Faster than this (pixels per millisecond), pictures wait until the hand rests: loading what flies past helps nobody. */
const FLYING = 4;
const REST = 90;

/**
 * A grid of which only the rows in view exist. The grid itself has the focus and names its active cell, so that scrolling it away
 * loses nothing (WAI-ARIA: aria-activedescendant).
 */
export class ImageGrid {
  readonly element = element('div', { class: 'grid', role: 'grid', tabindex: '0', 'aria-label': 'Images' });
  readonly #sizer = element('div', { class: 'sizer', role: 'presentation' });
  readonly #source: PictureSource;
  readonly #canAnnotate: boolean;
  readonly #events: GridEvents;
  readonly #rows = new Map<number, Row>();
  readonly #spare: Row[] = [];
  readonly #observer: ResizeObserver;
  #content: GridContent = {
    count: 0,
    cellWidth: 1,
    cellHeight: 1,
    at: () => {
      throw new Error('There are no images.');
    },
    indexOf: () => undefined,
    idAt: () => 0,
  };
  #layout: GridLayout = gridLayout({ width: 1, cellWidth: 1, cellHeight: 1, gap: GAP, count: 0 });
  #view = 0;
  #active: number | undefined;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  readonly #last = { offset: 0, time: 0 };

  constructor(source: PictureSource, canAnnotate: boolean, events: GridEvents) {
    this.#source = source;
    this.#canAnnotate = canAnnotate;
    this.#events = events;
    this.element.append(this.#sizer);
    this.element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.#pressed(event));
    this.element.addEventListener('click', (event) => this.#clicked(event));
    this.element.addEventListener('dblclick', (event) => {
      const cell = cellOf(event);
      if (cell !== undefined && !isOnButton(event)) this.#events.onEnlarge(cell.id);
    });
    this.#observer = new ResizeObserver(() => this.#resized());
    this.#observer.observe(this.element);
  }

  get activeId(): number | undefined {
    return this.#active;
  }

  /** The image at the upper left, undefined at the very top: then what comes first is to stay first. */
  get anchor(): number | undefined {
    // As of the last frame: asking the element would make it lay itself out again.
    const { offset } = this.#last;
    if (offset === 0 || this.#content.count === 0) return undefined;
    const first = Math.ceil((offset - GAP) / this.#layout.rowHeight) * this.#layout.columns;
    return this.#content.idAt(Math.min(first, this.#content.count - 1));
  }

  /** @param anchor image that stays at the upper edge */
  setContent(content: GridContent, anchor: number | undefined): void {
    this.#content = content;
    this.#arrange(anchor === undefined ? undefined : content.indexOf(anchor));
  }

  /** What is said of the images has changed, not which ones they are. */
  refresh(): void {
    for (const [index, row] of this.#rows) this.#fill(row, index);
    this.#load();
  }

  repaint(): void {
    for (const { cells } of this.#rows.values()) for (const cell of cells) cell.repaint();
  }

  setActive(id: number | undefined, scroll: boolean): void {
    this.#active = id;
    const index = id === undefined ? undefined : this.#content.indexOf(id);
    if (index !== undefined && scroll) {
      const offset = offsetThatShows(this.#layout, index, this.#offset(), this.#view);
      if (offset !== this.#offset()) this.#scrollTo(offset);
    }
    this.#render();
    this.refresh();
    if (index === undefined) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', `cell-${index}`);
  }

  dispose(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    for (const row of this.#rows.values()) for (const cell of row.cells) cell.clear();
    this.element.remove();
  }

  /** For cells and the gaps around them, within the margins. */
  #innerWidth(): number {
    return this.element.clientWidth - 2 * MARGIN + 2 * GAP;
  }

  #offset(): number {
    return offsetOf(this.#layout, this.element.scrollTop, this.#view);
  }

  #scrollTo(offset: number): void {
    this.element.scrollTop = scrollTopOf(this.#layout, offset, this.#view);
  }

  #resized(): void {
    const width = this.#innerWidth();
    const height = this.element.clientHeight;
    if (this.element.clientWidth === 0 || (width === this.#layout.width && height === this.#view)) return;
    const anchor = this.anchor;
    this.#arrange(anchor === undefined ? undefined : this.#content.indexOf(anchor));
  }

  /** Everything anew; `index` at the upper edge. */
  #arrange(index: number | undefined): void {
    const { count, cellWidth, cellHeight } = this.#content;
    this.#view = this.element.clientHeight;
    const width = this.#innerWidth();
    const before = this.#offset();
    this.#layout = gridLayout({ width, cellWidth, cellHeight, gap: GAP, count });
    const { columns, rows, rowHeight, scrollHeight } = this.#layout;
    this.#sizer.style.height = `${scrollHeight}px`;
    // What is left over goes between the columns.
    const left = width - 2 * GAP - columns * cellWidth;
    const columnGap = rows < 2 ? GAP : Math.min(3 * GAP, left / Math.max(1, columns - 1));
    this.element.style.setProperty('--column-gap', `${Math.max(GAP, columnGap)}px`);
    this.element.style.setProperty('--cell-width', `${cellWidth}px`);
    this.element.style.setProperty('--cell-height', `${cellHeight}px`);
    this.element.setAttribute('aria-rowcount', String(rows));
    this.element.setAttribute('aria-colcount', String(columns));
    this.#scrollTo(index === undefined ? (before === 0 ? 0 : before) : Math.floor(index / columns) * rowHeight);
    for (const [at, row] of [...this.#rows]) this.#release(at, row);
    this.#render();
    this.#load();
  }

  #scrolled(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame((time) => {
      const before = this.#last.offset;
      this.#render();
      const speed = Math.abs(this.#last.offset - before) / Math.max(1, time - this.#last.time);
      this.#last.time = time;
      clearTimeout(this.#rest);
      if (speed < FLYING) this.#load();
      else this.#rest = setTimeout(() => this.#load(), REST);
      this.#events.onScrolled();
    });
  }

  #render(): void {
    // Everything is read before anything is written, or the browser lays out several times in a frame.
    const { scrollTop } = this.element;
    const offset = offsetOf(this.#layout, scrollTop, this.#view);
    this.#last.offset = offset;
    const { first, end } = rowsInView(this.#layout, offset, this.#view);
    for (const [index, row] of [...this.#rows]) if (index < first || index >= end) this.#release(index, row);
    const shift = scrollTop - offset;
    for (let index = first; index < end; index++) {
      let row = this.#rows.get(index);
      if (row === undefined) {
        row = this.#spare.pop();
        if (row === undefined) {
          row = { element: element('div', { class: 'row', role: 'row' }), cells: [], loaded: false };
          this.#sizer.append(row.element);
        }
        this.#rows.set(index, row);
        this.#fill(row, index);
        row.element.setAttribute('aria-rowindex', String(index + 1));
      }
      row.element.style.transform = `translateY(${index * this.#layout.rowHeight + GAP + shift}px)`;
      setShown(row.element, true);
    }
    // Rows stay in the document for the next scroll; taking them out and in again costs more.
    for (const { element: row } of this.#spare) setShown(row, false);
  }

  #fill(row: Row, index: number): void {
    const { columns, count } = this.#layout;
    const first = index * columns;
    const length = Math.min(columns, count - first);
    while (row.cells.length > length) {
      const cell = row.cells.pop()!;
      cell.clear();
      cell.element.remove();
    }
    while (row.cells.length < length) {
      const cell = new GalleryCell(this.#source, this.#canAnnotate);
      row.cells.push(cell);
      row.element.append(cell.element);
    }
    row.loaded = false;
    row.cells.forEach((cell, column) => {
      const content = this.#content.at(first + column);
      cell.show({ ...content, index: first + column, column, active: content.id === this.#active });
    });
  }

  #release(index: number, row: Row): void {
    this.#rows.delete(index);
    for (const cell of row.cells) cell.clear();
    this.#spare.push(row);
  }

  #load(): void {
    for (const row of this.#rows.values()) {
      if (row.loaded) continue;
      row.loaded = true;
      for (const cell of row.cells) cell.load();
    }
  }

  #clicked(event: MouseEvent): void {
    const cell = cellOf(event);
    if (cell === undefined) return;
    const button = isOnButton(event);
    this.#choose(cell.id);
    this.element.focus({ preventScroll: true });
    if (button === 'reject' || button === 'annotate') this.#events.onAction(button, cell.id);
  }

  #choose(id: number): void {
    this.setActive(id, true);
    this.#events.onActive(id);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || this.#content.count === 0) return;
    const index = this.#active === undefined ? undefined : this.#content.indexOf(this.#active);
    // Without a selected image the keys begin at the first one in view; an arrow selects it.
    const start = this.anchor === undefined ? 0 : (this.#content.indexOf(this.anchor) ?? 0);
    const to =
      index === undefined && event.key.startsWith('Arrow')
        ? start
        : cellAfterKey(this.#layout, index ?? start, event.key, this.#view, event.ctrlKey);
    if (to !== undefined) this.#choose(this.#content.idAt(to));
    else if (this.#active === undefined || index === undefined || event.ctrlKey || event.shiftKey) return;
    else if (event.key === 'Enter' || event.key === ' ') this.#events.onEnlarge(this.#active);
    else if (event.key === 'Delete' || event.key === 'x') this.#events.onAction('reject', this.#active);
    else if (event.key === 'a') this.#events.onAction('annotate', this.#active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function cellOf({ target }: Event): { readonly id: number } | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.cell') : null;
  return cell === null ? undefined : { id: Number(cell.dataset['id']) };
}

function isOnButton({ target }: Event): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-action]')?.dataset['action'] : undefined;
}
