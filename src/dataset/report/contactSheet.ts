import type { LabelClass } from '../classes.ts';
import { pixelsPerId, type LabelMap } from '../labelMap.ts';
import { encodePalettePng, encodeRgbPng } from '../png.ts';
import { heatMap, heatScale } from './heatMap.ts';
import { html, type Html } from './html.ts';
import { classPalette } from './legend.ts';
import { scoreText, shareText, valueText } from './numbers.ts';
import type { ReportImage } from './reportData.ts';

/** What all pictures of a report have in common. */
export interface SheetStyle {
  readonly classes: readonly LabelClass[];
  /** The uncertainty that has the lightest colour, in nats; one for all images, so that they can be compared. */
  readonly heatTop: number;
}

/** Image, labels and uncertainty side by side, for each of the images. */
export function contactSheet(images: readonly ReportImage[], { classes, heatTop }: SheetStyle): Html {
  const palette = classPalette(classes);
  const cards = images.map(({ id, score, fate, image, labels, uncertainty }) => {
    const { width, height } = image;
    // Pixels of small images are shown as they are; large ones look better smoothed.
    const pixels = Math.max(width, height) <= 128 ? 'pixels' : 'smooth';
    const picture = (png: Uint8Array, alt: string): Html =>
      html`<img class="${pixels}" width="${width}" height="${height}" alt="${alt}" src="${dataUri(png)}" />`;
    const labelPng = encodePalettePng({ ...labels, palette });
    return html` <li>
      <figure>
        <div class="triple">
          <div class="overlaid">${picture(encodeRgbPng(image), `Image ${id}`)}${picture(labelPng, '')}</div>
          ${picture(labelPng, `Labels of image ${id}: ${labelText(labels, classes)}`)}
          ${picture(encodePalettePng(heatMap(uncertainty, width, height, heatTop)), `Uncertainty of image ${id}`)}
        </div>
        <figcaption>
          <span class="id">${idText(id)}</span>${fate !== 'kept' && html` <span class="tag">${fate}</span>`}
          <span class="score">${scoreText(score)}</span>
        </figcaption>
      </figure>
    </li>`;
  });
  return html`<ul class="sheet">
    ${cards}
  </ul>`;
}

/** The colours of the heat maps with both ends. */
export function heatLegend(heatTop: number): Html {
  const png = dataUri(encodePalettePng(heatScale()));
  return html`<p class="heat">
    <span>certain</span>
    <img src="${png}" alt="Colours of uncertainty from 0 to ${valueText(heatTop)} nats" width="256" height="1" />
    <span>uncertain</span> <span class="muted">(0 to ${valueText(heatTop)} nats and more)</span>
  </p>`;
}

/**
 * The uncertainty above which one pixel in a hundred lies; 0 where nothing is uncertain. The largest pixel of all would
 * leave the calm images, which are most, in the dark.
 */
export function heatTopOf(images: readonly ReportImage[]): number {
  const all = Float32Array.from(images.flatMap(({ uncertainty }) => [...uncertainty])).sort();
  return (all[Math.floor(0.99 * all.length)] ?? 0) || (all.at(-1) ?? 0);
}

/** The largest classes in words, for those who can't see the colours. */
function labelText(labels: LabelMap, classes: readonly LabelClass[]): string {
  const counts = pixelsPerId(labels);
  return classes
    .map(({ id, name }) => ({ name, count: counts[id]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 6)
    .map(({ name, count }) => `${name} ${shareText(count / labels.data.length)}`)
    .join(', ');
}

function idText(id: number): string {
  return String(id).padStart(6, '0');
}

function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}`;
}
