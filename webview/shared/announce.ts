import { element, setText } from './dom.ts';

/** A live region that screen readers read out: what a key changed without moving the focus. */
export function createAnnouncer(): { readonly region: HTMLElement; announce(text: string): void } {
  const region = element('div', { class: 'announcer', role: 'status', 'aria-live': 'polite' });
  return { region, announce: (text) => setText(region, text) };
}
