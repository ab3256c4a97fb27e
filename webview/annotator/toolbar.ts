import { ANNOTATOR_ACTIONS, type AnnotatorActionName } from '../../src/messages/annotatorActions.ts';
import { element, setShown } from '../shared/dom.ts';
import { icon, type IconName } from '../shared/icons.ts';
import { roveFocus } from '../shared/rovingFocus.ts';
import type { Store } from '../shared/store.ts';
import { iconButton, type Button } from '../toolkit.ts';
import { tooltipOf } from './keyNames.ts';
import type { Model } from './model.ts';
import type { ToolName, ViewState } from './viewState.ts';

const TOOL_BUTTONS: readonly {
  readonly tool: ToolName;
  readonly action: AnnotatorActionName;
  readonly icon: IconName;
}[] = [
  { tool: 'brush', action: 'toolBrush', icon: 'brush' },
  { tool: 'eraser', action: 'toolEraser', icon: 'eraser' },
  { tool: 'polygon', action: 'toolPolygon', icon: 'polygon' },
  { tool: 'lasso', action: 'toolLasso', icon: 'lasso' },
  { tool: 'fill', action: 'toolFill', icon: 'fill' },
  { tool: 'wand', action: 'toolWand', icon: 'wand' },
  { tool: 'superpixels', action: 'toolSuperpixels', icon: 'superpixels' },
  { tool: 'accept', action: 'toolAccept', icon: 'accept' },
];
const ZOOM_BUTTONS: readonly { readonly action: AnnotatorActionName; readonly icon: IconName }[] = [
  { action: 'zoomIn', icon: 'zoomIn' },
  { action: 'zoomOut', icon: 'zoomOut' },
  { action: 'zoomFit', icon: 'zoomFit' },
];

/** Tools, "the rest is background" and zoom: one tab stop. */
export function createToolbar(
  view: Store<ViewState>,
  model: Store<Model>,
  perform: (action: AnnotatorActionName) => void,
): HTMLElement {
  const make = (action: AnnotatorActionName, name: IconName): Button =>
    iconButton(icon(name), ANNOTATOR_ACTIONS[action].title, () => perform(action), tooltipOf(action));
  const tools = TOOL_BUTTONS.map((each) => ({ ...each, button: make(each.action, each.icon) }));
  const rest = make('labelTheRest', 'rest');
  const zooms = ZOOM_BUTTONS.map((each) => make(each.action, each.icon));

  const painting = element(
    'div',
    { class: 'group' },
    ...tools.map(({ button }) => button.element),
    element('div', { class: 'rule' }),
    rest.element,
    element('div', { class: 'rule' }),
  );
  const zooming = element('div', { class: 'group' }, ...zooms.map((button) => button.element));
  const bar = element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Tools', 'aria-orientation': 'vertical' },
    painting,
    zooming,
  );
  const controls = [...tools.map(({ button }) => button), rest, ...zooms].map((button) => button.element);
  const roving = roveFocus(bar, () => controls, { vertical: true });

  const show = (): void => {
    setShown(painting, model.value.canEdit);
    for (const { tool, button } of tools) button.setPressed(view.value.tool === tool);
    roving.refresh();
  };
  view.subscribe((now, before) => {
    if (now.tool !== before.tool) show();
  });
  model.subscribe((now, before) => {
    if (now.canEdit !== before.canEdit) show();
  });
  show();
  return bar;
}
