import * as vscode from 'vscode';
import { REACHED_KEYS } from '../ids.ts';
import type { Disposable } from '../services.ts';

type Step = keyof typeof REACHED_KEYS;
type Reached = Readonly<Record<Step, boolean>>;

const STEPS = Object.keys(REACHED_KEYS) as readonly Step[];
const MOMENT_MS = 500;
/** The page has registered its steps by then. */
const SHOWN_MS = 1500;

/** Tells the walkthrough which of its steps are done. */
export class WalkthroughSteps implements Disposable {
  readonly #listener: Disposable;
  readonly #timers = new Set<NodeJS.Timeout>();
  #reached: Reached | undefined;

  constructor() {
    this.#listener = vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
      // The walkthrough's tab is of a kind that extensions don't know.
      if ([...opened, ...changed].some(({ isActive, input }) => isActive && input === undefined))
        this.#later(SHOWN_MS, () => this.#tell(STEPS));
    });
  }

  /** What is so now. */
  reached(reached: Reached): void {
    const before = this.#reached;
    this.#reached = reached;
    this.#tell(STEPS.filter((step) => before?.[step] !== true));
  }

  dispose(): void {
    this.#listener.dispose();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #tell(steps: readonly Step[]): void {
    const done = steps.filter((step) => this.#reached?.[step]);
    if (done.length === 0) return;
    for (const step of done) set(step, true);
    this.#later(MOMENT_MS, () => {
      for (const step of done) set(step, false);
    });
  }

  #later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }
}

function set(step: Step, value: boolean): void {
  void vscode.commands.executeCommand('setContext', REACHED_KEYS[step], value);
}
