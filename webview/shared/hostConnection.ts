interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The way to the extension host. `To` is what it says to us, `From` what we may say. */
export interface HostConnection<To, From> {
  post(message: From): void;
  onMessage(listener: (message: To) => void): void;
  /** What {@link saveState} kept when the view was last shown. Only the view's looks belong there, never the document. */
  readonly savedState: unknown;
  saveState(state: unknown): void;
}

/** May be called once in the life of a page. */
export function connectToHost<To, From>(): HostConnection<To, From> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<To>) => {
        listener(data);
      });
    },
    savedState: api.getState(),
    saveState: (state) => api.setState(state),
  };
}

/** Tells the host of whatever this page throws and nobody catches. */
export function reportFailures(report: (message: string, stack: string | undefined) => void): void {
  const say = (thrown: unknown, otherwise: string): void => {
    if (thrown instanceof Error) report(thrown.message.slice(0, 10_000), thrown.stack?.slice(0, 20_000));
    else report((typeof thrown === 'string' ? thrown : otherwise).slice(0, 10_000), undefined);
  };
  window.addEventListener('error', (event) => {
    // Chromium says this of layouts that settle one frame later; nothing is lost.
    if (!event.message.startsWith('ResizeObserver loop')) say(event.error, event.message);
  });
  window.addEventListener('unhandledrejection', (event) => say(event.reason, 'A promise was rejected.'));
}
