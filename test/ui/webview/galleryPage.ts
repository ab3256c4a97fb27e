import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromGallery, ToGallery } from '../../../src/messages/galleryMessages.ts';
import { pageHtml } from '../../../src/vscode/pages/pageHtml.ts';
import { THEMES, type ThemeKind } from './themes.ts';

// The gallery's page as it is, in a plain Chromium: the bundle, the content security policy and the host's messages are the real ones;
// the extension host is played by the test.

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png' };
const dist = join(import.meta.dirname, '../../../dist/webview');

/** Serves a folder, readable from other origins as a webview's resources are. */
async function serve(
  folder: string,
  { page, fileOf = (path) => path }: { page?: () => string; fileOf?: (path: string) => string },
): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/' && page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page());
      return;
    }
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const stream = createReadStream(join(folder, normalize(fileOf(path))));
    stream.on('open', () =>
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'access-control-allow-origin': '*',
      }),
    );
    stream.on('error', () => response.writeHead(404).end());
    stream.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What VS Code gives a webview, and a record of what goes through it. */
const fakeHost = `(saved) => {
  window.said = [];
  window.kept = saved;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.said.push(structuredClone(message)),
    getState: () => window.kept,
    setState: (next) => { window.kept = structuredClone(next); },
  });
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber);
  });
}`;

const tellPage = `(text) => {
  window.postMessage(JSON.parse(text, (_, value) =>
    typeof value === 'object' && value !== null && '$' in value ? window[value.$].from(value.values) : value,
  ), '*');
  return new Promise((resolve) => setTimeout(resolve, 0));
}`;

const dress = `({ bodyClass, variables }) => {
  document.body.className = bodyClass;
  const { style } = document.documentElement;
  for (const name of [...style]) if (name.startsWith('--vscode-')) style.removeProperty(name);
  for (const [name, value] of Object.entries(variables)) style.setProperty('--vscode-' + name, value);
  style.setProperty('--vscode-font-family', 'system-ui, "DejaVu Sans", sans-serif');
  style.setProperty('--vscode-font-size', '13px');
}`;

export interface GalleryPage {
  readonly page: Page;
  /** Address of the data set's folder, of another origin than the page. */
  readonly uri: string;
  /** What the page said to the host so far. */
  said(): Promise<readonly FromGallery[]>;
  /** What it keeps with `setState`. */
  state(): Promise<unknown>;
  tell(message: ToGallery): Promise<void>;
  setTheme(kind: ThemeKind): Promise<void>;
  /** Waits until an expression is true in the page. */
  until(expression: string): Promise<void>;
  /** Errors of the console and of the page, and violations of its policy. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

let browser: Promise<Browser> | undefined;

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/**
 * Opens the gallery and waits until it says that it is ready.
 * @param folder of the data set
 * @param saved what an earlier page kept
 * @param fileOf the file that stands for an address: a few pictures may stand for many
 */
export async function openGalleryPage(
  folder: string,
  {
    saved,
    width = 1280,
    height = 860,
    fileOf = (path) => path,
  }: { saved?: unknown; width?: number; height?: number; fileOf?: (path: string) => string } = {},
): Promise<GalleryPage> {
  browser ??= chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const pictures = await serve(folder, { fileOf });
  const main: { server: Server; origin: string } = await serve(dist, {
    page: () =>
      pageHtml(
        { cspSource: `${main.origin} ${pictures.origin}`, nonce: 'dGVzdCBub25jZQ', language: 'en' },
        { script: `${main.origin}/gallery.js`, style: `${main.origin}/gallery.css` },
      ),
  });
  const page = await (await browser).newPage({ viewport: { width, height } });
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  // As text: the loader that runs these tests would put helpers into a function that a page does not have.
  await page.addInitScript({ content: `(${fakeHost})(${saved === undefined ? 'undefined' : JSON.stringify(saved)})` });
  const opened: GalleryPage = {
    page,
    uri: pictures.origin,
    said: () => page.evaluate('said'),
    state: () => page.evaluate('kept'),
    tell: async (message) => {
      // Typed arrays don't pass through the debugging protocol.
      const text = JSON.stringify(message, (_, value: unknown) =>
        ArrayBuffer.isView(value) ? { $: value.constructor.name, values: [...(value as Uint8Array)] } : value,
      );
      await page.evaluate(`(${tellPage})(${JSON.stringify(text)})`);
    },
    setTheme: async (kind) => {
      await page.evaluate(`(${dress})(${JSON.stringify(THEMES[kind])})`);
    },
    until: async (expression) => {
      // Not waitForFunction: it evaluates text inside the page, which the policy forbids.
      for (const end = Date.now() + 20_000; (await page.evaluate(expression)) !== true;) {
        if (Date.now() > end) throw new Error(`Not so in time: ${expression}`);
        await page.waitForTimeout(20);
      }
    },
    errors,
    close: async () => {
      await page.close();
      for (const { server } of [main, pictures]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  await page.goto(main.origin);
  await opened.setTheme('dark');
  await opened.until("said.some(({ type }) => type === 'ready')");
  return opened;
}
