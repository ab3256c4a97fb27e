import { element } from '../shared/dom.ts';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
}

/** A menu at a control (WAI-ARIA practices, "Menu button"); it closes when something else gets the focus. */
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  const menu = element('div', { class: 'menu', role: 'menu', 'aria-label': label });
  let closed = false;
  const close = (focusAnchor: boolean): void => {
    if (closed) return;
    closed = true;
    menu.remove();
    if (focusAnchor) anchor.focus();
  };
  const buttons = items.map(({ label: text, run }) => {
    const item = element('div', { class: 'menu-item', role: 'menuitem', tabindex: '-1' }, text);
    item.addEventListener('click', () => {
      close(true);
      run();
    });
    item.addEventListener('pointermove', () => item.focus());
    return item;
  });
  menu.append(...buttons);
  menu.addEventListener('keydown', (event) => {
    const at = buttons.findIndex((item) => item === document.activeElement);
    const count = buttons.length;
    if (event.key === 'ArrowDown') buttons[(at + 1) % count]?.focus();
    else if (event.key === 'ArrowUp') buttons[(at - 1 + count) % count]?.focus();
    else if (event.key === 'Home') buttons[0]?.focus();
    else if (event.key === 'End') buttons[count - 1]?.focus();
    else if (event.key === 'Enter' || event.key === ' ') buttons[at]?.click();
    else if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') close(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) close(false);
  });

  document.body.append(menu);
  const { left, bottom, top } = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  menu.style.left = `${Math.max(4, Math.min(left, window.innerWidth - offsetWidth - 4))}px`;
  menu.style.top = `${bottom + offsetHeight + 4 > window.innerHeight ? Math.max(4, top - offsetHeight) : bottom}px`;
  buttons[0]?.focus();
}
