import type { Area } from '../../src/dataset/annotation/area.ts';
import { around, grown, type Rectangle } from '../../src/dataset/annotation/rectangle.ts';
import type { Superpixels } from '../../src/dataset/annotation/superpixels.ts';
import { defaultColour, rgbOf, type LabelClass } from '../../src/dataset/classes.ts';
import { UNLABELLED, type LabelMap } from '../../src/dataset/labelMap.ts';
import { classColourTable, heatTable, pixelOf, type ColourTable } from './colourTable.ts';
import { ContourLayer, type ContourStyle } from './contourLayer.ts';
import { hatchPattern } from './hatch.ts';
import { RasterLayer } from './rasterLayer.ts';
import { clipped } from './rectangles.ts';
import { PIXELATED_FROM, type Size, type Viewport } from './viewport.ts';

/** What is shown of a sample, and how. */
export interface SceneLook {
  readonly classes: readonly LabelClass[];
  readonly hidden: readonly number[];
  readonly opacity: number;
  readonly contours: boolean;
  readonly prediction: boolean;
  readonly uncertainty: boolean;
  readonly differences: boolean;
  /** The image and nothing else, while a key is held. */
  readonly bare: boolean;
  /** Of the changed pixels of a diff. */
  readonly differenceColour: string;
}

/** An area that a tool would change, in the colour that it would get. */
export interface Preview {
  readonly area: Area;
  readonly colour: string;
}

const ONLY_UNLABELLED = new Uint32Array(256);
ONLY_UNLABELLED[UNLABELLED] = pixelOf(0, 0, 0);
const HEAT_OPACITY = 0.95;
const PREDICTION_OPACITY = 0.35;

/** Image, labels and the layers over them on one canvas. It draws only what changed. */
export class Scene {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  /** For what must be cut out by a mask before it is laid over the image. */
  readonly #scratch: CanvasRenderingContext2D;
  readonly #heat = heatTable();

  readonly #image: CanvasImageSource;
  readonly #labels: LabelMap;
  readonly #labelLayer: RasterLayer;
  readonly #unlabelledLayer: RasterLayer;
  readonly #contours: ContourLayer;
  #hasUnlabelled = false;

  #predicted: LabelMap | undefined;
  #predictionLayer: RasterLayer | undefined;
  #predictionContours: ContourLayer | undefined;
  #heatLayer: RasterLayer | undefined;
  #otherSide: LabelMap | undefined;
  #differenceLayer: RasterLayer | undefined;
  #differenceContours: ContourLayer | undefined;
  #differs: Uint8Array | undefined;
  #pieces: ContourLayer | undefined;
  #preview: { readonly layer: RasterLayer; box: Rectangle | undefined } | undefined;

  #look: SceneLook;
  #colours: ColourTable;
  #colourNames = new Map<number, string>();
  #viewport: Viewport = { scale: 1, x: 0, y: 0 };
  #pixelRatio = 1;
  #hatch: CanvasPattern | undefined;
  #dirty: Rectangle | 'all' | undefined = 'all';

  constructor(canvas: HTMLCanvasElement, image: CanvasImageSource, labels: LabelMap, look: SceneLook) {
    this.canvas = canvas;
    this.#context = canvas.getContext('2d')!;
    this.#scratch = document.createElement('canvas').getContext('2d')!;
    this.#image = image;
    this.#labels = labels;
    this.#look = look;
    this.#colours = classColourTable(look.classes, look.hidden);
    this.#labelLayer = new RasterLayer(labels.width, labels.height);
    this.#unlabelledLayer = new RasterLayer(labels.width, labels.height);
    this.#contours = new ContourLayer(labels.data, labels.width, labels.height, shownAs(look.hidden));
    this.#nameColours();
    this.labelsChanged();
  }

  get isDirty(): boolean {
    return this.#dirty !== undefined;
  }

  place(viewport: Viewport, stage: Size, pixelRatio: number): void {
    if (pixelRatio !== this.#pixelRatio) this.#hatch = undefined;
    this.#viewport = viewport;
    this.#pixelRatio = pixelRatio;
    const [width, height] = [Math.round(stage.width * pixelRatio), Math.round(stage.height * pixelRatio)];
    for (const each of [this.canvas, this.#scratch.canvas])
      if (each.width !== width || each.height !== height) {
        each.width = width;
        each.height = height;
      }
    this.#dirty = 'all';
  }

  setLook(look: SceneLook): void {
    const before = this.#look;
    this.#look = look;
    if (look.classes !== before.classes || look.hidden !== before.hidden) {
      this.#colours = classColourTable(look.classes, look.hidden);
      this.#nameColours();
      this.#contours.showAs(shownAs(look.hidden));
      this.#predictionContours?.showAs(shownAs(look.hidden));
      this.#paintLabels(undefined);
    }
    if (look.differenceColour !== before.differenceColour) this.#paintDifferences(undefined);
    this.#dirty = 'all';
  }

  /** Labels of these pixels changed in place; all, when left out. */
  labelsChanged(rectangle?: Rectangle): void {
    this.#paintLabels(rectangle);
    this.#paintDifferences(rectangle);
    if (rectangle) this.#contours.changed(rectangle);
    else this.#contours.showAs(shownAs(this.#look.hidden));
    this.#touch(rectangle);
  }

  setPrediction(prediction: { readonly labels: LabelMap; readonly uncertainty: Uint8Array } | undefined): void {
    const { width, height } = this.#labels;
    this.#predicted = prediction?.labels;
    this.#predictionLayer = prediction && (this.#predictionLayer ?? new RasterLayer(width, height));
    this.#predictionContours =
      prediction && new ContourLayer(prediction.labels.data, width, height, shownAs(this.#look.hidden));
    this.#heatLayer = prediction && (this.#heatLayer ?? new RasterLayer(width, height));
    if (prediction) this.#heatLayer?.updateFrom(prediction.uncertainty, this.#heat);
    this.#paintPrediction(undefined);
    this.#dirty = 'all';
  }

  setOtherSide(labels: LabelMap | undefined): void {
    const { width, height } = this.#labels;
    this.#otherSide = labels;
    this.#differenceLayer = labels && (this.#differenceLayer ?? new RasterLayer(width, height));
    this.#differs = labels && new Uint8Array(width * height).fill(UNLABELLED);
    this.#differenceContours = this.#differs && new ContourLayer(this.#differs, width, height, shownAs([]));
    this.#paintDifferences(undefined);
    this.#dirty = 'all';
  }

  /** Lines over the image between pieces of it, while a tool works with them. */
  setPieces(pieces: Superpixels | undefined): void {
    const { width, height } = this.#labels;
    this.#pieces =
      pieces &&
      new ContourLayer(
        pieces.owner,
        width,
        height,
        Int32Array.from({ length: pieces.count }, (_, id) => id),
      );
    this.#dirty = 'all';
  }

  setPreview(preview: Preview | undefined): void {
    const { width, height } = this.#labels;
    const old = this.#preview?.box;
    if (preview === undefined) {
      if (this.#preview === undefined) return;
      this.#preview = undefined;
      if (old) this.#touch(old);
      return;
    }
    const layer = this.#preview?.layer ?? new RasterLayer(width, height);
    const word = pixelOf(...rgbOf(preview.colour));
    const { mask, box } = preview.area;
    const paint = around(old, box);
    if (paint) {
      layer.update((i) => (mask[i] === 1 ? word : 0), paint);
      this.#touch(paint);
    }
    this.#preview = { layer, box };
  }

  /** @returns whether anything had to be drawn */
  draw(): boolean {
    const dirty = this.#dirty;
    if (dirty === undefined) return false;
    this.#dirty = undefined;
    const ratio = this.#pixelRatio;
    const { width, height } = this.canvas;
    const whole = { x: 0, y: 0, width, height };
    const target =
      dirty === 'all' ? whole : clipped(this.#onCanvas(grown(dirty, 1, this.#labels), 4 * ratio), width, height);
    if (target === undefined) return false;

    const context = this.#context;
    const { x, y, scale } = this.#viewport;
    // Whole device pixels at the corner keep the squares of a magnified image sharp.
    const [left, top, k] = [Math.round(x * ratio), Math.round(y * ratio), scale * ratio];
    const placed = (each: CanvasRenderingContext2D): void => each.setTransform(k, 0, 0, k, left, top);

    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    context.beginPath();
    context.rect(target.x, target.y, target.width, target.height);
    context.clip();
    context.clearRect(target.x, target.y, target.width, target.height);
    placed(context);
    const look = this.#look;
    const inSight = this.#inImage(target, left, top, k);
    context.imageSmoothingEnabled = scale < PIXELATED_FROM;
    context.imageSmoothingQuality = scale < 1 ? 'medium' : 'low';
    context.drawImage(this.#image, 0, 0, this.#labels.width, this.#labels.height);

    if (!look.bare && inSight) {
      context.imageSmoothingEnabled = scale < 1;
      context.imageSmoothingQuality = 'low';
      const layer = (raster: RasterLayer | undefined, alpha: number): void => {
        if (raster === undefined || alpha === 0) return;
        context.globalAlpha = alpha;
        context.drawImage(raster.canvas, 0, 0);
        context.globalAlpha = 1;
      };
      const differences = look.differences && this.#differs !== undefined;
      if (!look.contours) {
        if (look.opacity > 0 && this.#hasUnlabelled) this.#drawHatch(target, placed, left, top);
        layer(this.#labelLayer, differences ? look.opacity * 0.5 : look.opacity);
      }
      if (look.prediction) layer(this.#predictionLayer, PREDICTION_OPACITY);
      if (look.uncertainty) layer(this.#heatLayer, HEAT_OPACITY);
      const css = 1 / scale;
      const style = { colourOf: this.#colourOf, lineWidth: 1.75, halo: 'rgba(0, 0, 0, 0.55)', dashed: false };
      if (look.contours) this.#contours.draw(context, css, inSight, style);
      if (look.prediction)
        this.#predictionContours?.draw(context, css, inSight, { ...style, lineWidth: 1.5, dashed: true });
      if (differences) {
        layer(this.#differenceLayer, 0.5);
        const line: ContourStyle = { ...style, colourOf: () => look.differenceColour };
        this.#differenceContours?.draw(context, css, inSight, line);
      }
      const thin = { colourOf: undefined, lineWidth: -0.5, halo: 'rgba(255, 255, 255, 0.45)', dashed: false };
      this.#pieces?.draw(context, css, inSight, thin);
      layer(this.#preview?.layer, 0.75);
    }
    context.restore();
    return true;
  }

  readonly #colourOf = (id: number): string => this.#colourNames.get(id) ?? defaultColour(id);

  #nameColours(): void {
    this.#colourNames = new Map(this.#look.classes.map(({ id, colour }) => [id, colour]));
  }

  #paintLabels(rectangle: Rectangle | undefined): void {
    const { data } = this.#labels;
    this.#labelLayer.updateFrom(data, this.#colours, rectangle);
    const had = this.#hasUnlabelled;
    // Looking through all labels takes a millisecond at 1024², which no move of a brush should pay.
    this.#hasUnlabelled = (rectangle !== undefined && had) || hasUnlabelled(this.#labels, rectangle);
    // Of a sample that is labelled all over nothing is kept.
    if (this.#hasUnlabelled) this.#unlabelledLayer.updateFrom(data, ONLY_UNLABELLED, had ? rectangle : undefined);
    this.#paintPrediction(rectangle);
  }

  /** The prediction is filled in only where nobody has labelled: what is painted stays what one sees. */
  #paintPrediction(rectangle: Rectangle | undefined): void {
    const [{ data }, predicted, colours] = [this.#labels, this.#predicted?.data, this.#colours];
    if (predicted)
      this.#predictionLayer?.update((i) => (data[i] === UNLABELLED ? colours[predicted[i]!]! : 0), rectangle);
  }

  #paintDifferences(rectangle: Rectangle | undefined): void {
    const [{ data }, other, differs] = [this.#labels, this.#otherSide?.data, this.#differs];
    if (!other || !differs) return;
    const word = pixelOf(...rgbOf(this.#look.differenceColour));
    this.#differenceLayer?.update((i) => {
      const same = data[i] === other[i];
      differs[i] = same ? UNLABELLED : 0;
      return same ? 0 : word;
    }, rectangle);
    if (rectangle) this.#differenceContours?.changed(rectangle);
    else this.#differenceContours?.showAs(shownAs([]));
  }

  #drawHatch(target: Rectangle, placed: (context: CanvasRenderingContext2D) => void, left: number, top: number): void {
    const scratch = this.#scratch;
    scratch.setTransform(1, 0, 0, 1, 0, 0);
    scratch.save();
    scratch.beginPath();
    scratch.rect(target.x, target.y, target.width, target.height);
    scratch.clip();
    scratch.clearRect(target.x, target.y, target.width, target.height);
    placed(scratch);
    scratch.imageSmoothingEnabled = false;
    scratch.drawImage(this.#unlabelledLayer.canvas, 0, 0);
    scratch.setTransform(1, 0, 0, 1, 0, 0);
    scratch.globalCompositeOperation = 'source-in';
    this.#hatch ??= hatchPattern(scratch, this.#pixelRatio);
    this.#hatch.setTransform(new DOMMatrix([1, 0, 0, 1, left, top]));
    scratch.fillStyle = this.#hatch;
    scratch.fillRect(target.x, target.y, target.width, target.height);
    scratch.restore();
    const { x, y, width, height } = target;
    const context = this.#context;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(scratch.canvas, x, y, width, height, x, y, width, height);
    context.restore();
  }

  #touch(rectangle: Rectangle | undefined): void {
    if (this.#dirty === 'all') return;
    this.#dirty = rectangle === undefined ? 'all' : around(this.#dirty, rectangle);
  }

  /** Image pixels as canvas pixels, with a border. */
  #onCanvas({ x, y, width, height }: Rectangle, border: number): Rectangle {
    const ratio = this.#pixelRatio;
    const { scale, x: left, y: top } = this.#viewport;
    return {
      x: (x * scale + left) * ratio - border,
      y: (y * scale + top) * ratio - border,
      width: width * scale * ratio + 2 * border,
      height: height * scale * ratio + 2 * border,
    };
  }

  #inImage(target: Rectangle, left: number, top: number, k: number): Rectangle | undefined {
    const { x, y, width, height } = target;
    const image = { x: (x - left) / k, y: (y - top) / k, width: width / k, height: height / k };
    return clipped(image, this.#labels.width, this.#labels.height);
  }
}

/** Within the rectangle; anywhere, when left out. */
function hasUnlabelled({ width, data }: LabelMap, rectangle: Rectangle | undefined): boolean {
  if (rectangle === undefined) return data.includes(UNLABELLED);
  for (let y = rectangle.y; y < rectangle.y + rectangle.height; y++) {
    const start = y * width + rectangle.x;
    if (data.subarray(start, start + rectangle.width).includes(UNLABELLED)) return true;
  }
  return false;
}

/** By id: what its borders count as. */
function shownAs(hidden: readonly number[]): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, id) => id);
  for (const id of hidden) table[id] = UNLABELLED;
  return table;
}
