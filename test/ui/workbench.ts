import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../harness/chromium.ts';
import { installExtension, startCodeServer, type CodeServer } from '../harness/codeServer.ts';
import { loggedErrors } from '../harness/loggedErrors.ts';
import { repository } from '../harness/repository.ts';
import { makeSampleWorkspace } from '../harness/sampleWorkspace.ts';
import { packagedExtension } from './packagedExtension.ts';

/** The four kinds of themes by the title of one, with the class that the workbench then has. */
export const THEMES = {
  dark: { name: 'Dark Modern', workbenchClass: 'vs-dark' },
  light: { name: 'Light Modern', workbenchClass: 'vs' },
  'high-contrast': { name: 'Dark High Contrast', workbenchClass: 'hc-black' },
  'high-contrast-light': { name: 'Light High Contrast', workbenchClass: 'hc-light' },
} as const;
export type ThemeKind = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** A workbench that crashed: this one goes on with its user data, its browser and its workspace. */
  readonly after?: Workbench;
  /** Folder to open; default: a fresh sample project. */
  readonly workspace?: string;
  readonly workspaceTrust?: boolean;
  /** More of them, as .vsix. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

const screenshots = join(repository, 'out/screenshots');

/** VS Code's window as a person sees it: what can be clicked, typed and read. Selectors of VS Code live here and nowhere else. */
export class Workbench {
  readonly page: Page;
  readonly home: string;
  readonly workspace: string;
  readonly #server: CodeServer;
  readonly #browser: BrowserContext;
  readonly #problems: string[] = [];

  private constructor(
    page: Page,
    places: { readonly home: string; readonly workspace: string },
    server: CodeServer,
    browser: BrowserContext,
  ) {
    this.page = page;
    this.home = places.home;
    this.workspace = places.workspace;
    this.#server = server;
    this.#browser = browser;
    page.setDefaultTimeout(60_000); // two cores may be busy with a training
    page.on('pageerror', (error) => this.#problems.push(`A page threw: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      const ours = /annotator\.js|gallery\.js|datasetgan/i.test(`${message.location().url} ${text}`);
      if (/Content Security Policy/i.test(text) || (message.type() === 'error' && ours)) {
        this.#problems.push(`In the console: ${text}`);
      }
    });
  }

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const { after } = options;
    const home = after?.home ?? mkdtempSync(join(tmpdir(), 'dgan-ui-'));
    const workspace = after?.workspace ?? options.workspace ?? join(home, 'avatars');
    const vsix = packagedExtension();
    if (after === undefined) {
      if (options.workspace === undefined) await makeSampleWorkspace(workspace);
      for (const each of [vsix, ...(options.extensions ?? [])]) if (each !== undefined) installExtension(home, each);
    }

    // Only with the smoke-test driver does code-server take an extension under development; it then hides notifications.
    const server = await startCodeServer({
      ...options,
      home,
      smokeTestDriver: vsix === undefined,
      // The browser keeps what it stores by the server's address.
      ...(after === undefined ? {} : { port: after.#server.port }),
    });
    const browser = await launchChromium(home);
    try {
      const page = browser.pages()[0] ?? (await browser.newPage());
      const workbench = new Workbench(page, { home, workspace }, server, browser);
      const development = [
        ['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${server.port}${repository}`],
        ['skipWelcome', 'true'],
      ] as const;
      await page.goto(server.url(workspace, vsix === undefined ? development : undefined));
      // A file that is opened before the extension is known opens as text.
      await workbench.activityBarItem('DatasetGAN').waitFor();
      return workbench;
    } catch (error) {
      await browser.close();
      await server.stop();
      throw error;
    }
  }

  /** Loads the window again, as by F5: the extension host starts anew. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.activityBarItem('DatasetGAN').waitFor();
  }

  get serverPid(): number {
    return this.#server.pid;
  }

  /** Errors of the pages and of the logs up to now. */
  problems(expected: readonly RegExp[] = []): string[] {
    return [
      ...this.#problems.filter((text) => !expected.some((pattern) => pattern.test(text))),
      ...loggedErrors(this.#server.userData, expected),
    ];
  }

  /** Closes all and throws when anything went wrong on the way that the test itself did not see. */
  async close(expected: readonly RegExp[] = []): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    const problems = this.problems(expected);
    if (problems.length > 0) throw new Error(`${problems.join('\n')}\nLogs and workspace stay in ${this.home}.`);
    if (process.env['DATASETGAN_KEEP'] === undefined)
      rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
  }

  /** The server and its extension host die at once, as in a power cut; `home` stays for another workbench. */
  async crash(): Promise<void> {
    await this.#server.kill();
    await this.#browser.close();
  }

  // --- what is on the screen ---

  activityBarItem(title: string): Locator {
    return this.page.locator(`.activitybar .action-item a[aria-label^="${title}"]`).first();
  }

  tab(name: string): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: name }).first();
  }

  /** A view of the side bar, by its title. */
  view(title: string): Locator {
    return this.page
      .locator('.split-view-view', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) })
      .last();
  }

  viewRow(view: string, text: string | RegExp): Locator {
    return this.view(view).locator('.monaco-list-row', { hasText: text }).first();
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  notification(text: string | RegExp): Locator {
    return this.page
      .locator('.notification-toast, .notifications-list-container .monaco-list-row', { hasText: text })
      .first();
  }

  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** The visible webviews from left to right: annotators, gallery, report. */
  async webviews(): Promise<FrameLocator[]> {
    const frames = this.page.locator('iframe.webview.ready:visible');
    const count = await frames.count();
    const placed = await Promise.all(
      Array.from({ length: count }, async (_, i) => ({ i, x: (await frames.nth(i).boundingBox())?.x ?? 0 })),
    );
    return placed
      .sort((a, b) => a.x - b.x)
      .map(({ i }) => frames.nth(i).contentFrame().frameLocator('iframe#active-frame'));
  }

  /** The only visible webview. */
  webview(): FrameLocator {
    return this.page.locator('iframe.webview.ready:visible').contentFrame().frameLocator('iframe#active-frame');
  }

  /** The picture in VS Code's viewer of images. */
  shownImage(): Locator {
    return this.webview().locator('img:not(.loading)');
  }

  async screenshot(name: string): Promise<void> {
    const path = join(screenshots, `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path });
  }

  // --- what a person does ---

  /** By Go to File. @param path as typed: enough of the name to be unique */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1)!;
    await this.#openQuickInput('Control+P', path);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
    await this.tab(name).waitFor();
  }

  /** From the command palette, by its title with category: "DatasetGAN: Train Interpreter". */
  async runCommand(title: string): Promise<void> {
    await this.#openQuickInput('F1', `>${title}`);
    const exactly = new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(…|\\.\\.\\.)?$`);
    await this.page.locator('.quick-input-list .label-name').getByText(exactly).first().click();
  }

  /** Whether the command palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    await this.#openQuickInput('F1', `>${title}`);
    await sleep(700);
    const labels = await this.page.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await this.#quickInput().waitFor({ state: 'hidden' });
    return labels.some((label) => label.includes(title));
  }

  /** Chooses in a quick pick that is open or opens soon. */
  async pick(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** Types into a box that is open or opens soon, and accepts. */
  async answer(text: string): Promise<void> {
    await this.#quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /**
   * Gives a path in the file dialog that VS Code has in a browser.
   * @param path a folder's ends with a slash
   * @param button what accepts it
   */
  async chooseFile(path: string, button: string): Promise<void> {
    const accept = this.page.locator('.quick-input-widget:visible .quick-input-action .monaco-button', {
      hasText: new RegExp(`^${button}$`),
    });
    await accept.waitFor();
    // Only when it has listed the folder that it begins with it leaves alone what is typed, and it does not hear while it lists another.
    for (let attempt = 1; ; attempt++) {
      await this.page.locator('.quick-input-list .monaco-list-row', { hasText: '..' }).first().waitFor();
      if ((await this.#quickInput().inputValue()) === path)
        await accept.click({ timeout: 2000 }).catch(() => undefined);
      else await this.#quickInput().fill(path);
      try {
        await accept.waitFor({ state: 'hidden', timeout: 1000 });
        return;
      } catch (error) {
        if (attempt === 30) throw error;
      }
    }
  }

  /** A box that is open or opens soon, by what it asks: its prompt, or what stands in it while it is empty. */
  question(text: string): Locator {
    const box = this.page.locator('.quick-input-widget:visible');
    return box.filter({ hasText: text }).or(box.filter({ has: this.page.locator(`input[placeholder*="${text}"]`) }));
  }

  /** Answers a modal dialog that is open or opens soon. */
  async press(button: string, text: string | RegExp): Promise<void> {
    await this.dialog().filter({ hasText: text }).getByRole('button', { name: button, exact: true }).click();
  }

  /** Types into a box that is open, without accepting. */
  async type(text: string): Promise<void> {
    await this.#quickInput().fill(text);
  }

  /** Opens a box by a key and types into it; again when the key goes under: another box or an editor may still be closing. */
  async #openQuickInput(key: string, text: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#quickInput()
        .waitFor({ state: 'hidden', timeout: 2000 })
        .catch(() => undefined);
      await this.page.keyboard.press(key);
      try {
        await this.#quickInput().fill(text, { timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
  }

  /** Chooses a task by its title, from the list that the command palette has behind "task". */
  async runTask(type: string, title: string): Promise<void> {
    await this.#openQuickInput('F1', `task ${type}`);
    await this.pick(type);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows
      .filter({ hasText: `${type}: ` })
      .first()
      .waitFor(); // what is typed earlier goes to the list before
    await this.#quickInput().fill(title.split(' ').at(-1)!); // the type before it is not searched
    await this.pick(title);
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type=text]').first();
  }

  /** Shows the extension's side bar. */
  async showDatasetgan(): Promise<void> {
    const item = this.activityBarItem('DatasetGAN');
    const shown = this.page.locator('.activitybar .action-item.checked a[aria-label^="DatasetGAN"]');
    if ((await shown.count()) === 0) await item.click();
    await this.view('Project').waitFor();
  }

  /** Folds all views of the extension but one. */
  async showOnly(view: 'Project' | 'Jobs' | 'Data Set' | 'Uncertainty'): Promise<void> {
    await this.showDatasetgan();
    for (const title of ['Project', 'Jobs', 'Data Set', 'Uncertainty']) {
      const header = this.view(title).locator('.pane-header').first();
      const unfolded = (await header.getAttribute('aria-expanded')) === 'true';
      if (unfolded !== (title === view)) await header.click();
    }
    await this.page.mouse.move(640, 790); // no hover on what is looked at
    await sleep(500);
  }

  async closeEditor(): Promise<void> {
    await this.runCommand('View: Close Editor');
  }

  /** Says no when VS Code asks, and sees that it says so. */
  async refuseTrust(): Promise<void> {
    const restricted = this.statusBarItem('Restricted Mode');
    const question = this.dialog().filter({ hasText: 'trust the authors' });
    await restricted.or(question).first().waitFor();
    if (await question.isVisible()) await question.getByRole('button', { name: /^No/ }).click();
    await restricted.waitFor();
  }

  async grantTrust(): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    await this.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust/ })
      .first()
      .click();
    await this.statusBarItem('Restricted Mode').waitFor({ state: 'detached' });
    await this.closeEditor();
  }

  async useTheme(kind: ThemeKind): Promise<void> {
    const { name, workbenchClass } = THEMES[kind];
    await this.runCommand('Preferences: Color Theme');
    await this.#quickInput().fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
    await this.page.locator(`.monaco-workbench.${workbenchClass}`).waitFor();
    await sleep(500); // webviews repaint after the workbench
  }
}
