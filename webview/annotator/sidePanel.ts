import { createStore, type Store } from '../shared/store.ts';
import type { ViewState } from './viewState.ts';

/** Below this width, as in half an editor of a diff, there is no room for both. */
const ROOM_BESIDE_IMAGE = '(min-width: 461px)';

interface Place {
  readonly shown: boolean;
  /** Over the image, not beside it. */
  readonly over: boolean;
}

/**
 * Where classes and layers are: beside the image, which is the view's lasting choice, or over it where there is no room for both. There they
 * come when they are called, and are gone in the next view: the image is what one looks at.
 */
export interface SidePanel {
  readonly place: Pick<Store<Place>, 'value' | 'subscribe'>;
  toggle(): void;
  /** @returns false when it does not lie over the image */
  putAway(): boolean;
}

export function createSidePanel(view: Store<ViewState>): SidePanel {
  const room = matchMedia(ROOM_BESIDE_IMAGE);
  let called = false;
  const here = (): Place => ({ shown: room.matches ? view.value.panel : called, over: !room.matches });
  const place = createStore<Place>(here());
  const call = (shown: boolean): void => {
    called = shown;
    place.change(here());
  };
  view.subscribe(() => place.change(here()));
  room.addEventListener('change', () => call(false));
  return {
    place,
    toggle: () => {
      if (room.matches) view.change({ panel: !view.value.panel });
      else call(!called);
    },
    putAway: () => {
      const { shown, over } = place.value;
      if (!shown || !over) return false;
      call(false);
      return true;
    },
  };
}
