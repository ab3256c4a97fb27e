import { element, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import type { Store } from '../shared/store.ts';
import type { Model } from './model.ts';

/** Why not all is there, in the host's sentences. */
export function createNotes(model: Store<Model>): HTMLElement {
  const text = element('div');
  const banner = element('div', { class: 'notes', role: 'note' }, icon('info'), text);
  const show = (): void => {
    const { notes } = model.value;
    text.replaceChildren(...notes.map((note) => element('p', {}, note)));
    setShown(banner, notes.length > 0);
  };
  model.subscribe((now, before) => {
    if (now.notes !== before.notes) show();
  });
  show();
  return banner;
}
