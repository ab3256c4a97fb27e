import { element } from '../shared/dom.ts';
import type { Palette } from './galleryState.ts';
import { paint, type GreyMap, type GreyPictures } from './greyPictures.ts';
import { pictureAddress } from './pictureAddresses.ts';
import type { TaskQueue } from './taskQueue.ts';

/** What a view shows: the image, and over it (or without it) the labels or the heat map. */
export interface Layers {
  readonly image: boolean;
  readonly map: 'labels' | 'uncertainty' | undefined;
}

/** What all views of a gallery share. */
export interface PictureSource {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly greys: GreyPictures;
  readonly queue: TaskQueue;
  palette: Palette;
}

/** One picture of one data set's image. Nothing is loaded before `load`, and what is no longer wanted is abandoned. */
export class PictureView {
  readonly element = element('div', { class: 'picture' });
  readonly #image = element('img', { alt: '', draggable: 'false' });
  readonly #canvas = element('canvas', { hidden: '' });
  readonly #source: PictureSource;
  readonly #onMap: () => void;
  #id: number | undefined;
  #layers: Layers = { image: false, map: undefined };
  #mapWidth = 0;
  #wanted = new AbortController();
  #map: GreyMap | undefined;

  /** @param onMap its map has loaded */
  constructor(source: PictureSource, onMap: () => void = () => undefined) {
    this.#source = source;
    this.#onMap = onMap;
    this.#image.decoding = 'async';
    this.#image.hidden = true;
    // The picture of the image before must not stand under this one's name.
    this.#image.addEventListener('load', () => (this.#image.hidden = false));
    this.#image.addEventListener('error', () => this.element.classList.add('missing'));
    this.element.append(this.#image, this.#canvas);
  }

  /** The values under the cursor, once they are there. */
  get map(): GreyMap | undefined {
    return this.#map;
  }

  /** @param mapWidth of the painted map, in real pixels; more than the picture has gives no more */
  set(id: number, layers: Layers, mapWidth: number): void {
    const width = Math.max(1, Math.min(this.#source.width, Math.round(mapWidth)));
    if (
      id === this.#id &&
      layers.image === this.#layers.image &&
      layers.map === this.#layers.map &&
      width === this.#mapWidth
    )
      return;
    const sameImage = id === this.#id && layers.image === this.#layers.image;
    const sameMap = id === this.#id && layers.map === this.#layers.map && width === this.#mapWidth;
    this.#id = id;
    this.#layers = layers;
    this.#mapWidth = width;
    this.element.classList.remove('missing');
    if (!sameImage) this.#dropImage();
    if (!sameMap) this.#dropMap();
  }

  clear(): void {
    this.#id = undefined;
    this.#dropImage();
    this.#dropMap();
  }

  load(): void {
    const { uri, width, height, greys, queue } = this.#source;
    const id = this.#id;
    if (id === undefined) return;
    if (this.#layers.image && !this.#image.hasAttribute('src')) this.#image.src = pictureAddress(uri, 'images', id);
    const kind = this.#layers.map;
    if (kind === undefined || this.#map !== undefined) return;
    const { signal } = this.#wanted;
    const mapHeight = Math.max(1, Math.round((this.#mapWidth * height) / width));
    const address = pictureAddress(uri, kind, id);
    const show = (map: GreyMap | undefined): void => {
      if (map === undefined || signal.aborted) return;
      this.#map = map;
      this.repaint();
      this.#onMap();
    };
    const there = greys.peek(address, this.#mapWidth, mapHeight);
    if (there !== undefined) {
      show(there);
      return;
    }
    greys.read(address, this.#mapWidth, mapHeight, signal).then(
      (map) => queue.add(() => show(map)),
      () => {
        if (!signal.aborted) this.element.classList.add('missing');
      },
    );
  }

  /** In the colours of now. */
  repaint(): void {
    if (this.#map === undefined || this.#layers.map === undefined) return;
    const { labels, heat } = this.#source.palette;
    paint(this.#canvas, this.#map, this.#layers.map === 'labels' ? labels : heat);
    this.#canvas.hidden = false;
  }

  #dropImage(): void {
    this.#image.hidden = true;
    this.#image.removeAttribute('src');
  }

  #dropMap(): void {
    this.#wanted.abort();
    this.#wanted = new AbortController();
    this.#map = undefined;
    this.#canvas.hidden = true;
  }
}
