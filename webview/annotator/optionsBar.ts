import type { AnnotatorActionName } from '../../src/messages/annotatorActions.ts';
import { element, setShown, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import type { Store } from '../shared/store.ts';
import { checkbox, iconButton, slider, textButton } from '../toolkit.ts';
import { tooltipOf } from './keyNames.ts';
import type { Model } from './model.ts';
import type { SidePanel } from './sidePanel.ts';
import { BRUSH_SIZE_LIMIT, BRUSH_TOOLS, SUPERPIXELS_ACROSS, type BrushTool, type ViewState } from './viewState.ts';

const HINTS = {
  brush: 'Shift draws a straight line',
  eraser: 'Shift draws a straight line',
  polygon: 'Click points; Enter or a double click closes, Backspace takes one back, Esc all',
  lasso: 'Draw around an area; Shift draws a straight line',
  fill: 'Click a region; Shift fills all of its label',
  wand: 'Press, drag right for more and left for less; Esc cancels',
  superpixels: 'Drag over the pieces that belong to the class',
  accept: 'Paint where the prediction is right',
} as const;

/** What can be set of the tool that is chosen. */
export function createOptionsBar(
  view: Store<ViewState>,
  model: Store<Model>,
  side: SidePanel,
  perform: (action: AnnotatorActionName) => void,
): HTMLElement {
  // A slider's steps are even to the eye when they are in the logarithm of the size.
  const steps = 100;
  const limit = Math.log(BRUSH_SIZE_LIMIT);
  const size = slider(
    'Size',
    { min: 0, max: steps },
    (step) => {
      const tool = brushOf(view.value);
      if (tool) setBrush(view, tool, { size: Math.max(1, Math.round(Math.exp((step / steps) * limit))) });
    },
    `${tooltipOf('brushSmaller')}, ${tooltipOf('brushLarger')}, or Alt and the wheel`,
  );
  const shape = iconButton(icon('circle'), 'Square Brush', () => perform('brushShape'), tooltipOf('brushShape'));
  const fillStroke = checkbox(
    'Fill closed strokes',
    (checked) => view.change({ fillStroke: checked }),
    tooltipOf('fillStroke'),
  );
  const subtract = checkbox('Subtract', (checked) => view.change({ subtract: checked }), tooltipOf('subtract'));
  const everywhere = checkbox(
    'All of the label',
    (checked) => view.change({ fillEverywhere: checked }),
    tooltipOf('fillEverywhere'),
  );
  const across = slider(
    'Detail',
    SUPERPIXELS_ACROSS,
    (value) => view.change({ superpixelsAcross: value }),
    'How many pieces stand side by side',
  );
  const over = checkbox(
    'Also over labels',
    (checked) => view.change({ acceptOver: checked }),
    'Otherwise only what is not labelled changes',
  );
  const acceptImage = textButton('Accept for image', () => perform('acceptImage'), {
    tooltip: tooltipOf('acceptImage'),
  });
  const acceptClass = textButton('Accept for class', () => perform('acceptClass'), {
    tooltip: tooltipOf('acceptClass'),
  });
  const hint = element('span', { class: 'hint' });
  const panel = iconButton(icon('panel'), 'Show Classes and Layers', () => side.toggle());
  const readOnly = element('span', { class: 'read-only-mark' }, 'Read-only');
  const settings = element(
    'div',
    { class: 'settings' },
    size.element,
    shape.element,
    fillStroke.element,
    subtract.element,
    everywhere.element,
    across.element,
    over.element,
    acceptImage.element,
    acceptClass.element,
    hint,
  );
  const bar = element(
    'div',
    { class: 'options', role: 'group', 'aria-label': 'Settings of the tool' },
    settings,
    readOnly,
    panel.element,
  );

  const show = (): void => {
    const { tool, brushes, ...now } = view.value;
    const { canEdit, hasPrediction } = model.value;
    setShown(settings, canEdit);
    setShown(readOnly, !canEdit);
    const brush = brushOf(view.value);
    setShown(size.element, brush !== undefined);
    setShown(shape.element, brush !== undefined);
    if (brush) {
      const { size: pixels, shape: form } = brushes[brush];
      size.set(Math.round((Math.log(pixels) / limit) * steps), `${pixels} px`);
      shape.setIcon(icon(form));
      shape.setPressed(form === 'square');
    }
    setShown(fillStroke.element, tool === 'brush' || tool === 'eraser');
    fillStroke.setChecked(now.fillStroke);
    setShown(subtract.element, tool === 'polygon' || tool === 'lasso');
    subtract.setChecked(now.subtract);
    setShown(everywhere.element, tool === 'fill');
    everywhere.setChecked(now.fillEverywhere);
    setShown(across.element, tool === 'superpixels');
    across.set(now.superpixelsAcross, String(now.superpixelsAcross));
    for (const each of [over, acceptImage, acceptClass]) setShown(each.element, tool === 'accept');
    over.setChecked(now.acceptOver);
    acceptImage.setDisabled(!hasPrediction);
    acceptClass.setDisabled(!hasPrediction);
    setText(hint, HINTS[tool]);
    panel.setLabel(side.place.value.shown ? 'Hide Classes and Layers' : 'Show Classes and Layers');
  };
  view.subscribe((now, before) => {
    // Panning changes nothing here, and happens often.
    if (now.zoom === before.zoom) show();
  });
  model.subscribe(show);
  side.place.subscribe(show);
  show();
  return bar;
}

/** The brush that the chosen tool has, if it has one. */
export function brushOf({ tool }: ViewState): BrushTool | undefined {
  return BRUSH_TOOLS.find((each) => each === tool);
}

export function setBrush(
  view: Store<ViewState>,
  tool: BrushTool,
  change: Partial<ViewState['brushes'][BrushTool]>,
): void {
  const { brushes } = view.value;
  view.change({ brushes: { ...brushes, [tool]: { ...brushes[tool], ...change } } });
}
