import { element, setShown, setText } from '../shared/dom.ts';
import type { Store } from '../shared/store.ts';
import { checkbox, progressRing, slider } from '../toolkit.ts';
import { tooltipOf } from './keyNames.ts';
import type { Model } from './model.ts';
import type { ViewState } from './viewState.ts';

export function showsDifferences({ differences }: ViewState, { hasOtherSide }: Model): boolean {
  return hasOtherSide && (differences ?? true);
}

/** What is shown over the image. */
export function createLayersPanel(view: Store<ViewState>, model: Store<Model>): HTMLElement {
  const opacity = slider(
    'Labels',
    { min: 0, max: 100, step: 5 },
    (percent) => view.change({ opacity: percent / 100 }),
    `${tooltipOf('opacityLess')}, ${tooltipOf('opacityMore')}; hold V to see the bare image`,
  );
  const contours = checkbox('Contours only', (on) => view.change({ contours: on }), tooltipOf('contours'));
  const prediction = checkbox('Prediction', (on) => view.change({ prediction: on }), tooltipOf('prediction'));
  const uncertainty = checkbox('Uncertainty', (on) => view.change({ uncertainty: on }), tooltipOf('uncertainty'));
  const differences = checkbox('Changed pixels', (on) => view.change({ differences: on }), tooltipOf('differences'));
  const ring = progressRing('Computing the prediction');
  const state = element('span');
  const line = element('div', { class: 'prediction-state' }, ring, state);
  const scale = element(
    'div',
    { class: 'heat-scale', 'aria-hidden': 'true' },
    element('span', {}, 'sure'),
    element('span', { class: 'heat-ramp' }),
    element('span', {}, 'unsure'),
  );
  const section = element(
    'section',
    { class: 'layers', role: 'group', 'aria-label': 'Layers' },
    element('div', { class: 'heading' }, element('h2', {}, 'Layers')),
    opacity.element,
    contours.element,
    prediction.element,
    uncertainty.element,
    scale,
    line,
    differences.element,
  );

  const show = (): void => {
    const [now, { prediction: given, hasPrediction, hasOtherSide }] = [view.value, model.value];
    opacity.set(Math.round(now.opacity * 100), `${Math.round(now.opacity * 100)} %`);
    contours.setChecked(now.contours);
    prediction.setChecked(now.prediction);
    uncertainty.setChecked(now.uncertainty);
    const unavailable = typeof given === 'object';
    prediction.setDisabled(unavailable && !hasPrediction);
    uncertainty.setDisabled(unavailable && !hasPrediction);
    setShown(ring, given === 'computing');
    const text = unavailable
      ? given.unavailable
      : given === 'computing'
        ? hasPrediction
          ? 'Stale: a new one is being computed.'
          : 'Computing the prediction.'
        : '';
    setText(state, text);
    setShown(line, text !== '' && (unavailable || now.prediction || now.uncertainty || now.tool === 'accept'));
    setShown(scale, now.uncertainty && hasPrediction);
    setShown(differences.element, hasOtherSide);
    differences.setChecked(showsDifferences(now, model.value));
  };
  view.subscribe((now, before) => {
    if (now.zoom === before.zoom) show();
  });
  model.subscribe(show);
  show();
  return section;
}
