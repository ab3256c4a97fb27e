// Where the image stands on the stage. All lengths of the stage are CSS pixels; a point of the image is in image pixels, (0, 0) its corner.

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Viewport {
  /** CSS pixels per image pixel. */
  readonly scale: number;
  /** Where the image's corner stands on the stage. */
  readonly x: number;
  readonly y: number;
}

/** Zoom levels of the keys and buttons (as the image preview of VS Code, and further: a 64² avatar on a large screen). */
export const ZOOM_LEVELS = [
  0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 60,
] as const;
const MIN_SCALE = 0.05;
const MAX_SCALE = 64;
/** Pixels are drawn as squares from here on, and smoothly below. */
export const PIXELATED_FROM = 3;
/** This much of the image always stays on the stage. */
const KEEP_IN_SIGHT = 40;
const FIT_MARGIN = 16;

export function fit(stage: Size, image: Size): Viewport {
  const room = (length: number): number => Math.max(1, length - 2 * FIT_MARGIN);
  const scale = limited(Math.min(room(stage.width) / image.width, room(stage.height) / image.height));
  return centred(stage, image, scale);
}

export function centred(stage: Size, image: Size, scale: number): Viewport {
  return { scale, x: (stage.width - image.width * scale) / 2, y: (stage.height - image.height * scale) / 2 };
}

export function toImage(view: Viewport, { x, y }: Point): Point {
  return { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale };
}

export function toStage(view: Viewport, { x, y }: Point): Point {
  return { x: x * view.scale + view.x, y: y * view.scale + view.y };
}

/** Another scale, with the image's point under `at` staying under it. */
export function zoomedAt(view: Viewport, at: Point, scale: number): Viewport {
  const to = limited(scale);
  const point = toImage(view, at);
  return { scale: to, x: at.x - point.x * to, y: at.y - point.y * to };
}

/** The next of the fixed zoom levels in a direction. */
export function nextLevel(scale: number, direction: 1 | -1): number {
  // A hair's breadth of room: 0.1 + 0.2 is not 0.3.
  const next =
    direction === 1
      ? ZOOM_LEVELS.find((level) => level > scale * 1.001)
      : ZOOM_LEVELS.findLast((level) => level < scale * 0.999);
  return next ?? scale;
}

export function moved(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** The nearest viewport that keeps some of the image in sight. */
export function keptInSight(view: Viewport, stage: Size, image: Size): Viewport {
  const axis = (at: number, stageLength: number, imageLength: number): number => {
    const shown = Math.min(KEEP_IN_SIGHT, stageLength / 2, imageLength);
    return Math.min(stageLength - shown, Math.max(shown - imageLength, at));
  };
  return {
    scale: view.scale,
    x: axis(view.x, stage.width, image.width * view.scale),
    y: axis(view.y, stage.height, image.height * view.scale),
  };
}

/** The nearest viewport that shows `point` of the image, with some room around it. */
export function showing(view: Viewport, stage: Size, point: Point): Viewport {
  const margin = Math.min(32, stage.width / 4, stage.height / 4);
  const at = toStage(view, point);
  const shift = (position: number, length: number): number =>
    position < margin ? margin - position : position > length - margin ? length - margin - position : 0;
  return moved(view, shift(at.x, stage.width), shift(at.y, stage.height));
}

/** How a zoom travels from image to image and from stage to stage: the point of the image, as a share of its size, in the stage's middle. */
export type SavedZoom = 'fit' | { readonly scale: number; readonly centreX: number; readonly centreY: number };

export function savedZoom(view: Viewport, stage: Size, image: Size): SavedZoom {
  const centre = toImage(view, { x: stage.width / 2, y: stage.height / 2 });
  return { scale: view.scale, centreX: centre.x / image.width, centreY: centre.y / image.height };
}

export function restoredZoom(zoom: SavedZoom, stage: Size, image: Size): Viewport {
  if (zoom === 'fit') return fit(stage, image);
  const scale = limited(zoom.scale);
  const view = {
    scale,
    x: stage.width / 2 - zoom.centreX * image.width * scale,
    y: stage.height / 2 - zoom.centreY * image.height * scale,
  };
  return keptInSight(view, stage, image);
}

function limited(scale: number): number {
  return Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale));
}
