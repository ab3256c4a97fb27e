import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Point } from '../../src/dataset/annotation/brush.ts';
import { until } from './until.ts';

/** What the annotator's page tells tests about itself (data attributes of its body). */
interface AnnotatorState {
  readonly ready?: string;
  readonly tool?: string;
  readonly classId?: string;
  /** Of the document, counts up with each change. */
  readonly version?: string;
  /** Edits that the host has not answered yet. */
  readonly pending?: string;
  /** "scale x y": CSS pixels per image pixel, and where the image's corner stands on the stage. */
  readonly viewport?: string;
  readonly prediction?: 'none' | 'computing' | 'ready' | 'unavailable';
  /** Milliseconds. */
  readonly medianRepaint?: string;
}

/** An open annotator: paints by pointer and keys as a person does, in pixels of the image. */
export class AnnotatorPage {
  readonly frame: FrameLocator;
  readonly #page: Page;

  constructor(page: Page, frame: FrameLocator) {
    this.#page = page;
    this.frame = frame;
  }

  get stage(): Locator {
    return this.frame.locator('.stage');
  }

  /** Waits until the sample is painted. */
  async ready(): Promise<this> {
    await this.frame.locator('body[data-ready="1"]').waitFor();
    return this;
  }

  state(): Promise<AnnotatorState> {
    return this.frame.locator('body').evaluate((body: { dataset: AnnotatorState }) => ({ ...body.dataset }));
  }

  /** Waits until the host has answered all edits. */
  async settled(): Promise<void> {
    await this.frame.locator('body[data-pending="0"]').waitFor();
  }

  /** @returns what stands on the canvas, to be compared with a later one */
  picture(): Promise<string> {
    return this.frame.locator('canvas.scene').evaluate((canvas: { toDataURL(): string }) => canvas.toDataURL());
  }

  /** Where the middle of an image's pixel is on the page. */
  async placeOf({ x, y }: Point): Promise<Point> {
    const { viewport } = await this.state();
    const box = await this.stage.boundingBox();
    if (viewport === undefined || box === null) throw new Error('The annotator shows no image.');
    const [scale, left, top] = viewport.split(' ').map(Number) as [number, number, number];
    return { x: box.x + left + (x + 0.5) * scale, y: box.y + top + (y + 0.5) * scale };
  }

  /** The keys of the annotator work from here on. The first click on a stage that was not focused only focuses it. */
  async focus(): Promise<void> {
    await this.stage.locator('canvas.overlay').focus();
    await sleep(200); // the context key goes round by way of the extension host
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    await sleep(150); // keys go round by way of the workbench
  }

  /** Presses a key and does not wait for what comes of it. */
  async keyDown(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Draws with the pointer through pixels of the image, and waits for the host's answer. */
  async stroke(...points: readonly Point[]): Promise<void> {
    const before = Number((await this.state()).version);
    for (const [i, point] of points.entries()) {
      const { x, y } = await this.placeOf(point);
      await this.#page.mouse.move(x, y, { steps: i === 0 ? 1 : 8 });
      if (i === 0) await this.#page.mouse.down();
    }
    await this.#page.mouse.up();
    await this.waitForVersion(before + 1);
  }

  /** Waits until the host has answered that many changes. */
  async waitForVersion(version: number): Promise<void> {
    await until(async () => {
      const now = await this.state();
      return Number(now.version) >= version && now.pending === '0';
    }, `the document is at version ${version}`);
  }
}
