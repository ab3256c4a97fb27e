import type { Point } from '../../src/dataset/annotation/brush.ts';
import { predictionInk } from '../../src/dataset/annotation/ink.ts';
import { inkEdit, labelTheRest } from '../../src/dataset/annotation/inkEdit.ts';
import { applyEdit, type LabelEdit } from '../../src/dataset/annotation/labelEdit.ts';
import { defaultColour } from '../../src/dataset/classes.ts';
import { UNLABELLED } from '../../src/dataset/labelMap.ts';
import { ANNOTATOR_ACTIONS, type AnnotatorActionName } from '../../src/messages/annotatorActions.ts';
import type { FromAnnotator, SampleStatus, ToAnnotator } from '../../src/messages/annotatorMessages.ts';
import { createAnnouncer } from '../shared/announce.ts';
import { element } from '../shared/dom.ts';
import type { HostConnection } from '../shared/hostConnection.ts';
import { createStore, type Store } from '../shared/store.ts';
import { onThemeChange } from '../shared/theme.ts';
import type { FrameTimes } from './frameTimes.ts';
import { createLayersPanel, showsDifferences } from './layersPanel.ts';
import { EMPTY_MODEL, type Model } from './model.ts';
import { createNotes } from './notes.ts';
import { createTools, OpenSample, type ToolSet } from './openSample.ts';
import { brushOf, createOptionsBar, setBrush } from './optionsBar.ts';
import { createPalette } from './palette.ts';
import { createQueueBar } from './queueBar.ts';
import { rectangleOfEdit } from './rectangles.ts';
import { loadImage } from './sampleImage.ts';
import type { SceneLook } from './scene.ts';
import { createSidePanel, type SidePanel } from './sidePanel.ts';
import { Stage } from './stage.ts';
import { createToolbar } from './toolbar.ts';
import { pixelAt } from './tools/pixelAt.ts';
import type { PointerTool, ToolBench } from './tools/tool.ts';
import type { Viewport } from './viewport.ts';
import { readViewState, steppedSize, writeViewState, type ViewState } from './viewState.ts';

const HOVER_MS = 60;
const SAVE_VIEW_MS = 150;
const PIECES_MS = 120;
/** A key that closed a polygon here also comes back from the host as a command, within this time. */
const ECHO_MS = 1000;

type Message = Exclude<ToAnnotator, { type: 'sample' }>;

/** The annotator's page: the host's document on a stage, with the controls around it. */
export class Annotator {
  readonly #host: HostConnection<ToAnnotator, FromAnnotator>;
  readonly #view: Store<ViewState>;
  readonly #model: Store<Model>;
  readonly #sidePanel: SidePanel;
  readonly #stage: Stage;
  readonly #announcer = createAnnouncer();
  readonly #bench: ToolBench;
  readonly #actions: Readonly<Record<AnnotatorActionName, () => void>>;

  #open: OpenSample | undefined;
  #tools: ToolSet | undefined;
  #loads = 0;
  /** Messages about a sample whose picture is still being loaded. */
  #waiting: Message[] | undefined;
  #sequence = 0;
  #bare = false;
  #wanted = false;
  #viewIsOwn: boolean;
  #saveTimer: number | undefined;
  #piecesTimer: number | undefined;
  #hover: { at: Point | undefined; timer: number | undefined; said: string } = {
    at: undefined,
    timer: undefined,
    said: '',
  };
  #finishedByKeyAt = -Infinity;

  constructor(host: HostConnection<ToAnnotator, FromAnnotator>, body: HTMLElement) {
    this.#host = host;
    this.#viewIsOwn = host.savedState !== undefined && host.savedState !== null;
    this.#view = createStore(readViewState(host.savedState));
    this.#model = createStore<Model>(EMPTY_MODEL);
    this.#sidePanel = createSidePanel(this.#view);
    this.#bench = this.#makeBench();
    this.#actions = this.#makeActions();
    this.#stage = new Stage({
      tool: () => this.#tool,
      pick: (at) => this.#pick(at),
      hover: (at) => this.#sayHover(at),
      zoomed: (zoom) => this.#view.change({ zoom }),
      resizeBrush: (direction) => this.#resizeBrush(direction),
      drawn: (viewport, times) => this.#showForTests(viewport, times),
    });
    const perform = (action: AnnotatorActionName): void => this.#actions[action]();
    const side = element(
      'aside',
      { class: 'side', 'aria-label': 'Classes and layers' },
      createPalette(this.#view, this.#model, {
        choose: (id) => this.#chooseClass(id),
        toggleLock: (id) => this.#view.change({ locked: toggled(this.#view.value.locked, id) }),
        toggleHidden: (id) => this.#view.change({ hidden: toggled(this.#view.value.hidden, id) }),
        post: (message) => host.post(message),
      }),
      createLayersPanel(this.#view, this.#model),
    );
    const root = element(
      'main',
      { class: 'annotator' },
      createToolbar(this.#view, this.#model, perform),
      createOptionsBar(this.#view, this.#model, this.#sidePanel, perform),
      createNotes(this.#model),
      this.#stage.element,
      side,
      createQueueBar(this.#model, perform),
      this.#announcer.region,
    );
    const { place } = this.#sidePanel;
    const showSide = (): void => {
      root.classList.toggle('without-side', !place.value.shown);
      root.classList.toggle('side-over', place.value.over);
    };
    showSide();
    place.subscribe(showSide);
    body.append(root);

    this.#view.subscribe((now, before) => this.#viewChanged(now, before));
    onThemeChange(() => this.#lookChanged());
    this.#listenToKeys(root);
    this.#listenToFocus();
    host.onMessage((message) => this.#receive(message));
    host.post({ type: 'ready' });
  }

  get #tool(): PointerTool | undefined {
    return this.#model.value.canEdit ? this.#tools?.[this.#view.value.tool] : undefined;
  }

  // What the host says

  #receive(message: ToAnnotator): void {
    if (message.type === 'sample') {
      void this.#openSample(message);
      return;
    }
    if (this.#waiting) this.#waiting.push(message);
    else this.#handle(message);
  }

  async #openSample({ sample, view }: Extract<ToAnnotator, { type: 'sample' }>): Promise<void> {
    const load = ++this.#loads;
    this.#waiting = [];
    let picture: ImageBitmap;
    try {
      picture = await loadImage(sample.imageUri);
    } catch (error) {
      if (load !== this.#loads) return;
      this.#model.change({ notes: [...sample.notes, `The image of ${sample.name} could not be loaded.`] });
      throw error;
    }
    if (load !== this.#loads) return;

    this.#stage.cancelTool();
    if (!this.#viewIsOwn) {
      this.#viewIsOwn = true;
      if (view !== undefined && view !== null) this.#view.change(readViewState(view));
    }
    const { name, classes, canEdit, notes, status } = sample;
    this.#model.change({ name, classes, canEdit, notes, status });
    this.#keepClass();
    const before = this.#open;
    const open = new OpenSample(sample, picture, this.#stage.canvas, this.#look(), before);
    this.#open = open;
    this.#tools = createTools(this.#bench, () => this.#stage.viewport);
    this.#model.change({ prediction: 'none', hasPrediction: false, hasOtherSide: false });
    this.#stage.show(open.scene, open, this.#view.value.zoom, name);
    this.#showPieces();
    this.#askForPrediction(true);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const message of waiting) this.#handle(message);
  }

  #handle(message: Message): void {
    const open = this.#open;
    switch (message.type) {
      case 'accepted': {
        const edit = open?.sync.accepted(message.sequence, message.version);
        if (open && edit) this.#drawEdits([edit]);
        this.#showForTests();
        return;
      }
      case 'edited':
        this.#edited(message.version, message.edit);
        return;
      case 'status':
        this.#model.change({ status: message.status });
        return;
      case 'classes':
        this.#model.change({ classes: message.classes });
        this.#keepClass();
        this.#lookChanged();
        return;
      case 'prediction': {
        const { prediction } = message;
        if (prediction.state === 'ready') {
          open?.setPrediction(prediction.prediction);
          this.#model.change({ prediction: 'ready', hasPrediction: open !== undefined });
          this.#stage.drawAgain();
        } else if (prediction.state === 'unavailable')
          this.#model.change({ prediction: { unavailable: prediction.reason } });
        else this.#model.change({ prediction: prediction.state });
        return;
      }
      case 'otherSide':
        open?.setOtherSide(message.labels);
        this.#model.change({ hasOtherSide: open !== undefined && message.labels !== undefined });
        this.#lookChanged();
        return;
      case 'queue':
        this.#model.change({ queue: message.queue });
        return;
      case 'action':
        if (Object.hasOwn(this.#actions, message.action)) this.#actions[message.action]();
        return;
    }
  }

  /** Goes in beneath whatever is being painted. */
  #edited(version: number, edit: LabelEdit): void {
    const open = this.#open;
    if (!open) return;
    let touched: readonly LabelEdit[] | 'lost' = [];
    const change = (): void => {
      touched = open.sync.edited(version, edit);
    };
    const busy = this.#tool?.busy === true ? this.#tool : undefined;
    if (busy) busy.beneath(change);
    else change();
    // All that the host has: this view missed something.
    if ((touched as unknown) === 'lost') this.#host.post({ type: 'ready' });
    else this.#drawEdits(touched);
    this.#showForTests();
  }

  #drawEdits(edits: readonly LabelEdit[]): void {
    for (const edit of edits) this.#bench.drawAgain(this.#open && rectangleOfEdit(edit, this.#open.width));
  }

  // What tools may do

  #makeBench(): ToolBench {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const self = this;
    const open = (): OpenSample => {
      if (!self.#open) throw new Error('No sample is open.');
      return self.#open;
    };
    const commit = (name: string, edit: LabelEdit | undefined): void => {
      if (!edit) return;
      const { sync } = open();
      const sequence = self.#sequence++;
      sync.paint(sequence, edit);
      self.#host.post({ type: 'edit', sequence, baseVersion: sync.version, name, edit });
      self.#showForTests();
    };
    return {
      get labels() {
        return open().labels;
      },
      get view() {
        return self.#view.value;
      },
      get locked() {
        return new Set(self.#view.value.locked);
      },
      get classId() {
        return self.#view.value.classId;
      },
      get prediction() {
        return open().prediction;
      },
      colourOf: (id) => self.#model.value.classes.find((each) => each.id === id)?.colour ?? defaultColour(id),
      image: () => open().image(),
      drawAgain: (rectangle) => {
        if (!rectangle) return;
        open().scene.labelsChanged(rectangle);
        self.#stage.drawAgain();
      },
      drawOverlayAgain: () => self.#stage.drawOverlayAgain(),
      preview: (area, colour = '#ffffff') => {
        open().scene.setPreview(area && { area, colour });
        self.#stage.drawAgain();
      },
      commit,
      apply: (name, edit) => {
        if (!edit) return;
        applyEdit(open().labels, edit);
        self.#drawEdits([edit]);
        commit(name, edit);
      },
      say: (sentence) => self.#say(sentence),
    };
  }

  // What keys, buttons and commands do

  #makeActions(): Readonly<Record<AnnotatorActionName, () => void>> {
    const [view, host] = [this.#view, this.#host];
    const tool = (name: ViewState['tool']) => (): void => {
      if (!this.#model.value.canEdit || view.value.tool === name) return;
      this.#stage.cancelTool();
      view.change({ tool: name });
      this.#say(`${ANNOTATOR_ACTIONS[TOOL_ACTIONS[name]].title}.`);
    };
    const flag = (name: keyof ViewState, title: string) => (): void => {
      view.change({ [name]: view.value[name] !== true });
      this.#say(`${title}: ${view.value[name] === true ? 'on' : 'off'}.`);
    };
    const nth = (place: number) => (): void => {
      const chosen = this.#model.value.classes[place - 1];
      if (chosen) this.#chooseClass(chosen.id);
    };
    const go = (to: 'next' | 'previous' | 'nextUnreviewed' | 'nextUncertain') => (): void => {
      this.#saveView();
      host.post({ type: 'go', to });
    };
    const status = (wanted: SampleStatus) => (): void => {
      if (!this.#model.value.canEdit) return;
      host.post({ type: 'setStatus', status: this.#model.value.status === wanted ? 'open' : wanted });
    };
    const opacity = (by: number) => (): void => {
      view.change({ opacity: Math.min(1, Math.max(0, Math.round(view.value.opacity * 10 + by) / 10)) });
      this.#say(`Labels at ${Math.round(view.value.opacity * 100)} percent.`);
    };
    const ofClass = (name: 'locked' | 'hidden') => (): void => {
      const { classId } = view.value;
      if (classId === undefined) return;
      view.change({ [name]: toggled(view.value[name], classId) });
      this.#say(`${this.#nameOf(classId)} ${view.value[name].includes(classId) ? 'is' : 'is no longer'} ${name}.`);
    };
    return {
      toolBrush: tool('brush'),
      toolEraser: tool('eraser'),
      toolPolygon: tool('polygon'),
      toolLasso: tool('lasso'),
      toolFill: tool('fill'),
      toolWand: tool('wand'),
      toolSuperpixels: tool('superpixels'),
      toolAccept: tool('accept'),
      brushSmaller: () => this.#resizeBrush(-1),
      brushLarger: () => this.#resizeBrush(1),
      brushShape: () => {
        const brush = brushOf(view.value);
        if (!brush) return;
        const shape = view.value.brushes[brush].shape === 'circle' ? 'square' : 'circle';
        setBrush(view, brush, { shape });
        this.#say(`${shape === 'circle' ? 'Circle' : 'Square'}.`);
      },
      fillStroke: flag('fillStroke', 'Closed strokes fill themselves'),
      subtract: flag('subtract', 'Subtract'),
      fillEverywhere: flag('fillEverywhere', 'Fill all of one label'),
      class1: nth(1),
      class2: nth(2),
      class3: nth(3),
      class4: nth(4),
      class5: nth(5),
      class6: nth(6),
      class7: nth(7),
      class8: nth(8),
      class9: nth(9),
      classPick: () => {
        const { place } = this.#stage;
        if (place) this.#pick(place);
      },
      classSwap: () => {
        const { lastClassId } = view.value;
        if (lastClassId !== undefined && this.#hasClass(lastClassId)) this.#chooseClass(lastClassId);
      },
      classLock: ofClass('locked'),
      classHide: ofClass('hidden'),
      labelTheRest: () => this.#labelTheRest(),
      contours: flag('contours', 'Contours only'),
      opacityLess: opacity(-1),
      opacityMore: opacity(1),
      prediction: flag('prediction', 'Prediction'),
      uncertainty: flag('uncertainty', 'Uncertainty'),
      acceptImage: () => this.#accept(undefined),
      acceptClass: () => {
        const { classId } = view.value;
        if (classId !== undefined) this.#accept(classId);
      },
      differences: () => {
        const on = !showsDifferences(view.value, this.#model.value);
        view.change({ differences: on });
        this.#say(`Changed pixels: ${on ? 'on' : 'off'}.`);
      },
      zoomIn: () => this.#stage.zoomStep(1),
      zoomOut: () => this.#stage.zoomStep(-1),
      zoomFit: () => this.#stage.zoomFit(),
      zoomActual: () => this.#stage.zoomActual(),
      reviewed: () => {
        if (performance.now() - this.#finishedByKeyAt < ECHO_MS) this.#finishedByKeyAt = -Infinity;
        else if (!this.#finishTool()) status('reviewed')();
      },
      discarded: status('discarded'),
      next: go('next'),
      previous: go('previous'),
      nextUnreviewed: go('nextUnreviewed'),
      nextUncertain: go('nextUncertain'),
    };
  }

  #resizeBrush(direction: 1 | -1): void {
    const brush = brushOf(this.#view.value);
    if (!brush) return;
    const size = steppedSize(this.#view.value.brushes[brush].size, direction);
    setBrush(this.#view, brush, { size });
    this.#say(`${size} pixels.`);
  }

  #chooseClass(id: number): void {
    const { classId } = this.#view.value;
    if (id === classId) return;
    this.#view.change({ classId: id, lastClassId: classId });
    this.#say(`${this.#nameOf(id)}.`);
  }

  /** After other classes came: one that is still there is chosen. */
  #keepClass(): void {
    const { classes } = this.#model.value;
    const { classId } = this.#view.value;
    if (classId !== undefined && this.#hasClass(classId)) return;
    // The first one is the background, as a rule.
    this.#view.change({ classId: (classes[1] ?? classes[0])?.id });
  }

  #hasClass(id: number): boolean {
    return this.#model.value.classes.some((each) => each.id === id);
  }

  #nameOf(id: number): string {
    return this.#model.value.classes.find((each) => each.id === id)?.name ?? `Class ${id}`;
  }

  #pick(at: Point): void {
    const open = this.#open;
    const pixel = open && pixelAt(at, open);
    if (!pixel) return;
    const id = open.labels.data[pixel.y * open.width + pixel.x]!;
    if (id === UNLABELLED) this.#say('Nothing is labelled here.');
    else if (this.#hasClass(id)) this.#chooseClass(id);
    else this.#say(`No class has the id ${id} any more.`);
  }

  #labelTheRest(): void {
    const { classes, canEdit } = this.#model.value;
    const background =
      classes.find(({ name }) => name.trim().toLowerCase() === 'background') ??
      classes.find(({ id }) => id === 0) ??
      classes[0];
    if (!this.#open || !canEdit || !background) return;
    this.#stage.cancelTool();
    const { labels, locked } = this.#bench;
    const edit = labelTheRest(labels, background.id, locked);
    this.#bench.apply('Label the Rest', edit);
    this.#say(edit ? `The rest is ${background.name}.` : 'Nothing was left to label.');
  }

  #accept(only: number | undefined): void {
    const { prediction } = this.#open ?? {};
    if (!this.#open || !this.#model.value.canEdit) return;
    if (!prediction) {
      const given = this.#model.value.prediction;
      this.#view.change({ prediction: true });
      this.#say(typeof given === 'object' ? given.unavailable : 'The prediction is being computed; then accept it.');
      return;
    }
    this.#stage.cancelTool();
    const { labels, locked, view } = this.#bench;
    const options = { overwrite: view.acceptOver, locked };
    const ink = predictionInk(prediction, only === undefined ? options : { ...options, only });
    const edit = inkEdit(labels, 'everywhere', ink);
    this.#bench.apply('Accept Prediction', edit);
    this.#say(edit ? 'The prediction is accepted.' : 'The prediction has nothing to add.');
  }

  #finishTool(): boolean {
    const tool = this.#tool;
    if (tool?.busy !== true || !tool.finish) return false;
    tool.finish();
    return true;
  }

  // Keys that are the webview's own: VS Code's keybindings know nothing of open polygons or held keys.

  #listenToKeys(root: HTMLElement): void {
    window.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target)) return;
      const busy = this.#tool?.busy === true;
      if (event.key === 'Escape' && busy) this.#stage.cancelTool();
      else if (event.key === 'Escape' && this.#sidePanel.putAway()) this.#stage.focus();
      else if (event.key === 'Enter' && busy && this.#finishTool()) this.#finishedByKeyAt = performance.now();
      else if (event.key === 'Backspace' && busy) this.#tool.stepBack?.();
      else if (event.key === 'v' && !event.repeat) this.#setBare(true);
      else return;
      event.preventDefault();
    });
    window.addEventListener('keyup', ({ key }) => {
      if (key.toLowerCase() === 'v') this.#setBare(false);
    });
    window.addEventListener('blur', () => this.#setBare(false));
    // Undo in a text field is the text's, not the document's.
    root.addEventListener('keydown', (event) => {
      if (isTextField(event.target) && (event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key))
        event.stopPropagation();
    });
    // After a click on a control, keys and Space belong to the image again; the keyboard's focus stays where it is.
    root.addEventListener('pointerup', ({ target }) => {
      if (!isTextField(target))
        setTimeout(() => {
          if (document.querySelector('.menu') === null && !isTextField(document.activeElement)) this.#stage.focus();
        });
    });
  }

  #setBare(bare: boolean): void {
    if (this.#bare === bare) return;
    this.#bare = bare;
    this.#lookChanged();
  }

  #listenToFocus(): void {
    let said: boolean | undefined;
    const say = (): void => {
      const focused = document.hasFocus() && !isTextField(document.activeElement);
      if (focused !== said) this.#host.post({ type: 'focus', focused });
      said = focused;
    };
    for (const type of ['focus', 'blur', 'focusin', 'focusout'] as const)
      // The active element is not set yet while the event runs.
      window.addEventListener(type, () => setTimeout(say));
    say();
  }

  // What is shown

  #look(): SceneLook {
    const { hidden, opacity, contours, prediction, uncertainty } = this.#view.value;
    return {
      classes: this.#model.value.classes,
      hidden,
      opacity,
      contours,
      prediction,
      uncertainty,
      differences: showsDifferences(this.#view.value, this.#model.value),
      bare: this.#bare,
      differenceColour: '#ff3d9a',
    };
  }

  #lookChanged(): void {
    this.#open?.scene.setLook(this.#look());
    this.#stage.drawOverlayAgain();
  }

  #viewChanged(now: Readonly<ViewState>, before: Readonly<ViewState>): void {
    if (now.zoom === before.zoom) {
      this.#lookChanged();
      if (now.tool !== before.tool || now.superpixelsAcross !== before.superpixelsAcross) this.#showPieces();
      this.#askForPrediction(false);
    }
    clearTimeout(this.#saveTimer);
    this.#saveTimer = window.setTimeout(() => this.#saveView(), SAVE_VIEW_MS);
  }

  #saveView(): void {
    clearTimeout(this.#saveTimer);
    const view = writeViewState(this.#view.value);
    this.#host.saveState(view);
    this.#host.post({ type: 'view', view });
  }

  /** A large image takes a second to be cut into superpixels: first the sample and the tool are shown, and a slider may still move. */
  #showPieces(): void {
    const shown = this.#view.value.tool === 'superpixels' && this.#model.value.canEdit;
    clearTimeout(this.#piecesTimer);
    this.#stage.setWaiting(shown);
    if (!shown) {
      this.#open?.scene.setPieces(undefined);
      this.#stage.drawAgain();
      return;
    }
    this.#piecesTimer = window.setTimeout(() => {
      this.#open?.scene.setPieces(this.#tools?.superpixels.pieces());
      this.#stage.setWaiting(false);
      this.#stage.drawAgain();
    }, PIECES_MS);
  }

  #askForPrediction(again: boolean): void {
    const { prediction, uncertainty, tool } = this.#view.value;
    const wanted = prediction || uncertainty || (tool === 'accept' && this.#model.value.canEdit);
    if (wanted !== this.#wanted || (again && wanted)) this.#host.post({ type: 'wantPrediction', wanted });
    this.#wanted = wanted;
  }

  #sayHover(at: Point | undefined): void {
    this.#hover.at = at;
    this.#hover.timer ??= window.setTimeout(() => {
      this.#hover.timer = undefined;
      const open = this.#open;
      const pixel = open && this.#hover.at && pixelAt(this.#hover.at, open);
      const id = pixel && open.labels.data[pixel.y * open.width + pixel.x]!;
      const key = pixel ? `${pixel.x} ${pixel.y} ${id!}` : '';
      if (key === this.#hover.said) return;
      this.#hover.said = key;
      this.#host.post(pixel ? { type: 'hover', at: { ...pixel, id: id! } } : { type: 'hover' });
    }, HOVER_MS);
  }

  #say(sentence: string): void {
    this.#announcer.announce(sentence);
  }

  /** State that UI tests read; nothing in here depends on it. */
  #showForTests(viewport?: Viewport, times?: FrameTimes): void {
    const { dataset } = document.body;
    const { tool, classId } = this.#view.value;
    dataset['tool'] = tool;
    dataset['classId'] = String(classId);
    const { prediction } = this.#model.value;
    dataset['prediction'] = typeof prediction === 'object' ? 'unavailable' : prediction;
    if (this.#open) {
      dataset['version'] = String(this.#open.sync.version);
      dataset['pending'] = String(this.#open.sync.pending);
    }
    if (viewport) {
      dataset['viewport'] = `${viewport.scale} ${viewport.x} ${viewport.y}`;
      dataset['ready'] = '1';
    }
    if (times && times.count % 20 === 0 && times.median !== undefined)
      dataset['medianRepaint'] = times.median.toFixed(2);
  }
}

const TOOL_ACTIONS = {
  brush: 'toolBrush',
  eraser: 'toolEraser',
  polygon: 'toolPolygon',
  lasso: 'toolLasso',
  fill: 'toolFill',
  wand: 'toolWand',
  superpixels: 'toolSuperpixels',
  accept: 'toolAccept',
} as const satisfies Record<ViewState['tool'], AnnotatorActionName>;

function toggled(ids: readonly number[], id: number): readonly number[] {
  return ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.matches('textarea, vscode-text-field, vscode-text-area') ||
      (target instanceof HTMLInputElement && target.type !== 'range'))
  );
}
