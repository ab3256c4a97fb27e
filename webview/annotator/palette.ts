import type { LabelClass } from '../../src/dataset/classes.ts';
import type { FromAnnotator } from '../../src/messages/annotatorMessages.ts';
import { element, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { roveFocus } from '../shared/rovingFocus.ts';
import type { Store } from '../shared/store.ts';
import { iconButton, type Button } from '../toolkit.ts';
import { keyName, tooltipOf } from './keyNames.ts';
import type { Model } from './model.ts';
import { openMenu } from './popupMenu.ts';
import type { ViewState } from './viewState.ts';

export interface PaletteActions {
  choose(id: number): void;
  toggleLock(id: number): void;
  toggleHidden(id: number): void;
  post(message: Extract<FromAnnotator, { type: 'addClass' | 'changeClass' }>): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly choice: HTMLElement;
  readonly chip: HTMLElement;
  readonly digit: HTMLElement;
  readonly name: HTMLElement;
  readonly lock: Button;
  readonly hide: Button;
}

/** The classes with their colours and keys: what is chosen, locked and hidden. One tab stop; Right goes to a class's buttons. */
export function createPalette(view: Store<ViewState>, model: Store<Model>, actions: PaletteActions): HTMLElement {
  const rows = new Map<number, Row>();
  const list = element('div', { class: 'classes', role: 'group', 'aria-label': 'Classes' });
  const add = iconButton(icon('add'), 'Add a Class', () => actions.post({ type: 'addClass' }));
  const heading = element('h2', {}, 'Classes');
  const section = element(
    'section',
    { class: 'palette' },
    element('div', { class: 'heading' }, heading, add.element),
    list,
  );
  const controls = (): HTMLElement[] => [...rows.values()].map((row) => row.choice);
  const roving = roveFocus(list, controls, { vertical: true });

  const makeRow = (id: number): Row => {
    const chip = element('span', { class: 'chip', 'aria-hidden': 'true' });
    const digit = element('kbd', { 'aria-hidden': 'true' });
    const name = element('span', { class: 'name' });
    const choice = element('div', { class: 'choice', role: 'button' }, chip, name, digit);
    const lock = iconButton(icon('unlocked'), 'Lock', () => actions.toggleLock(id));
    const hide = iconButton(icon('shown'), 'Hide', () => actions.toggleHidden(id));
    const more = iconButton(icon('more'), 'Change the Class', () =>
      openMenu(more.element, 'Change the class', [
        { label: 'Rename…', run: () => actions.post({ type: 'changeClass', id, change: 'rename' }) },
        { label: 'Change colour…', run: () => actions.post({ type: 'changeClass', id, change: 'recolour' }) },
        { label: 'Merge into…', run: () => actions.post({ type: 'changeClass', id, change: 'merge' }) },
        { label: 'Delete…', run: () => actions.post({ type: 'changeClass', id, change: 'delete' }) },
      ]),
    );
    const buttons = [lock.element, hide.element, more.element];
    for (const button of buttons) button.tabIndex = -1;
    const row = element('div', { class: 'class-row', role: 'group', 'data-class': String(id) }, choice, ...buttons);
    choice.addEventListener('click', () => actions.choose(id));
    choice.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      // Enter would also mean "Mark as Reviewed".
      event.stopPropagation();
      actions.choose(id);
    });
    // Left and right within the row.
    row.addEventListener('keydown', (event) => {
      const stops = [choice, ...buttons];
      const at = stops.findIndex((stop) => event.target instanceof Node && stop.contains(event.target));
      const to = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : -1;
      if (at < 0 || to < 0) return;
      event.preventDefault();
      stops[to]?.focus();
    });
    return { element: row, choice, chip, digit, name, lock, hide };
  };

  const showRow = ({ id, name, colour }: LabelClass, place: number): void => {
    const row = rows.get(id)!;
    const { classId, locked, hidden } = view.value;
    const [isLocked, isHidden, chosen] = [locked.includes(id), hidden.includes(id), classId === id];
    row.chip.style.background = colour;
    setText(row.name, name);
    row.name.title = name;
    setText(row.digit, place < 9 ? String(place + 1) : '');
    row.choice.setAttribute('aria-pressed', String(chosen));
    row.choice.setAttribute(
      'aria-label',
      [name, isLocked && 'locked', isHidden && 'hidden'].filter(Boolean).join(', '),
    );
    row.element.classList.toggle('chosen', chosen);
    row.element.classList.toggle('locked', isLocked);
    row.element.classList.toggle('hidden-class', isHidden);
    row.element.setAttribute('aria-label', name);
    row.lock.setIcon(icon(isLocked ? 'locked' : 'unlocked'));
    row.lock.setLabel(isLocked ? 'Unlock' : 'Lock', chosen ? tooltipOf('classLock') : 'No tool changes a locked class');
    row.lock.setPressed(isLocked);
    row.hide.setIcon(icon(isHidden ? 'hidden' : 'shown'));
    row.hide.setLabel(isHidden ? 'Show' : 'Hide', chosen ? tooltipOf('classHide') : undefined);
    row.hide.setPressed(isHidden);
  };

  const showAll = (): void => {
    const { classes, canEdit } = model.value;
    const ids = new Set(classes.map(({ id }) => id));
    for (const [id, row] of rows)
      if (!ids.has(id)) {
        row.element.remove();
        rows.delete(id);
      }
    for (const [place, each] of classes.entries()) {
      if (!rows.has(each.id)) rows.set(each.id, makeRow(each.id));
      showRow(each, place);
    }
    const wanted = classes.map(({ id }) => rows.get(id)!.element);
    if (wanted.some((row, i) => list.children[i] !== row)) list.replaceChildren(...wanted);
    section.classList.toggle('read-only', !canEdit);
    add.element.hidden = !canEdit;
    roving.refresh();
  };
  view.subscribe((now, before) => {
    if (now.classId !== before.classId || now.locked !== before.locked || now.hidden !== before.hidden) showAll();
  });
  model.subscribe((now, before) => {
    if (now.classes !== before.classes || now.canEdit !== before.canEdit) showAll();
  });
  heading.title = `Keys 1 to 9 choose a class; ${keyName('x')} swaps with the last one`;
  showAll();
  return section;
}
