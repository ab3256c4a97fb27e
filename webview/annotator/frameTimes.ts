const KEPT = 400;

/** How long the last repaints took, in milliseconds. */
export class FrameTimes {
  readonly #times: number[] = [];

  add(milliseconds: number): void {
    this.#times.push(milliseconds);
    if (this.#times.length > KEPT) this.#times.shift();
  }

  get count(): number {
    return this.#times.length;
  }

  get median(): number | undefined {
    return this.#times.toSorted((a, b) => a - b)[this.#times.length >> 1];
  }
}
