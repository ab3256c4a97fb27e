/** What a key or a command can do in the annotator: one table for the manifest's keybindings, the tooltips and the webview. */
export interface AnnotatorAction {
  readonly title: string;
  /** In the manifest's notation; the person may remap it there. None: only from the command palette and the toolbar. */
  readonly key?: string;
}

const digits = Object.fromEntries(
  Array.from({ length: 9 }, (_, i) => [`class${i + 1}`, { title: `Paint with Class ${i + 1}`, key: `${i + 1}` }]),
) as Record<`class${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`, AnnotatorAction>;

export const ANNOTATOR_ACTIONS = {
  toolBrush: { title: 'Brush', key: 'b' },
  toolEraser: { title: 'Eraser', key: 'e' },
  toolPolygon: { title: 'Polygon', key: 'p' },
  toolLasso: { title: 'Lasso', key: 'l' },
  toolFill: { title: 'Fill', key: 'f' },
  toolWand: { title: 'Magic Wand', key: 'w' },
  toolSuperpixels: { title: 'Superpixels', key: 's' },
  toolAccept: { title: 'Accept Prediction with a Brush', key: 'a' },
  brushSmaller: { title: 'Smaller Brush', key: '[' },
  brushLarger: { title: 'Larger Brush', key: ']' },
  brushShape: { title: 'Circle or Square Brush', key: 'q' },
  fillStroke: { title: 'Closed Strokes Fill Themselves', key: 'shift+f' },
  subtract: { title: 'Polygon and Lasso Subtract', key: 'd' },
  fillEverywhere: { title: 'Fill a Region or All of One Label', key: 'shift+a' },
  ...digits,
  classPick: { title: 'Pick the Class under the Cursor', key: 'i' },
  classSwap: { title: 'Swap with the Last Class', key: 'x' },
  classLock: { title: 'Lock the Class', key: 'k' },
  classHide: { title: 'Hide the Class', key: 'h' },
  labelTheRest: { title: 'The Rest Is Background', key: 'r' },
  contours: { title: 'Contours Only', key: 'c' },
  opacityLess: { title: 'Fainter Labels', key: ',' },
  opacityMore: { title: 'Stronger Labels', key: '.' },
  prediction: { title: 'Show the Prediction', key: 't' },
  uncertainty: { title: 'Show the Uncertainty', key: 'u' },
  acceptImage: { title: 'Accept the Prediction for the Image', key: 'shift+enter' },
  acceptClass: { title: 'Accept the Prediction for the Class', key: 'alt+enter' },
  differences: { title: 'Show Changed Pixels', key: 'shift+d' },
  zoomIn: { title: 'Zoom In', key: '=' },
  zoomOut: { title: 'Zoom Out', key: '-' },
  zoomFit: { title: 'Zoom to Fit', key: '0' },
  zoomActual: { title: 'Zoom to 1:1', key: 'shift+1' },
  reviewed: { title: 'Mark as Reviewed', key: 'enter' },
  discarded: { title: 'Discard the Sample', key: 'delete' },
  next: { title: 'Next Sample', key: 'n' },
  previous: { title: 'Previous Sample', key: 'shift+n' },
  nextUnreviewed: { title: 'Next Sample Not Reviewed', key: 'j' },
  nextUncertain: { title: 'Next Most Uncertain Sample', key: 'm' },
} as const satisfies Record<string, AnnotatorAction>;

export type AnnotatorActionName = keyof typeof ANNOTATOR_ACTIONS;
export const ANNOTATOR_ACTION_NAMES = Object.keys(ANNOTATOR_ACTIONS) as readonly AnnotatorActionName[];

/** The command that the manifest binds a key to. */
export function commandOf(action: AnnotatorActionName): `datasetgan.annotator.${AnnotatorActionName}` {
  return `datasetgan.annotator.${action}`;
}
