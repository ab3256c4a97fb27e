import type { Page } from 'playwright-core';
import { until } from '../ui/until.ts';

const MARK = 'page-clock';

/**
 * When the pages of a window said something of themselves, by their own clock, which is the system's. Playwright's waiting looks only
 * every now and then, half a second apart in the end, which is of no use for measuring.
 */
export class PageClock {
  readonly #marks: { readonly what: string; readonly at: number }[] = [];

  private constructor(page: Page) {
    page.on('console', (message) => {
      const [mark, what, at] = message.text().split(' ');
      if (mark === MARK && what !== undefined) this.#marks.push({ what, at: Number(at) });
    });
  }

  /** Pages have to be loaded anew after this. */
  static async install(page: Page): Promise<PageClock> {
    const clock = new PageClock(page);
    await page.addInitScript(SCRIPT);
    return clock;
  }

  /** @returns milliseconds from `start`, of the system's clock, until it was said */
  async passed(what: string, start: number): Promise<number> {
    const first = () => this.#marks.find((mark) => mark.what === what && mark.at >= start);
    await until(() => first() !== undefined, `a page says ${what}`);
    return first()!.at - start;
  }
}

/**
 * Runs in every frame, and does something in VS Code's frame around a webview: the webview's own document is written into its frame later,
 * which no script of ours survives. The second animation frame comes when what was drawn in the first one is on its way to the screen.
 */
const SCRIPT = `
if (location.pathname.endsWith('/webview/browser/pre/index.html')) {
  const said = { ready: new WeakMap(), prediction: new WeakMap() };
  setInterval(() => {
    for (const { contentDocument, contentWindow } of document.querySelectorAll('iframe')) {
      const body = contentDocument?.body;
      if (!body) continue;
      for (const name of Object.keys(said)) {
        const value = body.dataset[name];
        if (said[name].get(body) === value) continue;
        said[name].set(body, value);
        contentWindow.requestAnimationFrame(() => contentWindow.requestAnimationFrame(() => {
          console.debug('${MARK} data-' + name + '=' + value + ' ' + (performance.timeOrigin + performance.now()));
        }));
      }
    }
  }, 4);
}
`;
