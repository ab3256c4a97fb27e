/** Milliseconds of a frame that painting may take; scrolling and the browser need the rest. */
const BUDGET = 6;

/** Does small pieces of work in the frames to come, as many in each as fit, in the order they came. */
export class TaskQueue {
  readonly #tasks: (() => void)[] = [];
  #asked = false;

  add(task: () => void): void {
    this.#tasks.push(task);
    this.#ask();
  }

  #ask(): void {
    if (this.#asked || this.#tasks.length === 0) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      const end = performance.now() + BUDGET;
      do this.#tasks.shift()?.();
      while (this.#tasks.length > 0 && performance.now() < end);
      this.#ask();
    });
  }
}
