import type { LabelClass } from '../../src/dataset/classes.ts';
import { element } from '../shared/dom.ts';
import { roveFocus } from '../shared/rovingFocus.ts';
import { countText } from './texts.ts';

export interface ClassFilterEvents {
  /** Columns of the classes that an image must contain. */
  readonly onChange: (columns: readonly number[]) => void;
  /** The class under the pointer or the focus, to be seen alone. */
  readonly onLook: (column: number | undefined) => void;
}

/** The legend, each class of which is a button: pressed, only images that contain the class are shown. */
export class ClassFilter {
  readonly element = element('div', {
    class: 'classes',
    role: 'toolbar',
    'aria-label': 'Show images that contain a class',
  });
  readonly #buttons: HTMLButtonElement[];
  readonly #counts: HTMLElement[];
  #pressed = new Set<number>();

  constructor(classes: readonly LabelClass[], { onChange, onLook }: ClassFilterEvents) {
    this.#counts = classes.map(() => element('span', { class: 'count' }));
    this.#buttons = classes.map(({ name, colour }, column) => {
      const swatch = element('span', { class: 'swatch' });
      swatch.style.backgroundColor = colour;
      const button = element(
        'button',
        { type: 'button', class: 'class' },
        swatch,
        element('span', { class: 'name' }, name),
        this.#counts[column]!,
      );
      button.addEventListener('click', () => {
        const next = new Set(this.#pressed);
        if (!next.delete(column)) next.add(column);
        onChange([...next].sort((a, b) => a - b));
      });
      button.addEventListener('pointerenter', () => onLook(column));
      button.addEventListener('pointerleave', () => onLook(undefined));
      button.addEventListener('focus', () => {
        if (button.matches(':focus-visible')) onLook(column);
      });
      button.addEventListener('blur', () => onLook(undefined));
      return button;
    });
    this.element.append(...this.#buttons);
    roveFocus(this.element, () => this.#buttons, { vertical: false });
  }

  /** @param imagesWith how many images contain each class */
  set(columns: readonly number[], imagesWith: ArrayLike<number>): void {
    this.#pressed = new Set(columns);
    this.#buttons.forEach((button, column) => {
      const count = imagesWith[column] ?? 0;
      button.setAttribute('aria-pressed', String(this.#pressed.has(column)));
      button.title = `${countText(count)} images contain it. Click to see only those.`;
      this.#counts[column]!.textContent = countText(count);
    });
  }
}
