import type { FromGallery, GalleryDataSet, GalleryFates, ToGallery } from '../../src/messages/galleryMessages.ts';
import type { PackedRows } from '../../src/messages/packedRows.ts';
import { createAnnouncer } from '../shared/announce.ts';
import { element, setShown, setText } from '../shared/dom.ts';
import { createStore } from '../shared/store.ts';
import { textButton } from '../toolkit.ts';
import { ClassFilter } from './classFilter.ts';
import { heatColours, heatTop, labelColours } from './colourTables.ts';
import { picturesOf } from './galleryCell.ts';
import { GalleryRows, KEPT, REJECTED } from './galleryRows.ts';
import { restoredLooks, type GalleryLooks } from './galleryState.ts';
import { GalleryToolbar } from './galleryToolbar.ts';
import { GreyPictures } from './greyPictures.ts';
import { HistogramFilter } from './histogramFilter.ts';
import { ImageGrid } from './imageGrid.ts';
import { Lightbox } from './lightbox.ts';
import type { PictureSource } from './pictureView.ts';
import { answer, EVERYTHING, isNarrowed, type Query } from './query.ts';
import { scoreHistogram, type ScoreHistogram } from './scoreHistogram.ts';
import { TaskQueue } from './taskQueue.ts';
import { countText, idText, imagesText } from './texts.ts';

const BINS = 48;
/** Under a picture: number, marks and uncertainty. */
const CAPTION = 20;
/** Below this width there is no room for it. */
const CAPTION_FROM = 88;

/** The gallery of one data set. */
export class Gallery {
  readonly element: HTMLElement;
  readonly #dataSet: GalleryDataSet;
  readonly #post: (message: FromGallery) => void;
  readonly #rows: GalleryRows;
  readonly #looks;
  readonly #source: PictureSource;
  readonly #toolbar: GalleryToolbar;
  readonly #classes: ClassFilter;
  readonly #histogramFilter: HistogramFilter;
  readonly #grid: ImageGrid;
  readonly #lightbox: Lightbox;
  readonly #summary = element('span', { class: 'summary' });
  readonly #empty = element('div', { class: 'empty' });
  readonly #emptyText = element('p', {});
  readonly #reset;
  readonly #announcer = createAnnouncer();
  readonly #onLooks: (looks: GalleryLooks) => void;
  #places: Uint32Array = new Uint32Array(0);
  #indexOfPlace = new Map<number, number>();
  #histogram: ScoreHistogram;
  /** What was rejected or taken back since the last question: it stays in sight. */
  #staying = new Set<number>();
  #heatOf = 0;

  constructor(
    dataSet: GalleryDataSet,
    rows: PackedRows,
    fates: GalleryFates,
    saved: unknown,
    post: (message: FromGallery) => void,
    onLooks: (looks: GalleryLooks) => void,
  ) {
    this.#dataSet = dataSet;
    this.#post = post;
    this.#onLooks = onLooks;
    const { classes, uri, width, height, name, canAnnotate } = dataSet;
    this.#rows = new GalleryRows(classes.length);
    this.#rows.setFates(fates);
    this.#rows.add(rows);
    this.#looks = createStore<GalleryLooks>(restoredLooks(saved, classes.length));
    this.#source = {
      uri,
      width,
      height,
      greys: new GreyPictures(),
      queue: new TaskQueue(),
      palette: { labels: labelColours(classes), heat: heatColours(255) },
    };
    const look = (column: number | undefined): void => this.#lookAt(column);
    this.#toolbar = new GalleryToolbar(classes, {
      onMode: (mode) => this.#looks.change({ mode }),
      onSize: (size) => this.#looks.change({ size }),
      onOpacity: (opacity) => {
        const { mode, opacity: before } = this.#looks.value;
        this.#looks.change({
          opacity: mode === 'uncertainty' ? { ...before, uncertainty: opacity } : { ...before, overlay: opacity },
        });
      },
      onShow: (show) => this.#ask({ show }),
      onOrder: (order) => this.#ask({ order }),
      onReport: () => post({ type: 'report' }),
      onChooseDataSet: () => post({ type: 'chooseDataSet' }),
    });
    this.#toolbar.setName(name);
    this.#classes = new ClassFilter(classes, { onChange: (contains) => this.#ask({ contains }), onLook: look });
    this.#histogramFilter = new HistogramFilter((from, to) => this.#ask({ from, to }));
    this.#grid = new ImageGrid(this.#source, canAnnotate, {
      onActive: (id) => {
        this.#looks.change({ active: id });
        this.#announceActive(id);
      },
      onEnlarge: (id) => this.#enlarge(id),
      onAction: (action, id) => this.#act(action, id),
      onScrolled: () => this.#looks.change({ anchor: this.#grid.anchor }),
    });
    this.#lightbox = new Lightbox(this.#source, dataSet, {
      onKey: (key) => this.#moveLightbox(key),
      onAction: (action) => {
        const { activeId } = this.#grid;
        if (activeId !== undefined) this.#act(action, activeId);
      },
      onLook: look,
      onClose: () => this.#grid.element.focus({ preventScroll: true }),
    });
    this.#reset = textButton('Show All Images', () =>
      this.#ask({ ...EVERYTHING, order: this.#looks.value.query.order }),
    );
    this.#empty.append(this.#emptyText, this.#reset.element);
    this.element = element(
      'div',
      { class: 'gallery' },
      this.#toolbar.element,
      element(
        'div',
        { class: 'filters' },
        element('div', { class: 'about' }, this.#summary, this.#classes.element),
        this.#histogramFilter.element,
      ),
      element('main', {}, this.#grid.element, this.#empty),
      this.#announcer.region,
      this.#lightbox.element,
    );
    this.#histogram = scoreHistogram(this.#rows, BINS);
    this.#looks.subscribe((now, before) => this.#looksChanged(now, before));
  }

  get looks(): GalleryLooks {
    return this.#looks.value;
  }

  /** Once the element stands in the document. */
  start(): void {
    const { active, anchor } = this.#looks.value;
    this.#rowsChanged(anchor);
    this.#grid.setActive(active, false);
    this.#grid.element.focus({ preventScroll: true });
  }

  dispose(): void {
    this.#grid.dispose();
    this.element.remove();
  }

  receive(message: Exclude<ToGallery, { type: 'dataSet' | 'problem' }>): void {
    switch (message.type) {
      case 'added':
        this.#rows.add(message.rows);
        this.#histogram = scoreHistogram(this.#rows, BINS);
        this.#rowsChanged(this.#grid.anchor);
        break;
      case 'fates':
        this.#rows.setFates(message.fates);
        this.#histogram = scoreHistogram(this.#rows, BINS);
        this.#fatesChanged();
        break;
      case 'reveal':
        this.reveal(message.id);
        break;
    }
  }

  reveal(id: number): void {
    const place = this.#rows.placeOf(id);
    if (place === undefined) return;
    if (!this.#indexOfPlace.has(place)) this.#ask({ ...EVERYTHING, order: this.#looks.value.query.order });
    this.#looks.change({ active: id });
    this.#grid.setActive(id, true);
  }

  #looksChanged(now: GalleryLooks, before: GalleryLooks): void {
    if (now.query !== before.query) {
      this.#staying = new Set();
      // A new question is looked at from its beginning; where the selected image is part of the answer, from there.
      this.#rowsChanged(undefined);
      const { activeId } = this.#grid;
      if (activeId !== undefined && now.query.order !== before.query.order) this.#grid.setActive(activeId, true);
    } else if (now.mode !== before.mode || now.size !== before.size) this.#layOut(this.#grid.anchor);
    if (now.opacity !== before.opacity || now.mode !== before.mode) this.#setOpacity();
    if (now.mode !== before.mode || now.size !== before.size || now.opacity !== before.opacity) this.#toolbar.set(now);
    this.#onLooks(now);
  }

  #ask(patch: Partial<Query>): void {
    this.#looks.change({ query: { ...this.#looks.value.query, ...patch } });
  }

  /** Other images, or another question. */
  #rowsChanged(anchor: number | undefined): void {
    const { query } = this.#looks.value;
    this.#places = answer(this.#rows, query, this.#staying);
    this.#indexOfPlace = new Map();
    this.#places.forEach((place, index) => this.#indexOfPlace.set(place, index));
    this.#rescaleHeat();
    this.#setOpacity();
    this.#layOut(anchor);
    this.#toolbar.set(this.#looks.value);
    this.#describe();
    const shown = this.#places.length > 0;
    setShown(this.#grid.element, shown);
    setShown(this.#empty, !shown);
    setText(
      this.#emptyText,
      this.#rows.length === 0
        ? 'No image has been generated yet. They appear here as they are made.'
        : 'No image is like that.',
    );
    setShown(this.#reset.element, this.#rows.length > 0);
  }

  #fatesChanged(): void {
    this.#describe();
    this.#grid.refresh();
    if (this.#lightbox.isOpen) this.#showInLightbox();
  }

  #describe(): void {
    const { query } = this.#looks.value;
    const { length, fates, pixels, classCount, threshold } = this.#rows;
    const shown = this.#places.length;
    const kept = fates.reduce((sum, fate) => sum + (fate === KEPT ? 1 : 0), 0);
    const rejected = fates.reduce((sum, fate) => sum + (fate === REJECTED ? 1 : 0), 0);
    const { count } = this.#dataSet;
    setText(
      this.#summary,
      [
        isNarrowed(query) ? `${countText(shown)} of ${imagesText(length)}` : imagesText(length),
        ...(length < count ? [`${countText(count)} to come in all`] : []),
        ...(kept < length ? [`${countText(kept)} kept`] : []),
        ...(rejected > 0 ? [`${countText(rejected)} rejected`] : []),
      ].join(' · '),
    );
    const imagesWith = new Uint32Array(classCount);
    for (let i = 0; i < length * classCount; i++) if (pixels[i]! > 0) imagesWith[i % classCount]!++;
    this.#classes.set(query.contains, imagesWith);
    this.#histogramFilter.set(this.#histogram, query.from, query.to, threshold);
  }

  #layOut(anchor: number | undefined): void {
    const { mode, size } = this.#looks.value;
    const { width, height } = this.#dataSet;
    const rows = this.#rows;
    const places = this.#places;
    const pictures = picturesOf(mode);
    const cellWidth = pictures * size + (pictures - 1) * 2;
    const caption = cellWidth >= CAPTION_FROM ? CAPTION : 0;
    const pictureHeight = Math.round((size * height) / width);
    const { element: grid } = this.#grid;
    grid.style.setProperty('--picture-height', `${pictureHeight}px`);
    grid.classList.toggle('captions', caption > 0);
    // Pixels of small pictures are shown as they are; shrunk or slightly enlarged ones look better smoothed.
    grid.classList.toggle('pixelated', (size * devicePixelRatio) / width >= 1.5);
    const mapWidth = size * devicePixelRatio;
    this.#grid.setContent(
      {
        count: places.length,
        cellWidth,
        cellHeight: pictureHeight + caption,
        at: (index) => {
          const place = places[index]!;
          return {
            id: rows.ids[place]!,
            score: rows.scores[place]!,
            fate: rows.fates[place]!,
            annotated: rows.annotated[place] === 1,
            mode,
            mapWidth,
          };
        },
        indexOf: (id) => {
          const place = rows.placeOf(id);
          return place === undefined ? undefined : this.#indexOfPlace.get(place);
        },
        idAt: (index) => rows.ids[places[index]!]!,
      },
      anchor,
    );
  }

  #setOpacity(): void {
    const { mode, opacity } = this.#looks.value;
    const value = mode === 'overlay' ? opacity.overlay : mode === 'uncertainty' ? opacity.uncertainty : 1;
    this.#grid.element.style.setProperty('--map-opacity', String(value));
  }

  /** The heat maps' scale follows the images, but not with every single one that is generated. */
  #rescaleHeat(): void {
    const size = Math.floor(Math.log2(1 + this.#rows.length));
    if (size === this.#heatOf) return;
    this.#heatOf = size;
    const top = heatTop(this.#rows.scores, this.#dataSet.score, this.#dataSet);
    this.#source.palette = { ...this.#source.palette, heat: heatColours(top) };
    this.#grid.repaint();
  }

  #lookAt(column: number | undefined): void {
    const { classes } = this.#dataSet;
    const only = column === undefined ? undefined : classes[column]?.id;
    this.#source.palette = { ...this.#source.palette, labels: labelColours(classes, only) };
    this.#grid.repaint();
    this.#lightbox.repaint();
  }

  #act(action: 'reject' | 'annotate', id: number): void {
    if (action === 'annotate') {
      if (this.#dataSet.canAnnotate) this.#post({ type: 'annotate', id });
      return;
    }
    const place = this.#rows.placeOf(id);
    if (place === undefined) return;
    const rejected = this.#rows.fates[place] !== REJECTED;
    this.#staying.add(place);
    this.#rows.reject([id], rejected);
    this.#fatesChanged();
    this.#announcer.announce(`Image ${id} ${rejected ? 'rejected' : 'taken back'}`);
    this.#post({ type: 'reject', ids: [id], rejected });
  }

  #announceActive(id: number): void {
    if (this.#lightbox.isOpen) this.#announcer.announce(`Image ${idText(id)}`);
  }

  #enlarge(id: number): void {
    this.#looks.change({ active: id });
    this.#grid.setActive(id, true);
    this.#showInLightbox();
  }

  #showInLightbox(): void {
    const { activeId } = this.#grid;
    const place = activeId === undefined ? undefined : this.#rows.placeOf(activeId);
    const index = place === undefined ? undefined : this.#indexOfPlace.get(place);
    if (activeId === undefined || place === undefined || index === undefined) return;
    const rows = this.#rows;
    this.#lightbox.show({
      id: activeId,
      index,
      total: this.#places.length,
      score: rows.scores[place]!,
      fate: rows.fates[place]!,
      annotated: rows.annotated[place] === 1,
      shares: this.#dataSet.classes.map((_, column) => rows.share(place, column)),
    });
  }

  #moveLightbox(key: 'previous' | 'next' | 'first' | 'last'): void {
    const { activeId } = this.#grid;
    const place = activeId === undefined ? undefined : this.#rows.placeOf(activeId);
    const index = place === undefined ? undefined : this.#indexOfPlace.get(place);
    if (index === undefined) return;
    const last = this.#places.length - 1;
    const to = { previous: Math.max(0, index - 1), next: Math.min(last, index + 1), first: 0, last }[key];
    this.#enlarge(this.#rows.ids[this.#places[to]!]!);
  }
}
