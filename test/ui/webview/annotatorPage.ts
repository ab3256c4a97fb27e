import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import { chromium, type Browser, type Frame, type Page } from 'playwright-core';
import { packBytes } from '../../../src/dataset/annotation/packedLabels.ts';
import { applyEdit, editProblem, type LabelEdit } from '../../../src/dataset/annotation/labelEdit.ts';
import type { LabelClass } from '../../../src/dataset/classes.ts';
import type { RgbImage } from '../../../src/dataset/image.ts';
import type { LabelMap } from '../../../src/dataset/labelMap.ts';
import { encodeRgbPng } from '../../../src/dataset/png.ts';
import type { AnnotatorActionName } from '../../../src/messages/annotatorActions.ts';
import {
  fromAnnotatorSchema,
  type FromAnnotator,
  type SampleSnapshot,
  type ToAnnotator,
} from '../../../src/messages/annotatorMessages.ts';
import { pageHtml } from '../../../src/vscode/pages/pageHtml.ts';
import { THEMES, type ThemeKind } from './themes.ts';

// The annotator's real bundle in a real browser, under the real content security policy; only the extension host is played.

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export interface TestSample {
  readonly image: RgbImage;
  readonly labels: LabelMap;
  readonly classes: readonly LabelClass[];
  readonly name?: string;
  readonly canEdit?: boolean;
  readonly notes?: readonly string[];
  readonly status?: SampleSnapshot['status'];
}

/** A browser and the server that it asks; one for all tests. */
export interface AnnotatorServer {
  open(sample: TestSample, options?: OpenOptions): Promise<AnnotatorPage>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly theme?: ThemeKind;
  readonly size?: { readonly width: number; readonly height: number };
  readonly pixelRatio?: number;
  /** As `getState` gives it back. */
  readonly savedState?: unknown;
  /** The host's `view`. */
  readonly view?: unknown;
  /** The host does not answer edits by itself. */
  readonly silent?: boolean;
}

export async function startAnnotatorServer(): Promise<AnnotatorServer> {
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium on this machine: install chromium.');
  const files = new Map<string, { readonly type: string; readonly text: string }>();
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    minify: true,
    entryPoints: { annotator: 'webview/annotator/main.ts' },
    outdir: 'dist/webview',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  });
  for (const { path, text } of outputFiles)
    files.set(path.endsWith('.js') ? '/annotator.js' : '/annotator.css', {
      type: path.endsWith('.js') ? 'text/javascript' : 'text/css',
      text,
    });
  files.set('/', {
    type: 'text/html',
    text: '<!DOCTYPE html><style>html,body{margin:0;height:100%}iframe{border:0;width:100%;height:calc(100% - 30px);display:block}</style><iframe src="/annotator.html"></iframe><button>elsewhere</button>',
  });
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    // Nobody misses the favicon.
    if (file) response.writeHead(200, { 'content-type': file.type }).end(file.text);
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  files.set('/annotator.html', {
    type: 'text/html',
    text: pageHtml(
      { cspSource: origin, nonce: 'n0nce', language: 'en' },
      { script: '/annotator.js', style: '/annotator.css' },
    ),
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
  return {
    open: (sample, options) => openPage(browser, origin, sample, options ?? {}),
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

interface PageWindow {
  posted: unknown[];
  kept: unknown;
  silent: boolean;
  version: number;
}

async function openPage(
  browser: Browser,
  origin: string,
  sample: TestSample,
  { theme = 'dark', size, pixelRatio = 1, savedState, view, silent = false }: OpenOptions,
): Promise<AnnotatorPage> {
  const viewport = { width: size?.width ?? 1100, height: (size?.height ?? 760) + 30 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: pixelRatio });
  const problems: string[] = [];
  page.on('console', (message) => {
    // Reading pixels back is what tests do, not the page.
    if (/readback operations/.test(message.text())) return;
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  // The loader that runs these tests puts calls of this into every function, also into those that run in the page.
  await page.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  await page.addInitScript(
    ({ variables, bodyClass, state, quiet }) => {
      if (window === window.top) return;
      const here = window as unknown as PageWindow & { acquireVsCodeApi: () => object };
      here.posted = [];
      here.kept = state;
      here.silent = quiet;
      here.version = 0;
      here.acquireVsCodeApi = () => ({
        postMessage: (message: { type: string; sequence: number }) => {
          here.posted.push(message);
          if (message.type === 'edit' && !here.silent)
            window.postMessage({ type: 'accepted', sequence: message.sequence, version: ++here.version });
        },
        getState: () => here.kept,
        setState: (kept: unknown) => {
          here.kept = kept;
        },
      });
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
      );
      document.addEventListener('DOMContentLoaded', () => {
        document.body.className = bodyClass;
        for (const [name, value] of Object.entries(variables))
          document.documentElement.style.setProperty(`--vscode-${name}`, value);
      });
    },
    {
      variables: {
        'font-family': 'system-ui, "DejaVu Sans", sans-serif',
        'font-size': '13px',
        ...THEMES[theme].variables,
      },
      bodyClass: THEMES[theme].bodyClass,
      state: savedState,
      quiet: silent,
    },
  );
  await page.goto(origin);
  const frame = page.frames()[1]!;
  const annotator = new AnnotatorPage(page, frame, problems, sample);
  await annotator.waitForPost('ready');
  await annotator.sendSample(sample, view);
  await frame.waitForSelector('body[data-ready="1"]');
  await frame.focus('.overlay');
  // The first click on an editor that just got the focus only focuses.
  await page.waitForTimeout(100);
  return annotator;
}

export class AnnotatorPage {
  readonly page: Page;
  readonly frame: Frame;
  /** Console errors, exceptions and violations of the policy; a test ends with none. */
  readonly problems: string[];
  /** The host's labels: edits that were posted are applied when {@link takeEdits} is called. */
  readonly labels: LabelMap;

  constructor(page: Page, frame: Frame, problems: string[], { labels }: TestSample) {
    this.page = page;
    this.frame = frame;
    this.problems = problems;
    this.labels = { ...labels, data: labels.data.slice() };
  }

  /** What the page said so far, checked by the host's own schema. */
  async posted(): Promise<readonly FromAnnotator[]> {
    const raw = await this.frame.evaluate(() =>
      (window as unknown as PageWindow).posted.map((message) =>
        JSON.stringify(message, (_, value: unknown) =>
          ArrayBuffer.isView(value)
            ? { $array: value.constructor.name, values: Array.from(value as unknown as Uint8Array) }
            : value,
        ),
      ),
    );
    return raw.map((text) => fromAnnotatorSchema.parse(JSON.parse(text, reviveArrays)));
  }

  async postsOf<T extends FromAnnotator['type']>(type: T): Promise<readonly Extract<FromAnnotator, { type: T }>[]> {
    const all = await this.posted();
    return all.filter((message): message is Extract<FromAnnotator, { type: T }> => message.type === type);
  }

  async waitForPost(type: FromAnnotator['type'], count = 1): Promise<void> {
    await this.frame.waitForFunction(
      ([wanted, least]) =>
        (window as unknown as PageWindow).posted.filter((each) => (each as { type: string }).type === wanted).length >=
        least,
      [type, count] as const,
      { timeout: 5000 },
    );
  }

  #taken = 0;
  /** The edits since the last call, each of which must fit the labels that the host has. */
  async takeEdits(): Promise<readonly { readonly name: string; readonly edit: LabelEdit }[]> {
    const edits = (await this.postsOf('edit')).slice(this.#taken);
    this.#taken += edits.length;
    for (const { edit } of edits) {
      const problem = editProblem(this.labels, edit);
      if (problem !== undefined) throw new Error(`An edit does not fit: ${problem}.`);
      applyEdit(this.labels, edit);
    }
    return edits;
  }

  async send(message: ToAnnotator): Promise<void> {
    const text = JSON.stringify(message, (_, value: unknown) =>
      ArrayBuffer.isView(value)
        ? { $array: value.constructor.name, values: Array.from(value as unknown as Uint8Array) }
        : value,
    );
    await this.frame.evaluate((json) => {
      const arrays = { Uint8Array, Uint32Array, Buffer: Uint8Array };
      window.postMessage(
        JSON.parse(json, (_, value: unknown) => {
          if (typeof value !== 'object' || value === null || !('$array' in value)) return value;
          const { $array, values } = value as unknown as { $array: keyof typeof arrays; values: number[] };
          return arrays[$array].from(values);
        }),
      );
    }, text);
  }

  async sendSample(sample: TestSample, view?: unknown, version = 0): Promise<void> {
    const { image, labels, classes, name = 'sample', canEdit = true, notes = [], status = 'open' } = sample;
    await this.send({
      type: 'sample',
      sample: {
        name,
        version,
        width: image.width,
        height: image.height,
        imageUri: `data:image/png;base64,${Buffer.from(encodeRgbPng(image)).toString('base64')}`,
        labels: packBytes(labels.data),
        status,
        classes,
        canEdit,
        notes,
      },
      view,
    });
  }

  async act(action: AnnotatorActionName): Promise<void> {
    await this.send({ type: 'action', action });
    await this.settled();
  }

  /** Messages are handled and frames drawn. */
  async settled(): Promise<void> {
    await this.frame.evaluate(
      () =>
        new Promise<void>((resolve) =>
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), 5),
        ),
    );
  }

  async data(name: string): Promise<string | undefined> {
    return this.frame.evaluate((key) => document.body.dataset[key], name);
  }

  /** Where a point of the image lies in the browser's window. */
  async at(x: number, y: number): Promise<{ readonly x: number; readonly y: number }> {
    await this.settled();
    const [scale, left, top] = (await this.data('viewport'))!.split(' ').map(Number);
    const box = (await this.frame.locator('.stage').boundingBox())!;
    return { x: box.x + left! + x * scale!, y: box.y + top! + y * scale! };
  }

  async moveTo(x: number, y: number, steps = 1): Promise<void> {
    const to = await this.at(x, y);
    await this.page.mouse.move(to.x, to.y, { steps });
  }

  async click(x: number, y: number): Promise<void> {
    await this.moveTo(x, y);
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.settled();
  }

  async stroke(...points: readonly (readonly [x: number, y: number])[]): Promise<void> {
    for (const [i, [x, y]] of points.entries()) {
      await this.moveTo(x, y, i === 0 ? 1 : 4);
      if (i === 0) await this.page.mouse.down();
    }
    await this.page.mouse.up();
    await this.settled();
  }

  /** The colour that stands on the screen for a point of the image. */
  async colourAt(x: number, y: number): Promise<readonly [red: number, green: number, blue: number]> {
    await this.settled();
    const colour = await this.frame.evaluate(
      ([px, py]) => {
        const [scale, left, top] = document.body.dataset['viewport']!.split(' ').map(Number);
        const canvas = document.querySelector<HTMLCanvasElement>('.scene')!;
        const ratio = window.devicePixelRatio;
        const at = [(left! + px! * scale!) * ratio, (top! + py! * scale!) * ratio] as const;
        return Array.from(canvas.getContext('2d')!.getImageData(Math.floor(at[0]), Math.floor(at[1]), 1, 1).data);
      },
      [x, y],
    );
    return [colour[0]!, colour[1]!, colour[2]!];
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

function reviveArrays(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$array' in value)) return value;
  const { $array, values } = value as unknown as { $array: string; values: number[] };
  return $array === 'Uint32Array' ? Uint32Array.from(values) : Uint8Array.from(values);
}
