/** Runs one step at a time, in the order they were asked for. A step that fails fails for its caller alone. */
export class Serially {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
