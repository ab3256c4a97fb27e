import { rgbOf, type LabelClass } from '../classes.ts';
import { html, type Html } from './html.ts';

/** A square of a class's colour: a picture and not a background, so that it is printed too. */
export function swatch(colour: string): Html {
  return html`<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">
    <rect x=".5" y=".5" width="13" height="13" rx="3" fill="${colour}" stroke="var(--outline)" />
  </svg>`;
}

/** The colours of the classes by name. */
export function legend(classes: readonly LabelClass[]): Html {
  const items = classes.map(({ name, colour }) => html`<li>${swatch(colour)}${name}</li>`);
  return html`<ul class="legend" aria-label="Colours of the classes">
    ${items}
  </ul>`;
}

/** Red, green and blue of every id; grey for ids that no class has, 255 ("not labelled") among them. */
export function classPalette(classes: readonly LabelClass[]): readonly (readonly [number, number, number])[] {
  const colours = new Map(classes.map(({ id, colour }) => [id, rgbOf(colour)]));
  return Array.from({ length: 256 }, (_, id) => colours.get(id) ?? [128, 128, 128]);
}
