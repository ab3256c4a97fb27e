import type { LabelClass } from '../../src/dataset/classes.ts';
import { element, setText } from '../shared/dom.ts';
import { roveFocus } from '../shared/rovingFocus.ts';
import { dropdown, slider, textButton } from '../toolkit.ts';
import { LARGEST_CELL, MODES, SMALLEST_CELL, type GalleryLooks, type Mode } from './galleryState.ts';
import { SHOWN, type Order, type Query, type Shown } from './query.ts';

export interface ToolbarEvents {
  readonly onMode: (mode: Mode) => void;
  readonly onSize: (size: number) => void;
  readonly onOpacity: (opacity: number) => void;
  readonly onShow: (shown: Shown) => void;
  readonly onOrder: (order: Order) => void;
  readonly onReport: () => void;
  readonly onChooseDataSet: () => void;
}

const modeTexts: Readonly<Record<Mode, string>> = {
  image: 'Image',
  labels: 'Labels',
  overlay: 'Overlay',
  uncertainty: 'Uncertainty',
  'side by side': 'Side by Side',
};
const shownTexts: Readonly<Record<Shown, string>> = {
  all: 'All images',
  kept: 'Kept',
  dropped: 'Dropped by the filter',
  rejected: 'Rejected by hand',
};
const plainOrders: readonly (readonly [string, string, Order])[] = [
  ['number', 'By number', { by: 'number', descending: false }],
  ['uncertain', 'Most uncertain first', { by: 'uncertainty', descending: true }],
  ['certain', 'Least uncertain first', { by: 'uncertainty', descending: false }],
];

/** Modes, sizes, order and what is shown. */
export class GalleryToolbar {
  readonly element: HTMLElement;
  readonly #modes: ReadonlyMap<Mode, HTMLElement>;
  readonly #size;
  readonly #opacity;
  readonly #show;
  readonly #order;
  readonly #orders: readonly (readonly [string, string, Order])[];
  readonly #name = element('h1', {});

  constructor(classes: readonly LabelClass[], events: ToolbarEvents) {
    this.#modes = new Map(
      MODES.map((mode) => {
        const button = element('button', { type: 'button', class: 'segment', role: 'radio' }, modeTexts[mode]);
        button.addEventListener('click', () => events.onMode(mode));
        return [mode, button];
      }),
    );
    const modes = element(
      'div',
      { class: 'segments', role: 'radiogroup', 'aria-label': 'What is shown of an image' },
      ...this.#modes.values(),
    );
    roveFocus(modes, () => [...this.#modes.values()], { vertical: false });
    this.#size = slider(
      'Size',
      { min: SMALLEST_CELL, max: LARGEST_CELL, step: 8 },
      events.onSize,
      'Size of the pictures',
    );
    this.#opacity = slider(
      'Opacity',
      { min: 0, max: 100, step: 5 },
      (value) => events.onOpacity(value / 100),
      'Opacity of labels and heat maps over the image',
    );
    this.#show = dropdown<Shown>('Which images', events.onShow);
    this.#orders = [
      ...plainOrders,
      ...classes.map(
        ({ name }, column) => [`share ${column}`, `Most of ${name} first`, { by: 'share', column }] as const,
      ),
    ];
    this.#order = dropdown('Order', (chosen) => {
      const found = this.#orders.find(([value]) => value === chosen);
      if (found) events.onOrder(found[2]);
    });
    this.element = element(
      'header',
      { class: 'toolbar' },
      element(
        'div',
        { class: 'title' },
        this.#name,
        element('span', { class: 'spacer' }),
        textButton('Data Set…', events.onChooseDataSet, { tooltip: 'Show another data set of the project' }).element,
        textButton('Report', events.onReport, { tooltip: 'Show the report of this data set' }).element,
      ),
      element(
        'div',
        { class: 'controls' },
        modes,
        this.#opacity.element,
        this.#size.element,
        element('span', { class: 'spacer' }),
        this.#show.element,
        this.#order.element,
      ),
    );
  }

  set({ mode, size, opacity, query }: GalleryLooks): void {
    for (const [each, button] of this.#modes) button.setAttribute('aria-checked', String(each === mode));
    const shown = mode === 'uncertainty' ? opacity.uncertainty : opacity.overlay;
    const used = mode === 'overlay' || mode === 'uncertainty';
    this.#opacity.input.disabled = !used;
    this.#opacity.set(Math.round(100 * shown), used ? `${Math.round(100 * shown)} %` : '');
    this.#size.set(size, `${size} px`);
    this.#show.set(
      SHOWN.map((each) => [each, shownTexts[each]]),
      query.show,
    );
    this.#order.set(
      this.#orders.map(([value, text]) => [value, text]),
      this.#orderValue(query),
    );
  }

  setName(name: string): void {
    setText(this.#name, name);
  }

  #orderValue({ order }: Query): string {
    const same = (other: Order): boolean => JSON.stringify(other) === JSON.stringify(order);
    return this.#orders.find(([, , each]) => same(each))?.[0] ?? 'number';
  }
}
