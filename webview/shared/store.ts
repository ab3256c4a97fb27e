/** A value that others listen to. */
export interface Store<T extends object> {
  readonly value: Readonly<T>;
  /** Listeners hear of it only when something differs. */
  change(patch: Partial<T>): void;
  subscribe(listener: (value: Readonly<T>, before: Readonly<T>) => void): void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value: Readonly<T> = initial;
  const listeners: ((value: Readonly<T>, before: Readonly<T>) => void)[] = [];
  return {
    get value() {
      return value;
    },
    change(patch) {
      const before = value;
      const keys = Object.keys(patch) as (keyof T)[];
      if (keys.every((key) => Object.is(before[key], patch[key]))) return;
      value = { ...before, ...patch };
      for (const listener of listeners) listener(value, before);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
