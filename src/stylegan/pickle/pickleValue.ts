/**
 * What a pickle can hold once it is read. Python's int is a number where that is exact and a bigint elsewhere; list is
 * an array, dict a Map, set and frozenset a Set, bytes a Uint8Array (a view of the file). A class or function is only
 * ever its name, and objects are what the reader's allow-list makes of them. Values may be shared and may contain
 * themselves, so don't walk them without a bound.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleTuple
  | PickleGlobal
  | PickleObject;

export class PickleTuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** Counts what constructors copy, so that a small file can't ask for much memory by asking often. */
export interface Budget {
  /** @throws Malformed when the file has asked for more than it may. */
  spend(bytes: number): void;
}

/** Makes the value of a call that a pickle asks for, from its arguments alone. Throws Malformed on bad arguments. */
export type PickleConstructor = (args: readonly PickleValue[], budget: Budget) => PickleValue;

/** A name that the allow-list knows, e.g. `collections.OrderedDict`. Without a constructor it can only be mentioned. */
export class PickleGlobal {
  readonly name: string;
  readonly construct: PickleConstructor | undefined;
  constructor(name: string, construct?: PickleConstructor) {
    this.name = name;
    this.construct = construct;
  }
}

/** Base of the objects that constructors make; `state` is what BUILD gave it. */
export class PickleObject {
  readonly type: string;
  readonly args: readonly PickleValue[];
  state: PickleValue = null;
  constructor(type: string, args: readonly PickleValue[] = []) {
    this.type = type;
    this.args = args;
  }
}
