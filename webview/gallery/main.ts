import './gallery.css';
import type { FromGallery, ToGallery } from '../../src/messages/galleryMessages.ts';
import { element } from '../shared/dom.ts';
import { connectToHost, reportFailures } from '../shared/hostConnection.ts';
import { Gallery } from './gallery.ts';
import type { GalleryLooks } from './galleryState.ts';

const host = connectToHost<ToGallery, FromGallery>();
reportFailures((message, stack) => host.post({ type: 'failed', message, ...(stack === undefined ? {} : { stack }) }));

interface Saved {
  readonly folder: string;
  readonly looks: GalleryLooks;
}

let gallery: Gallery | undefined;
let latest: Saved | undefined;
let saving: ReturnType<typeof setTimeout> | undefined;

/** What was saved for this very data set. */
function savedLooks(folder: string): unknown {
  const saved = host.savedState as Partial<Saved> | undefined;
  return saved?.folder === folder ? saved.looks : undefined;
}

host.onMessage((message) => {
  switch (message.type) {
    case 'dataSet': {
      const { dataSet, rows, fates } = message;
      const { folder } = dataSet;
      // A generation that began anew, say: what is shown stays as it looked.
      const looks = latest?.folder === folder ? latest.looks : savedLooks(folder);
      gallery?.dispose();
      gallery = new Gallery(
        dataSet,
        rows,
        fates,
        looks,
        (answer) => host.post(answer),
        (now) => keep(folder, now),
      );
      document.body.replaceChildren(gallery.element);
      gallery.start();
      keep(folder, gallery.looks);
      break;
    }
    case 'problem':
      gallery?.dispose();
      gallery = undefined;
      document.body.replaceChildren(element('p', { class: 'problem', role: 'alert' }, message.message));
      break;
    default:
      gallery?.receive(message);
  }
});

/** Scrolling changes the looks with every frame; the host needs them only when the panel hides. */
function keep(folder: string, looks: GalleryLooks): void {
  latest = { folder, looks };
  clearTimeout(saving);
  saving = setTimeout(() => host.saveState(latest), 200);
}
document.addEventListener('visibilitychange', () => {
  if (latest !== undefined) host.saveState(latest);
});

host.post({ type: 'ready' });
