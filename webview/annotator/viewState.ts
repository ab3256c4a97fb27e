import type { SavedZoom } from './viewport.ts';

const TOOLS = ['brush', 'eraser', 'polygon', 'lasso', 'fill', 'wand', 'superpixels', 'accept'] as const;
export type ToolName = (typeof TOOLS)[number];

export interface BrushSettings {
  /** Diameter, or side of the square, in image pixels. */
  readonly size: number;
  readonly shape: 'circle' | 'square';
}
/** The tools that have a brush, each with its own. */
export const BRUSH_TOOLS = ['brush', 'eraser', 'accept'] as const;
export type BrushTool = (typeof BRUSH_TOOLS)[number];

/**
 * What a view looks like and how its tools are set: it stays from image to image and when the view is hidden and shown again.
 * Nothing of the document is in here.
 */
export interface ViewState {
  readonly zoom: SavedZoom;
  readonly tool: ToolName;
  readonly brushes: Readonly<Record<BrushTool, BrushSettings>>;
  /** Polygon and lasso take labels away. */
  readonly subtract: boolean;
  /** A closed stroke of the brush fills itself. */
  readonly fillStroke: boolean;
  /** Fill changes all pixels of the label under the cursor, and not only the region. */
  readonly fillEverywhere: boolean;
  /** Accepting a prediction also changes pixels that are labelled already. */
  readonly acceptOver: boolean;
  /** About so many superpixels stand side by side along the image's longer side. */
  readonly superpixelsAcross: number;
  /** Undefined: nothing was chosen yet. */
  readonly classId: number | undefined;
  readonly lastClassId: number | undefined;
  /** Of the labels, 0 … 1. */
  readonly opacity: number;
  readonly contours: boolean;
  readonly prediction: boolean;
  readonly uncertainty: boolean;
  /** Undefined: shown where there is another side to differ from. */
  readonly differences: boolean | undefined;
  readonly locked: readonly number[];
  readonly hidden: readonly number[];
  readonly panel: boolean;
}

export const BRUSH_SIZE_LIMIT = 512;
export const SUPERPIXELS_ACROSS = { min: 6, max: 80 };

export const INITIAL_VIEW: ViewState = {
  zoom: 'fit',
  tool: 'brush',
  brushes: {
    brush: { size: 8, shape: 'circle' },
    eraser: { size: 8, shape: 'circle' },
    accept: { size: 24, shape: 'circle' },
  },
  subtract: false,
  fillStroke: false,
  fillEverywhere: false,
  acceptOver: false,
  superpixelsAcross: 20,
  classId: undefined,
  lastClassId: undefined,
  opacity: 0.55,
  contours: false,
  prediction: false,
  uncertainty: false,
  differences: undefined,
  locked: [],
  hidden: [],
  panel: true,
};

/** The view that was saved, as far as it makes sense: it may be another version's, or nothing at all. */
export function readViewState(saved: unknown): ViewState {
  const from = isRecord(saved) ? saved : {};
  const initial = INITIAL_VIEW;
  const flag = (name: string, otherwise: boolean): boolean =>
    typeof from[name] === 'boolean' ? from[name] : otherwise;
  const number = (name: string, min: number, max: number, otherwise: number): number =>
    numberWithin(from[name], min, max) ?? otherwise;
  return {
    zoom: readZoom(from['zoom']),
    tool: TOOLS.find((tool) => tool === from['tool']) ?? initial.tool,
    brushes: readBrushes(from['brushes']),
    subtract: flag('subtract', initial.subtract),
    fillStroke: flag('fillStroke', initial.fillStroke),
    fillEverywhere: flag('fillEverywhere', initial.fillEverywhere),
    acceptOver: flag('acceptOver', initial.acceptOver),
    superpixelsAcross: Math.round(
      number('superpixelsAcross', SUPERPIXELS_ACROSS.min, SUPERPIXELS_ACROSS.max, initial.superpixelsAcross),
    ),
    classId: idWithin(from['classId']),
    lastClassId: idWithin(from['lastClassId']),
    opacity: number('opacity', 0, 1, initial.opacity),
    contours: flag('contours', initial.contours),
    prediction: flag('prediction', initial.prediction),
    uncertainty: flag('uncertainty', initial.uncertainty),
    differences: typeof from['differences'] === 'boolean' ? from['differences'] : undefined,
    locked: readIds(from['locked']),
    hidden: readIds(from['hidden']),
    panel: flag('panel', initial.panel),
  };
}

/** The view as plain JSON: `undefined` would not survive the way through the host. */
export function writeViewState(view: ViewState): Record<string, Json> {
  return JSON.parse(JSON.stringify(view)) as Record<string, Json>;
}
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A brush one step larger or smaller: by one pixel up to 10, then by about a tenth. */
export function steppedSize(size: number, direction: 1 | -1): number {
  const step = size + direction <= 10 ? 1 : Math.round(Math.max(1, size / 10));
  return Math.min(BRUSH_SIZE_LIMIT, Math.max(1, size + direction * step));
}

function readZoom(zoom: unknown): SavedZoom {
  if (!isRecord(zoom)) return 'fit';
  const scale = numberWithin(zoom['scale'], 0.01, 100);
  const centreX = numberWithin(zoom['centreX'], -100, 100);
  const centreY = numberWithin(zoom['centreY'], -100, 100);
  return scale === undefined || centreX === undefined || centreY === undefined ? 'fit' : { scale, centreX, centreY };
}

function readBrushes(brushes: unknown): ViewState['brushes'] {
  const of = (tool: BrushTool): BrushSettings => {
    const saved = isRecord(brushes) ? brushes[tool] : undefined;
    if (!isRecord(saved)) return INITIAL_VIEW.brushes[tool];
    const size = numberWithin(saved['size'], 1, BRUSH_SIZE_LIMIT);
    return {
      size: size === undefined ? INITIAL_VIEW.brushes[tool].size : Math.round(size),
      shape: saved['shape'] === 'square' ? 'square' : 'circle',
    };
  };
  return { brush: of('brush'), eraser: of('eraser'), accept: of('accept') };
}

function readIds(ids: unknown): readonly number[] {
  if (!Array.isArray(ids)) return [];
  return [...new Set(ids.map(idWithin).filter((id) => id !== undefined))];
}

function idWithin(id: unknown): number | undefined {
  return Number.isInteger(id) ? numberWithin(id, 0, 254) : undefined;
}

function numberWithin(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
