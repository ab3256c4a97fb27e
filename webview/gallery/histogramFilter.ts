import { element, setText } from '../shared/dom.ts';
import { binRange, type ScoreHistogram } from './scoreHistogram.ts';
import { scoreText } from './texts.ts';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 100;

/** How uncertain the images are, as bars, with two handles that leave some of them out. */
export class HistogramFilter {
  readonly element: HTMLElement;
  readonly #bars = document.createElementNS(SVG, 'svg');
  readonly #cut = element('div', { class: 'cut' });
  readonly #low: HTMLInputElement;
  readonly #high: HTMLInputElement;
  readonly #text = element('span', { class: 'range-text' });
  readonly #onChange: (from: number | undefined, to: number | undefined) => void;
  #histogram: ScoreHistogram | undefined;

  /** @param onChange both ends in nats; undefined is open */
  constructor(onChange: (from: number | undefined, to: number | undefined) => void) {
    this.#onChange = onChange;
    const handle = (name: string): HTMLInputElement => {
      const input = element('input', { type: 'range', class: 'handle', min: '0', step: '1', 'aria-label': name });
      input.addEventListener('input', () => this.#moved(input));
      return input;
    };
    this.#low = handle('Least uncertainty');
    this.#high = handle('Greatest uncertainty');
    this.#bars.setAttribute('class', 'bars');
    this.#bars.setAttribute('preserveAspectRatio', 'none');
    this.#bars.setAttribute('aria-hidden', 'true');
    const drawing = element('div', { class: 'drawing' }, this.#bars, this.#cut, this.#low, this.#high);
    drawing.addEventListener('dblclick', () => this.#onChange(undefined, undefined));
    this.element = element(
      'div',
      {
        class: 'histogram',
        role: 'group',
        'aria-label': 'Filter by uncertainty',
        title: 'Drag the handles to see images of that uncertainty only; double-click for all',
      },
      drawing,
      element('div', { class: 'range' }, element('span', {}, 'Uncertainty'), this.#text),
    );
  }

  set(
    histogram: ScoreHistogram,
    from: number | undefined,
    to: number | undefined,
    threshold: number | undefined,
  ): void {
    if (histogram !== this.#histogram) this.#draw(histogram);
    this.#histogram = histogram;
    const { edges } = histogram;
    const bins = edges.length - 1;
    const { first, end } = binRange(edges, from, to);
    for (const input of [this.#low, this.#high]) input.max = String(bins);
    this.#low.value = String(first);
    this.#high.value = String(end);
    // Where both handles meet at the right end, the lower one must be the one that can be taken.
    this.#low.classList.toggle('on-top', first > bins / 2);
    this.#low.setAttribute('aria-valuetext', scoreText(edges[first]!));
    this.#high.setAttribute('aria-valuetext', scoreText(edges[end]!));
    setText(this.#text, `${scoreText(edges[first]!)} – ${scoreText(edges[end]!)}`);
    this.#bars.querySelectorAll('rect').forEach((bar) => {
      const bin = Number(bar.getAttribute('data-bin'));
      bar.classList.toggle('outside', bin < first || bin >= end);
    });
    const span = edges[bins]! - edges[0]!;
    const width = edges[1]! - edges[0]!;
    // The last bin may reach further than its width says.
    const at = threshold === undefined ? -1 : Math.min(1, (threshold - edges[0]!) / Math.min(span, width * bins));
    this.#cut.hidden = at < 0;
    this.#cut.style.left = `${100 * at}%`;
    if (threshold !== undefined) this.#cut.title = `The filter drops images from ${scoreText(threshold)} on`;
  }

  #draw({ kept, leftOut, most }: ScoreHistogram): void {
    const bins = kept.length;
    this.#bars.setAttribute('viewBox', `0 0 ${bins} ${HEIGHT}`);
    const bars: SVGRectElement[] = [];
    const bar = (bin: number, from: number, count: number, kind: string): void => {
      if (count === 0) return;
      const rect = document.createElementNS(SVG, 'rect');
      // A square root: a bin with few images is still seen.
      const scale = (value: number): number => HEIGHT * Math.sqrt(value / most);
      const attributes = {
        x: bin + 0.08,
        width: 0.84,
        y: HEIGHT - scale(from + count),
        height: scale(from + count) - scale(from),
        class: kind,
        'data-bin': bin,
      };
      for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, String(value));
      bars.push(rect);
    };
    for (let bin = 0; bin < bins; bin++) {
      bar(bin, 0, kept[bin]!, 'kept');
      bar(bin, kept[bin]!, leftOut[bin]!, 'left-out');
    }
    this.#bars.replaceChildren(...bars);
  }

  #moved(input: HTMLInputElement): void {
    const histogram = this.#histogram;
    if (histogram === undefined) return;
    const bins = histogram.edges.length - 1;
    let first = this.#low.valueAsNumber;
    let end = this.#high.valueAsNumber;
    // One bin stays at least.
    if (input === this.#low) first = Math.min(first, end - 1);
    else end = Math.max(end, first + 1);
    this.#onChange(first === 0 ? undefined : histogram.edges[first]!, end === bins ? undefined : histogram.edges[end]!);
  }
}
