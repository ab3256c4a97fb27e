import { ANNOTATOR_ACTIONS, type AnnotatorActionName } from '../../src/messages/annotatorActions.ts';
import { element, setShown, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import type { Store } from '../shared/store.ts';
import { iconButton, textButton } from '../toolkit.ts';
import { tooltipOf } from './keyNames.ts';
import type { Model } from './model.ts';

/** From sample to sample, and what becomes of this one. */
export function createQueueBar(model: Store<Model>, perform: (action: AnnotatorActionName) => void): HTMLElement {
  const step = (action: 'previous' | 'next'): HTMLElement =>
    iconButton(icon(action), ANNOTATOR_ACTIONS[action].title, () => perform(action), tooltipOf(action)).element;
  const position = element('span', { class: 'position' });
  const reviewedCount = element('span', { class: 'reviewed-count' });
  const unreviewed = textButton('Next not reviewed', () => perform('nextUnreviewed'), {
    tooltip: tooltipOf('nextUnreviewed'),
  });
  const uncertain = textButton('Next most uncertain', () => perform('nextUncertain'), {
    tooltip: tooltipOf('nextUncertain'),
  });
  const steps = element(
    'div',
    { class: 'steps' },
    step('previous'),
    position,
    step('next'),
    reviewedCount,
    unreviewed.element,
    uncertain.element,
  );
  const status = element('span', { class: 'status' });
  const discard = textButton('Discard', () => perform('discarded'), { tooltip: tooltipOf('discarded') });
  const review = textButton('Mark as reviewed', () => perform('reviewed'), {
    primary: true,
    tooltip: tooltipOf('reviewed'),
  });
  const reopen = textButton('Reopen', () => perform('reviewed'), { tooltip: 'Not reviewed yet after all' });
  const decisions = element('div', { class: 'decisions' }, status, discard.element, reopen.element, review.element);
  const bar = element(
    'div',
    { class: 'queue', role: 'group', 'aria-label': 'Samples' },
    steps,
    element('span', { class: 'spacer' }),
    decisions,
  );

  const show = (): void => {
    const { queue, status: now, canEdit } = model.value;
    setShown(steps, queue !== undefined);
    if (queue) {
      setText(position, `${queue.position} / ${queue.total}`);
      setText(reviewedCount, `${queue.reviewed} reviewed`);
      unreviewed.setDisabled(queue.reviewed >= queue.total);
    }
    setShown(decisions, canEdit);
    const mark = { open: [], reviewed: [icon('check'), 'Reviewed'], discarded: [icon('discard'), 'Discarded'] };
    status.replaceChildren(...mark[now]);
    status.dataset['status'] = now;
    setShown(review.element, now !== 'reviewed');
    setShown(reopen.element, now === 'reviewed');
    discard.setLabel(now === 'discarded' ? 'Restore' : 'Discard');
    setShown(bar, canEdit || queue !== undefined);
  };
  model.subscribe(show);
  show();
  return bar;
}
