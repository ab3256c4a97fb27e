import type { Point } from '../../src/dataset/annotation/brush.ts';
import { element } from '../shared/dom.ts';
import { themeColour } from '../shared/theme.ts';
import { FrameTimes } from './frameTimes.ts';
import { OverlayPen } from './overlayPen.ts';
import type { Scene } from './scene.ts';
import type { PointerTool, ToolPoint } from './tools/tool.ts';
import {
  centred,
  keptInSight,
  moved,
  nextLevel,
  restoredZoom,
  savedZoom,
  showing,
  toImage,
  zoomedAt,
  type SavedZoom,
  type Size,
  type Viewport,
} from './viewport.ts';

/** What the stage asks of those who know the document. */
export interface StageClient {
  /** Undefined: nothing can be painted. */
  tool(): PointerTool | undefined;
  /** Alt+click. */
  pick(at: Point): void;
  /** Undefined: no longer over the stage. */
  hover(at: Point | undefined): void;
  zoomed(zoom: SavedZoom): void;
  resizeBrush(direction: 1 | -1): void;
  /** Something that tests can read has changed. */
  drawn(viewport: Viewport, times: FrameTimes): void;
}

type Gesture =
  | { readonly kind: 'none' }
  /** The click that only focuses, or one with a button that means nothing here. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'pan'; x: number; y: number }
  | { readonly kind: 'tool'; readonly tool: PointerTool; readonly pointer: number };

/** A click so soon after the focus came is the click that brought it. */
const FOCUS_CLICK_MS = 80;
const WHEEL_ZOOM = 0.0022;
const KEY_STEP = { plain: 1, shift: 10 } as const;

/** The canvases, and what pointer and keys do on them: zoom, pan, and the tool. */
export class Stage {
  readonly element: HTMLElement;
  readonly #scenes: HTMLCanvasElement;
  readonly #overlay: HTMLCanvasElement;
  readonly #client: StageClient;
  readonly #times = new FrameTimes();

  #scene: Scene | undefined;
  #image: Size = { width: 1, height: 1 };
  #viewport: Viewport = { scale: 1, x: 0, y: 0 };
  #zoom: SavedZoom = 'fit';
  #size: Size = { width: 0, height: 0 };

  #gesture: Gesture = { kind: 'none' };
  #focusedAt = -Infinity;
  #focused = document.hasFocus();
  #spaceHeld = false;
  #pannedWithSpace = false;
  /** The keyboard's cursor, on the middle of a pixel; the pointer takes over when it moves. */
  #cursor: Point | undefined;
  #penDown: PointerTool | undefined;
  #lastPointer: Point | undefined;

  #frame = 0;
  #overlayDirty = true;
  #handled = 0;

  constructor(client: StageClient) {
    this.#client = client;
    this.#scenes = element('canvas', { class: 'scene' });
    this.#overlay = element('canvas', {
      class: 'overlay',
      tabindex: '0',
      role: 'application',
      'aria-label': 'Sample',
      'aria-describedby': 'stage-help',
    });
    const help = element(
      'p',
      { id: 'stage-help', class: 'announcer' },
      'Arrow keys move the cursor, with Shift ten pixels at a time. Space puts the tool down and lifts it again. ' +
        'While the magic wand is down, left and right change its tolerance. Escape takes back what is not finished, ' +
        'Enter closes a polygon.',
    );
    this.element = element('div', { class: 'stage' }, this.#scenes, this.#overlay, help);
    this.#listen();
  }

  get canvas(): HTMLCanvasElement {
    return this.#scenes;
  }

  get viewport(): Viewport {
    return this.#viewport;
  }

  /** Where tools work now: under the keyboard's cursor, else under the pointer; image pixels. */
  get place(): Point | undefined {
    return this.#cursor ?? (this.#lastPointer && toImage(this.#viewport, this.#lastPointer));
  }

  show(scene: Scene, image: Size, zoom: SavedZoom, name: string): void {
    this.#scene = scene;
    this.#image = image;
    this.#zoom = zoom;
    this.#penDown = undefined;
    this.#gesture = { kind: this.#gesture.kind === 'none' ? 'none' : 'ignored' };
    this.#overlay.setAttribute('aria-label', name);
    if (this.#cursor && (this.#cursor.x > image.width || this.#cursor.y > image.height)) this.#cursor = undefined;
    this.#place(restoredZoom(zoom, this.#size, image));
  }

  focus(): void {
    this.#overlay.focus({ preventScroll: true });
  }

  /** Something takes a moment. */
  setWaiting(waiting: boolean): void {
    this.element.classList.toggle('waiting', waiting);
  }

  drawAgain(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  drawOverlayAgain(): void {
    this.#overlayDirty = true;
    this.drawAgain();
  }

  zoomFit(): void {
    this.#setZoom('fit', restoredZoom('fit', this.#size, this.#image));
  }

  zoomActual(): void {
    this.#zoomTo(centred(this.#size, this.#image, 1));
  }

  /** To the next level, around the pointer or keyboard's cursor if it is there, else around the middle. */
  zoomStep(direction: 1 | -1): void {
    const { width, height } = this.#size;
    const at = this.#lastPointer ?? { x: width / 2, y: height / 2 };
    this.#zoomTo(zoomedAt(this.#viewport, at, nextLevel(this.#viewport.scale, direction)));
  }

  /** Ends whatever the pointer or keyboard is doing with a tool, without a trace. */
  cancelTool(): boolean {
    const tool = this.#client.tool();
    const busy = tool?.busy === true;
    if (busy) tool.cancel();
    if (this.#gesture.kind === 'tool') this.#gesture = { kind: 'ignored' };
    this.#penDown = undefined;
    return busy;
  }

  #listen(): void {
    const overlay = this.#overlay;
    new ResizeObserver(() => this.#resize()).observe(this.element);
    // The pixel ratio changes with the window's zoom and with the screen that it is on.
    window.addEventListener('resize', () => this.#resize());

    window.addEventListener('focus', () => {
      if (!this.#focused) this.#focusedAt = performance.now();
      this.#focused = true;
    });
    window.addEventListener('blur', () => {
      this.#focused = false;
      this.#setSpace(false);
    });

    overlay.addEventListener('pointerdown', (event) => this.#down(event));
    overlay.addEventListener('pointermove', (event) => this.#move(event));
    overlay.addEventListener('pointerup', (event) => this.#up(event));
    overlay.addEventListener('pointercancel', () => {
      this.cancelTool();
      this.#gesture = { kind: 'none' };
    });
    overlay.addEventListener('pointerleave', () => {
      this.#lastPointer = undefined;
      if (this.#cursor === undefined) this.#client.hover(undefined);
      this.drawOverlayAgain();
    });
    overlay.addEventListener('dblclick', () => this.#client.tool()?.doubleClick?.());
    overlay.addEventListener('contextmenu', (event) => event.preventDefault());
    // The middle button would start to scroll.
    overlay.addEventListener('mousedown', (event) => {
      if (event.button === 1) event.preventDefault();
    });
    this.element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });

    overlay.addEventListener('keydown', (event) => this.#keyDown(event));
    window.addEventListener('keyup', (event) => this.#keyUp(event));
    overlay.addEventListener('blur', () => {
      this.#setSpace(false);
      this.#liftPen();
      this.drawOverlayAgain();
    });
    overlay.addEventListener('focus', () => this.drawOverlayAgain());
  }

  #down(event: PointerEvent): void {
    const focusing = !this.#focused || performance.now() - this.#focusedAt < FOCUS_CLICK_MS;
    this.focus();
    if (this.#gesture.kind !== 'none') return;
    this.#overlay.setPointerCapture(event.pointerId);
    this.#setCursor(undefined);
    const at = this.#pointOf(event);
    const tool = this.#client.tool();
    if (focusing) this.#gesture = { kind: 'ignored' };
    else if (event.button === 1 || (event.button === 0 && this.#spaceHeld)) {
      this.#pannedWithSpace = true;
      this.#gesture = { kind: 'pan', x: event.clientX, y: event.clientY };
    } else if (event.button !== 0 || this.#penDown) this.#gesture = { kind: 'ignored' };
    else if (event.altKey) {
      this.#gesture = { kind: 'ignored' };
      this.#client.pick(at);
    } else if (tool) {
      this.#gesture = { kind: 'tool', tool, pointer: event.pointerId };
      tool.press(at);
    } else this.#gesture = { kind: 'pan', x: event.clientX, y: event.clientY };
    this.#showCursor();
  }

  #move(event: PointerEvent): void {
    const started = performance.now();
    const gesture = this.#gesture;
    this.#lastPointer = this.#onStage(event);
    if (gesture.kind === 'pan') {
      this.#zoomTo(moved(this.#viewport, event.clientX - gesture.x, event.clientY - gesture.y));
      [gesture.x, gesture.y] = [event.clientX, event.clientY];
      return;
    }
    if (gesture.kind === 'tool') {
      const events = event.getCoalescedEvents();
      gesture.tool.drag((events.length > 0 ? events : [event]).map((each) => this.#pointOf(each)));
      this.#handled += performance.now() - started;
    } else if (!this.#penDown) {
      if (event.movementX !== 0 || event.movementY !== 0) this.#setCursor(undefined);
      this.#client.tool()?.hover?.(this.#pointOf(event));
    }
    this.#client.hover(this.place);
    this.drawOverlayAgain();
  }

  #up(event: PointerEvent): void {
    const gesture = this.#gesture;
    this.#gesture = { kind: 'none' };
    if (gesture.kind === 'tool' && gesture.pointer === event.pointerId) gesture.tool.release(this.#pointOf(event));
    this.#showCursor();
    this.drawOverlayAgain();
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    // Lines and pages as pixels, about.
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 400;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.altKey) {
      // With Alt some systems scroll sideways.
      const delta = dy === 0 ? dx : dy;
      if (delta !== 0) this.#client.resizeBrush(delta < 0 ? 1 : -1);
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      // A pinch comes as small steps, a wheel as large ones.
      const factor = Math.exp(-Math.max(-160, Math.min(160, dy)) * (Math.abs(dy) < 20 ? 4 : 1) * WHEEL_ZOOM);
      this.#zoomTo(zoomedAt(this.#viewport, this.#onStage(event), this.#viewport.scale * factor));
      return;
    }
    this.#zoomTo(event.shiftKey && dx === 0 ? moved(this.#viewport, -dy, 0) : moved(this.#viewport, -dx, -dy));
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.code === 'Space') {
      event.preventDefault();
      if (!event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey) {
        this.#pannedWithSpace = false;
        this.#setSpace(true);
      }
      return;
    }
    const direction = ARROWS[event.key];
    if (!direction || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [dx, dy] = direction;
    const tool = this.#penDown;
    if (tool?.adjust && dx !== 0) {
      tool.adjust(dx * (event.shiftKey ? KEY_STEP.shift : KEY_STEP.plain));
      return;
    }
    if (tool?.adjust) return;
    const { width, height } = this.#image;
    const from = this.#cursor ?? this.#startOfCursor();
    // The first press shows the cursor where it is.
    const step = this.#cursor === undefined ? 0 : event.shiftKey ? KEY_STEP.shift : KEY_STEP.plain;
    const to = {
      x: Math.min(width - 0.5, Math.max(0.5, from.x + dx * step)),
      y: Math.min(height - 0.5, Math.max(0.5, from.y + dy * step)),
    };
    this.#setCursor(to);
    const point: ToolPoint = { ...to, shift: false, ctrl: false };
    if (tool) tool.drag([point]);
    else this.#client.tool()?.hover?.(point);
    const shown = showing(this.#viewport, this.#size, to);
    if (shown.x !== this.#viewport.x || shown.y !== this.#viewport.y) this.#zoomTo(shown);
    this.#client.hover(to);
    this.drawOverlayAgain();
  }

  #keyUp(event: KeyboardEvent): void {
    if (event.code !== 'Space' || !this.#spaceHeld) return;
    this.#setSpace(false);
    if (!this.#pannedWithSpace && this.#cursor && document.activeElement === this.#overlay) this.#tap(this.#cursor);
  }

  /** The keyboard's button: down, and up again at the next tap. */
  #tap(cursor: Point): void {
    const point: ToolPoint = { ...cursor, shift: false, ctrl: false };
    const tool = this.#client.tool();
    if (this.#penDown) {
      const down = this.#penDown;
      this.#penDown = undefined;
      down.release(point);
    } else if (tool) {
      tool.press(point);
      if (tool.clicks !== true && tool.busy) this.#penDown = tool;
      else tool.release(point);
    }
    this.drawOverlayAgain();
  }

  /** The focus went elsewhere: what is painted stays; a tolerance that was still being chosen does not. */
  #liftPen(): void {
    const down = this.#penDown;
    this.#penDown = undefined;
    if (down?.adjust) down.cancel();
    else if (down && this.#cursor) down.release({ ...this.#cursor, shift: false, ctrl: false });
  }

  #startOfCursor(): Point {
    const { width, height } = this.#size;
    const { x, y } = toImage(this.#viewport, this.#lastPointer ?? { x: width / 2, y: height / 2 });
    return {
      x: Math.min(this.#image.width - 1, Math.max(0, Math.floor(x))) + 0.5,
      y: Math.min(this.#image.height - 1, Math.max(0, Math.floor(y))) + 0.5,
    };
  }

  #setCursor(cursor: Point | undefined): void {
    this.#cursor = cursor;
    this.element.classList.toggle('by-keyboard', cursor !== undefined);
  }

  #setSpace(held: boolean): void {
    this.#spaceHeld = held;
    this.#showCursor();
  }

  #showCursor(): void {
    const { classList } = this.element;
    classList.toggle('panning', this.#gesture.kind === 'pan');
    classList.toggle('can-pan', this.#spaceHeld || this.#client.tool() === undefined);
  }

  #onStage({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #pointOf(event: MouseEvent): ToolPoint {
    const { x, y } = toImage(this.#viewport, this.#onStage(event));
    return { x, y, shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.element;
    const size = { width: clientWidth, height: clientHeight };
    this.#size = size;
    if (size.width > 0 && size.height > 0) this.#place(restoredZoom(this.#zoom, size, this.#image));
  }

  #zoomTo(viewport: Viewport): void {
    const kept = keptInSight(viewport, this.#size, this.#image);
    this.#setZoom(savedZoom(kept, this.#size, this.#image), kept);
  }

  #setZoom(zoom: SavedZoom, viewport: Viewport): void {
    this.#zoom = zoom;
    this.#place(viewport);
    this.#client.zoomed(zoom);
  }

  #place(viewport: Viewport): void {
    this.#viewport = viewport;
    const ratio = window.devicePixelRatio;
    this.#scene?.place(viewport, this.#size, ratio);
    const [width, height] = [Math.round(this.#size.width * ratio), Math.round(this.#size.height * ratio)];
    if (this.#overlay.width !== width || this.#overlay.height !== height) {
      this.#overlay.width = width;
      this.#overlay.height = height;
    }
    this.drawOverlayAgain();
    // A canvas that was resized is empty: no frame may show it so.
    if (this.#scene && this.#size.width > 0) this.#scene.draw();
  }

  #draw(): void {
    this.#frame = 0;
    const started = performance.now();
    const drawn = this.#scene?.draw() === true;
    if (this.#overlayDirty) this.#drawOverlay();
    this.#overlayDirty = false;
    const ended = performance.now();
    if (drawn && this.#handled > 0) {
      this.#times.add(this.#handled + ended - started);
      // For the profiler's timeline; not kept.
      performance.measure('annotator repaint', { start: started - this.#handled, end: ended });
      performance.clearMeasures('annotator repaint');
      this.#handled = 0;
    }
    if (this.#scene) this.#client.drawn(this.#viewport, this.#times);
  }

  #drawOverlay(): void {
    const context = this.#overlay.getContext('2d')!;
    const ratio = window.devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#overlay.width, this.#overlay.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const tool = this.#client.tool();
    const pen = new OverlayPen(context, this.#viewport, themeColour('--vscode-focusBorder', '#3794ff'));
    const byKeyboard = this.#cursor !== undefined && document.activeElement === this.#overlay;
    const present = byKeyboard || this.#lastPointer !== undefined || tool?.busy === true;
    if (tool && present && !this.#spaceHeld) tool.drawOver?.(pen);
    if (this.#cursor && document.activeElement === this.#overlay) pen.crosshair(this.#cursor);
  }
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
