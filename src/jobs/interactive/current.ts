/** One value that is made when its key changes, and lets go of the one before. */
export class Current<T> {
  readonly #release: (value: T) => Promise<void>;
  #held: { readonly key: string; readonly value: T } | undefined;

  constructor(release: (value: T) => Promise<void> = () => Promise.resolve()) {
    this.#release = release;
  }

  /** Not to be called again before it resolves. */
  async get(key: string, make: () => Promise<T>): Promise<T> {
    if (this.#held?.key === key) return this.#held.value;
    const old = this.#held;
    this.#held = undefined;
    // First, so that two large ones need not fit into memory side by side.
    if (old) await this.#release(old.value);
    const value = await make();
    this.#held = { key, value };
    return value;
  }
}
