import { element, setShown, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { REJECTED } from './galleryRows.ts';
import type { Mode } from './galleryState.ts';
import { PictureView, type Layers, type PictureSource } from './pictureView.ts';
import { fateText, idText, scoreText } from './texts.ts';

/** What a cell says of an image. */
export interface CellContent {
  readonly id: number;
  readonly score: number;
  readonly fate: number;
  readonly annotated: boolean;
  readonly mode: Mode;
  /** Width of its map in real pixels. */
  readonly mapWidth: number;
  /** Its index in the grid, from 0. */
  readonly index: number;
  readonly column: number;
  readonly active: boolean;
}

const image: Layers = { image: true, map: undefined };
const labels: Layers = { image: false, map: 'labels' };
const layersOf: Readonly<Record<Mode, readonly Layers[]>> = {
  image: [image],
  labels: [labels],
  overlay: [{ image: true, map: 'labels' }],
  uncertainty: [{ image: true, map: 'uncertainty' }],
  'side by side': [image, labels, { image: false, map: 'uncertainty' }],
};

/** How many pictures stand in a cell. */
export function picturesOf(mode: Mode): number {
  return layersOf[mode].length;
}

export class GalleryCell {
  readonly element: HTMLElement;
  readonly #source: PictureSource;
  readonly #pictures = element('div', { class: 'pictures' });
  readonly #views: PictureView[] = [];
  readonly #number = element('span', { class: 'number' });
  readonly #tag = element('span', { class: 'tag' });
  readonly #pencil = element('span', { class: 'pencil', title: 'There is a sample of this image' }, icon('brush'));
  readonly #score = element('span', { class: 'score' });
  readonly #reject = element('button', { class: 'on-cell', type: 'button', tabindex: '-1', 'data-action': 'reject' });
  #rejected: boolean | undefined;

  constructor(source: PictureSource, canAnnotate: boolean) {
    this.#source = source;
    const annotate = element(
      'button',
      {
        class: 'on-cell',
        type: 'button',
        tabindex: '-1',
        'data-action': 'annotate',
        title: 'Annotate (A)',
        'aria-label': 'Annotate',
      },
      icon('brush'),
    );
    annotate.hidden = !canAnnotate;
    this.element = element(
      'div',
      { class: 'cell', role: 'gridcell' },
      this.#pictures,
      element('div', { class: 'actions' }, annotate, this.#reject),
      this.#tag,
      element('div', { class: 'caption' }, this.#number, this.#pencil, this.#score),
    );
  }

  show(content: CellContent): void {
    const { id, score, fate, annotated, mode, mapWidth, index, column, active } = content;
    const layers = layersOf[mode];
    while (this.#views.length < layers.length) {
      const view = new PictureView(this.#source);
      this.#views.push(view);
      this.#pictures.append(view.element);
    }
    this.#views.forEach((view, i) => {
      const shown = layers[i];
      setShown(view.element, shown !== undefined);
      if (shown === undefined) view.clear();
      else view.set(id, shown, mapWidth);
    });
    const { dataset, classList } = this.element;
    dataset['id'] = String(id);
    dataset['index'] = String(index);
    this.element.id = `cell-${index}`;
    this.element.setAttribute('aria-colindex', String(column + 1));
    this.element.setAttribute('aria-selected', String(active));
    const said = fateText(fate);
    this.element.setAttribute(
      'aria-label',
      `Image ${id}, uncertainty ${scoreText(score)}${said === undefined ? '' : `, ${said}`}${annotated ? ', has a sample' : ''}`,
    );
    classList.toggle('active', active);
    classList.toggle('rejected', fate === REJECTED);
    classList.toggle('left-out', said !== undefined);
    setText(this.#number, idText(id));
    setText(this.#score, scoreText(score));
    setText(this.#tag, said ?? '');
    setShown(this.#tag, said !== undefined);
    setShown(this.#pencil, annotated);
    this.#setRejected(fate === REJECTED);
  }

  load(): void {
    for (const view of this.#views) view.load();
  }

  repaint(): void {
    for (const view of this.#views) view.repaint();
  }

  clear(): void {
    for (const view of this.#views) view.clear();
    // Another cell may bear the name now.
    for (const name of ['id', 'data-id', 'data-index']) this.element.removeAttribute(name);
    this.element.classList.remove('active');
  }

  #setRejected(rejected: boolean): void {
    if (rejected === this.#rejected) return;
    this.#rejected = rejected;
    this.#reject.replaceChildren(icon(rejected ? 'restore' : 'discard'));
    const name = rejected ? 'Take back' : 'Reject';
    this.#reject.title = `${name} (X)`;
    this.#reject.setAttribute('aria-label', name);
  }
}
