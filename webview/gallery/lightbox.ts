import type { LabelClass } from '../../src/dataset/classes.ts';
import { element, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { iconButton, textButton } from '../toolkit.ts';
import { REJECTED } from './galleryRows.ts';
import { PictureView, type PictureSource } from './pictureView.ts';
import { countText, fateText, idText, scoreText, shareText } from './texts.ts';

export interface LightboxContent {
  readonly id: number;
  /** From 0, of `total`. */
  readonly index: number;
  readonly total: number;
  readonly score: number;
  readonly fate: number;
  readonly annotated: boolean;
  /** Of each class, 0 … 1. */
  readonly shares: readonly number[];
}

export interface LightboxEvents {
  readonly onKey: (key: 'previous' | 'next' | 'first' | 'last') => void;
  readonly onAction: (action: 'reject' | 'annotate') => void;
  readonly onLook: (column: number | undefined) => void;
  readonly onClose: () => void;
}

const CHROME = 150;

/** One image, its labels and its heat map, as large as they fit. */
export class Lightbox {
  readonly element = element('dialog', { class: 'lightbox', 'aria-label': 'Enlarged image' });
  readonly #classes: readonly LabelClass[];
  readonly #source: PictureSource;
  readonly #largest: number;
  readonly #views: readonly PictureView[];
  readonly #marks: readonly HTMLElement[];
  readonly #figures: readonly HTMLElement[];
  readonly #panels = element('div', { class: 'panels' });
  readonly #title = element('h2', {});
  readonly #facts = element('span', { class: 'facts' });
  readonly #under = element('p', { class: 'under', role: 'status' });
  readonly #shares = element('ul', { class: 'shares' });
  readonly #reject;
  readonly #previous;
  readonly #next;
  readonly #events: LightboxEvents;
  /** The pixel under the pointer; it stays while the image under a resting pointer changes. */
  #pointed: { readonly x: number; readonly y: number } | undefined;

  constructor(
    source: PictureSource,
    {
      classes,
      largestUncertainty,
      canAnnotate,
    }: { classes: readonly LabelClass[]; largestUncertainty: number; canAnnotate: boolean },
    events: LightboxEvents,
  ) {
    this.#classes = classes;
    this.#source = source;
    this.#largest = largestUncertainty;
    this.#events = events;
    this.#views = [0, 1, 2].map(() => new PictureView(source, () => this.#tellPointed()));
    this.#marks = this.#views.map(() => element('div', { class: 'mark', hidden: '' }));
    this.#figures = this.#views.map((view, i) => {
      const frame = element('div', { class: 'frame' }, view.element, this.#marks[i]!);
      frame.addEventListener('pointermove', (event) => this.#point(event, frame));
      frame.addEventListener('pointerleave', () => this.#unpoint());
      return element('figure', {}, frame, element('figcaption', {}, ['Image', 'Labels', 'Uncertainty'][i]!));
    });
    this.#panels.append(...this.#figures);
    this.#previous = iconButton(icon('previous'), 'Previous image', () => events.onKey('previous'), 'Previous (←)');
    this.#next = iconButton(icon('next'), 'Next image', () => events.onKey('next'), 'Next (→)');
    this.#reject = textButton('Reject', () => events.onAction('reject'));
    const annotate = textButton('Annotate', () => events.onAction('annotate'), {
      primary: true,
      tooltip: 'Make a sample of this image and open it (A)',
    });
    annotate.element.hidden = !canAnnotate;
    const close = textButton('Close', () => this.close(), { tooltip: 'Back to all images (Esc)' });
    this.element.append(
      element(
        'header',
        {},
        this.#previous.element,
        this.#next.element,
        this.#title,
        this.#facts,
        element('span', { class: 'spacer' }),
        annotate.element,
        this.#reject.element,
        close.element,
      ),
      this.#panels,
      element('footer', {}, this.#under, this.#shares),
    );
    this.element.tabIndex = -1;
    this.element.addEventListener('keydown', (event) => this.#pressed(event));
    this.element.addEventListener('close', () => {
      for (const view of this.#views) view.clear();
      this.#unpoint();
      events.onClose();
    });
    // A click beside the pictures leads back.
    this.#panels.addEventListener('click', ({ target }) => {
      if (target === this.#panels) this.close();
    });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  get isOpen(): boolean {
    return this.element.open;
  }

  show({ id, index, total, score, fate, annotated, shares }: LightboxContent): void {
    if (!this.element.open) {
      this.element.showModal();
      this.element.focus();
    }
    setText(this.#title, idText(id));
    const said = fateText(fate);
    const facts = [
      `${countText(index + 1)} of ${countText(total)}`,
      `uncertainty ${scoreText(score)}`,
      ...(said === undefined ? [] : [said]),
      ...(annotated ? ['has a sample'] : []),
    ];
    setText(this.#facts, facts.join(' · '));
    this.#reject.setLabel(
      fate === REJECTED ? 'Take Back' : 'Reject',
      fate === REJECTED ? 'Take the rejection back (X)' : 'Leave it out of exports (X)',
    );
    this.element.classList.toggle('rejected', fate === REJECTED);
    this.#previous.setDisabled(index === 0);
    this.#next.setDisabled(index === total - 1);
    const { width } = this.#source;
    this.#views[0]!.set(id, { image: true, map: undefined }, width);
    this.#views[1]!.set(id, { image: false, map: 'labels' }, width);
    this.#views[2]!.set(id, { image: false, map: 'uncertainty' }, width);
    for (const view of this.#views) view.load();
    this.#tellPointed();
    this.#fit();
    const ranked = this.#classes
      .map(({ name, colour }, column) => ({ name, colour, column, share: shares[column]! }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share);
    this.#shares.replaceChildren(
      ...ranked.map(({ name, colour, column, share }) => {
        const swatch = element('span', { class: 'swatch' });
        swatch.style.backgroundColor = colour;
        const item = element(
          'li',
          {},
          swatch,
          element('span', {}, name),
          element('span', { class: 'count' }, shareText(share)),
        );
        item.addEventListener('pointerenter', () => this.#events.onLook(column));
        item.addEventListener('pointerleave', () => this.#events.onLook(undefined));
        return item;
      }),
    );
  }

  repaint(): void {
    for (const view of this.#views) view.repaint();
  }

  close(): void {
    this.element.close();
  }

  /** Three beside each other, or below each other where that makes them larger. */
  #fit(): void {
    if (!this.element.open) return;
    const { width, height } = this.#source;
    const wide = this.element.clientWidth - 32;
    const high = this.element.clientHeight - CHROME;
    const gap = 12;
    const beside = Math.min((wide - 2 * gap) / 3 / width, (high - 24) / height);
    const below = Math.min(wide / width, (high - 2 * gap - 72) / 3 / height);
    const scale = Math.max(24 / width, beside, below);
    this.#panels.classList.toggle('below', below > beside);
    // Whole multiples keep pixels square and even, where there is room for them.
    const even = scale >= 2 ? Math.floor(scale) : scale;
    this.#panels.style.setProperty('--width', `${Math.floor(width * even)}px`);
    this.#panels.style.setProperty('--height', `${Math.floor(height * even)}px`);
  }

  #point(event: PointerEvent, frame: HTMLElement): void {
    const box = frame.getBoundingClientRect();
    const { width, height } = this.#source;
    this.#pointed = {
      x: Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width))),
      y: Math.min(height - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height))),
    };
    this.#tellPointed();
  }

  #unpoint(): void {
    this.#pointed = undefined;
    this.#tellPointed();
  }

  /** What is known of the pixel under the pointer: its class and uncertainty once their maps are there. */
  #tellPointed(): void {
    for (const mark of this.#marks) mark.hidden = this.#pointed === undefined;
    if (this.#pointed === undefined) {
      setText(this.#under, 'Point at a pixel to see its class. ← → next image · X reject · A annotate · Esc back');
      return;
    }
    const { x, y } = this.#pointed;
    const { width, height } = this.#source;
    const id = this.#views[1]!.map?.data[y * width + x];
    const grey = this.#views[2]!.map?.data[y * width + x];
    const name =
      id === undefined
        ? ''
        : id === 255
          ? 'not labelled'
          : (this.#classes.find((each) => each.id === id)?.name ?? `class ${id}`);
    const nats = grey === undefined ? '' : `uncertainty ${((grey / 255) * this.#largest).toFixed(2)}`;
    setText(this.#under, [name, nats, `x ${x}, y ${y}`].filter((part) => part !== '').join(' · '));
    for (const mark of this.#marks) {
      mark.style.left = `${((x + 0.5) / width) * 100}%`;
      mark.style.top = `${((y + 0.5) / height) * 100}%`;
    }
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowUp':
      case 'PageUp':
        this.#events.onKey('previous');
        break;
      case 'ArrowRight':
      case 'ArrowDown':
      case 'PageDown':
        this.#events.onKey('next');
        break;
      case 'Home':
        this.#events.onKey('first');
        break;
      case 'End':
        this.#events.onKey('last');
        break;
      case 'x':
      case 'Delete':
        this.#events.onAction('reject');
        break;
      case 'a':
        this.#events.onAction('annotate');
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
