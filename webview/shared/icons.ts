// Drawn for this extension, on a grid of 16 × 16, in the colour of the text around them.

interface Shape {
  /** Path data. */
  readonly d: string;
  readonly filled?: true;
}

const stroke = (...paths: readonly string[]): readonly Shape[] => paths.map((d) => ({ d }));
const solid = (d: string): Shape => ({ d, filled: true });

const ICONS = {
  brush: [
    ...stroke('M13.5 2.5 7.6 8.9'),
    solid('M6.6 8.6 8.2 10.2C8.3 12.6 6.4 14 2.5 13.6 3.7 12.8 3.4 11.8 3.8 10.5 4.2 9.2 5.4 8.5 6.6 8.6Z'),
  ],
  eraser: stroke('M9.2 2.8 13.4 7 7.6 12.8H5L2.6 10.4 9.2 2.8ZM5.6 7 10 11.2', 'M6.5 13.2H14'),
  polygon: [
    ...stroke('M4 3.5 12.5 5.5 11 12.5 3.5 11Z'),
    solid('M2.6 2.1h2.8v2.8H2.6zM11.1 4.1h2.8v2.8h-2.8zM9.6 11.1h2.8v2.8H9.6zM2.1 9.6h2.8v2.8H2.1z'),
  ],
  lasso: stroke(
    'M8 2.5C11.3 2.5 13.8 4.1 13.8 6.2 13.8 8.3 11.3 10 8 10 4.7 10 2.2 8.3 2.2 6.2 2.2 4.1 4.7 2.5 8 2.5Z',
    'M4.6 9.2C3.2 10.2 4 11.6 5.4 11.2 6.4 10.9 6.1 9.9 5.2 9.6M4.6 11.3C4.8 12.6 4.2 13.4 3.2 13.8',
  ),
  fill: [
    ...stroke('M6.5 3 12 8.5 7.2 13.2 2.3 8.3 8 2.6', 'M2.8 8.5H11.6'),
    solid('M13.6 10.4C14.3 11.5 14.7 12.1 14.7 12.7A1.2 1.2 0 0 1 12.4 12.7C12.4 12.1 12.9 11.5 13.6 10.4Z'),
  ],
  wand: [
    ...stroke('M2.5 13.5 9 7'),
    solid('M11 1.5 11.7 4.3 14.5 5 11.7 5.7 11 8.5 10.3 5.7 7.5 5 10.3 4.3Z'),
    solid('M4.5 2 4.9 3.6 6.5 4 4.9 4.4 4.5 6 4.1 4.4 2.5 4 4.1 3.6Z'),
  ],
  superpixels: stroke(
    'M5 2.5 8 4.2V7.6L5 9.3 2 7.6V4.2Z',
    'M11 2.5 14 4.2V7.6L11 9.3 8 7.6',
    'M8 7.6 11 9.3 11 12.2 8 13.9 5 12.2V9.3',
  ),
  accept: [
    ...stroke('M2.5 8.5 6 12 13.5 4'),
    solid('M12.5 9.5 13 11.3 14.8 11.8 13 12.3 12.5 14.1 12 12.3 10.2 11.8 12 11.3Z'),
  ],
  circle: stroke('M8 3A5 5 0 1 1 7.99 3Z'),
  square: stroke('M3.5 3.5H12.5V12.5H3.5Z'),
  fillStroke: [...stroke('M8 2.5A5.5 5.5 0 1 1 7.99 2.5Z'), solid('M8 4.6A3.4 3.4 0 1 1 7.99 4.6Z')],
  subtract: stroke('M2.5 2.5H9.5V9.5H2.5Z', 'M9.5 12.5H14.5'),
  everywhere: [solid('M2 2h4.5v4.5H2zM9.5 9.5H14V14H9.5z'), ...stroke('M9.5 2.5H13.5V6.5H9.5ZM2.5 9.5H6.5V13.5H2.5Z')],
  replace: stroke('M2.5 5.5H11.5M9 3 11.5 5.5 9 8', 'M13.5 10.5H4.5M7 8 4.5 10.5 7 13'),
  zoomIn: stroke('M7 2.5A4.5 4.5 0 1 1 6.99 2.5Z', 'M10.3 10.3 14 14M7 5V9M5 7H9'),
  zoomOut: stroke('M7 2.5A4.5 4.5 0 1 1 6.99 2.5Z', 'M10.3 10.3 14 14M5 7H9'),
  zoomFit: stroke('M2.5 6V2.5H6M10 2.5H13.5V6M13.5 10V13.5H10M6 13.5H2.5V10'),
  locked: [...stroke('M5.3 7V5.2A2.7 2.7 0 0 1 10.7 5.2V7'), solid('M3.8 7H12.2V13.2H3.8Z')],
  unlocked: stroke('M5.3 7V4.7A2.7 2.7 0 0 1 10.6 4.1', 'M3.8 7H12.2V13.2H3.8Z'),
  shown: [
    ...stroke(
      'M1.5 8C3.2 5.1 5.4 3.7 8 3.7 10.6 3.7 12.8 5.1 14.5 8 12.8 10.9 10.6 12.3 8 12.3 5.4 12.3 3.2 10.9 1.5 8Z',
    ),
    solid('M8 6A2 2 0 1 1 7.99 6Z'),
  ],
  hidden: stroke(
    'M1.5 8C3.2 5.1 5.4 3.7 8 3.7 10.6 3.7 12.8 5.1 14.5 8 12.8 10.9 10.6 12.3 8 12.3 5.4 12.3 3.2 10.9 1.5 8Z',
    'M3 13.5 13 2.5',
  ),
  more: [solid('M3.2 6.9A1.1 1.1 0 1 1 3.19 6.9ZM8 6.9A1.1 1.1 0 1 1 7.99 6.9ZM12.8 6.9A1.1 1.1 0 1 1 12.79 6.9Z')],
  add: stroke('M8 3V13M3 8H13'),
  previous: stroke('M10 3 5 8 10 13'),
  next: stroke('M6 3 11 8 6 13'),
  check: stroke('M2.5 8.5 6 12 13.5 4'),
  discard: stroke('M3 4.5H13M6 4.5V2.8H10V4.5M4.3 4.5 5 13.2H11L11.7 4.5M6.8 7V11M9.2 7V11'),
  restore: stroke('M3 7.5A5 5 0 1 1 4.6 11.6M3 3.5V7.5H7'),
  panel: [...stroke('M2 3H14V13H2Z'), solid('M10 3H14V13H10Z')],
  info: [...stroke('M8 1.8A6.2 6.2 0 1 1 7.99 1.8Z', 'M8 7.2V11.5'), solid('M8 4.2A.9.9 0 1 1 7.99 4.2Z')],
  rest: [...stroke('M2.5 2.5H13.5V13.5H2.5Z'), solid('M2.5 13.5 13.5 2.5V13.5Z')],
} as const satisfies Record<string, readonly Shape[]>;
export type IconName = keyof typeof ICONS;

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [attribute, value] of Object.entries({ class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }))
    svg.setAttribute(attribute, value);
  const shapes: readonly Shape[] = ICONS[name];
  for (const { d, filled } of shapes) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', filled ? 'filled' : 'line');
    svg.append(path);
  }
  return svg;
}
