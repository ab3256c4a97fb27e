import { printable } from '../../base/printable.ts';
import { UserError } from '../../base/userError.ts';
import { ByteReader } from './byteReader.ts';
import { Malformed } from './malformed.ts';
import { type Budget, PickleGlobal, PickleObject, PickleTuple, type PickleValue } from './pickleValue.ts';

export interface PickleOptions {
  /** The allow-list. A name it does not return is refused; what it returns is never more than data. */
  readonly globals: (name: string) => PickleGlobal | undefined;
  /** Resolves a persistent id. Without it, one is an error. */
  readonly persistentLoad?: (id: PickleValue) => PickleValue;
  /** Bytes that constructors may copy in all (default 256 MiB). */
  readonly budgetBytes?: number;
}

export interface PickleResult {
  readonly value: PickleValue;
  /** Offset of the byte after the pickle. */
  readonly end: number;
}

/** Real generators need some 10⁵ operations; the limit bounds time and memory for files that are none. */
const mostOperations = 2_000_000;
const longestNumber = 1000;
const longestName = 1000;
const longestLine = 1 << 20;

/**
 * Reads one pickle (protocols 0–5) as data, from `start`. Opcodes are interpreted against the allow-list of `options`;
 * nothing that is found is run, imported or evaluated. Reference: CPython, Lib/pickletools.py.
 * @throws UserError that names `file`, when the pickle is damaged, asks for a name outside the list or for too much.
 */
export function readPickle(bytes: Uint8Array, file: string, options: PickleOptions, start = 0): PickleResult {
  try {
    return interpret(bytes, options, start);
  } catch (error) {
    if (error instanceof Malformed) throw new UserError(`${file} can't be read: ${error.message}.`, { cause: error });
    throw error;
  }
}

/** The same for readers that know better than this one what to call the file. Throws Malformed. */
export function interpret(bytes: Uint8Array, options: PickleOptions, start = 0): PickleResult {
  const reader = new ByteReader(bytes, start);
  const machine = new Machine(options);
  for (let count = 0; ; count++) {
    if (count === mostOperations) throw new Malformed(`its pickle has more than ${mostOperations} operations`);
    const byte = reader.u8();
    if (byte === stop) return { value: machine.result(), end: reader.position };
    const operation = operations[byte];
    if (!operation) {
      const refused = refusedOperations[byte];
      const where = `at byte ${reader.position - 1}`;
      throw new Malformed(
        refused
          ? `its pickle uses ${refused} ${where}, which no StyleGAN checkpoint needs`
          : `0x${byte.toString(16).padStart(2, '0')} ${where} is no pickle opcode (the file is damaged, or no pickle)`,
      );
    }
    operation(machine, reader);
  }
}

/** The stack, the marks on it and the memo. */
class Machine {
  readonly #options: PickleOptions;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack; values below the last mark are out of reach until it is popped. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #globals = new Map<string, PickleGlobal>();
  readonly #budget: Budget;

  constructor(options: PickleOptions) {
    this.#options = options;
    let left = options.budgetBytes ?? 2 ** 28;
    this.#budget = {
      spend: (bytes) => {
        left -= bytes;
        if (!(left >= 0)) throw new Malformed('its pickle asks for more memory than a checkpoint needs');
      },
    };
  }

  get #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length <= this.#floor) throw underflow();
    return this.#stack.pop()!;
  }

  popMany(count: number): PickleValue[] {
    if (this.#stack.length - this.#floor < count) throw underflow();
    return this.#stack.splice(this.#stack.length - count, count);
  }

  top(): PickleValue {
    if (this.#stack.length <= this.#floor) throw underflow();
    return this.#stack.at(-1)!;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new Malformed('its pickle closes a group that was never opened');
    return this.#stack.splice(mark);
  }

  /** POP drops a value, or the mark when it lies on top. */
  drop(): void {
    if (this.#marks.length > 0 && this.#stack.length === this.#floor) this.#marks.pop();
    else this.pop();
  }

  get(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw new Malformed(`its pickle refers to value ${index}, which it never stored`);
    return value;
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw new Malformed('its pickle ends with values left over');
    return value;
  }

  global(module: PickleValue, name: PickleValue): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw new Malformed('its pickle names a class by something that is no text');
    }
    const full = `${module}.${name}`;
    const known = this.#globals.get(full) ?? this.#options.globals(full);
    if (!known) {
      throw new Malformed(
        `it asks for ${printable(full)}, which is not among the names that a checkpoint may use; nothing was run`,
      );
    }
    this.#globals.set(full, known);
    return known;
  }

  call(callee: PickleValue, args: readonly PickleValue[]): PickleValue {
    if (!(callee instanceof PickleGlobal)) throw new Malformed('its pickle calls a value that is no class');
    if (!callee.construct) throw new Malformed(`its pickle calls ${printable(callee.name)}, which is only a name here`);
    return callee.construct(args, this.#budget);
  }

  persistent(id: PickleValue): PickleValue {
    if (!this.#options.persistentLoad) throw new Malformed('its pickle refers to data outside itself');
    return this.#options.persistentLoad(id);
  }
}

type Operation = (machine: Machine, reader: ByteReader) => void;

const code = (character: string): number => character.charCodeAt(0);
const stop = code('.');

/** Every opcode of protocols 0–5 but those of `refusedOperations`, by its byte. */
const operations: Readonly<Record<number, Operation>> = {
  // The stack and the memo
  [code('(')]: (m) => m.mark(),
  [code('0')]: (m) => m.drop(),
  [code('1')]: (m) => void m.popToMark(),
  [code('2')]: (m) => m.push(m.top()),
  [code('g')]: (m, r) => m.push(m.get(index(r.line(longestNumber)))),
  [code('h')]: (m, r) => m.push(m.get(r.u8())),
  [code('j')]: (m, r) => m.push(m.get(r.u32())),
  [code('p')]: (m, r) => m.put(index(r.line(longestNumber))),
  [code('q')]: (m, r) => m.put(r.u8()),
  [code('r')]: (m, r) => m.put(r.u32()),
  [0x94]: (m) => m.memoize(),
  [0x80]: (_, r) => {
    const protocol = r.u8();
    if (protocol > 5) throw new Malformed(`its pickle has protocol ${protocol}; protocols 0 to 5 are known`);
  },
  [0x95]: (_, r) => {
    const length = r.u64();
    if (length > r.remaining) throw new Malformed(`it is cut off: a frame of ${length} bytes has ${r.remaining}`);
  },

  // Constants
  [code('N')]: (m) => m.push(null),
  [0x88]: (m) => m.push(true),
  [0x89]: (m) => m.push(false),

  // Numbers
  [code('I')]: (m, r) => m.push(decimalOrBoolean(r.line(longestNumber))),
  [code('L')]: (m, r) => m.push(decimal(r.line(longestNumber).replace(/L$/, ''))),
  [code('F')]: (m, r) => m.push(float(r.line(longestNumber))),
  [code('J')]: (m, r) => m.push(r.i32()),
  [code('K')]: (m, r) => m.push(r.u8()),
  [code('M')]: (m, r) => m.push(r.u16()),
  [code('G')]: (m, r) => m.push(r.f64BigEndian()),
  [0x8a]: (m, r) => m.push(signedInteger(r.take(r.u8()))),
  [0x8b]: (m, r) => {
    const length = r.i32();
    if (length < 0 || length > longestNumber) throw new Malformed(`its pickle holds an integer of ${length} bytes`);
    m.push(signedInteger(r.take(length)));
  },

  // Text and bytes. Python 2's str is either; latin-1 keeps all of its bytes.
  [code('S')]: (m, r) => m.push(quoted(r.line(longestLine))),
  [code('T')]: (m, r) => m.push(r.latin1(r.u32())),
  [code('U')]: (m, r) => m.push(r.latin1(r.u8())),
  [code('V')]: (m, r) => m.push(rawUnicode(r.line(longestLine))),
  [code('X')]: (m, r) => m.push(r.text(r.u32())),
  [0x8c]: (m, r) => m.push(r.text(r.u8())),
  [0x8d]: (m, r) => m.push(r.text(r.u64())),
  [code('B')]: (m, r) => m.push(r.take(r.u32())),
  [code('C')]: (m, r) => m.push(r.take(r.u8())),
  [0x8e]: (m, r) => m.push(r.take(r.u64())),
  [0x96]: (m, r) => m.push(r.take(r.u64())),

  // Containers
  [code(')')]: (m) => m.push(new PickleTuple([])),
  [code('t')]: (m) => m.push(new PickleTuple(m.popToMark())),
  [0x85]: (m) => m.push(new PickleTuple(m.popMany(1))),
  [0x86]: (m) => m.push(new PickleTuple(m.popMany(2))),
  [0x87]: (m) => m.push(new PickleTuple(m.popMany(3))),
  [code(']')]: (m) => m.push([]),
  [code('l')]: (m) => m.push(m.popToMark()),
  [code('a')]: (m) => {
    const item = m.pop();
    append(m.top(), [item]);
  },
  [code('e')]: (m) => {
    const items = m.popToMark();
    append(m.top(), items);
  },
  [code('}')]: (m) => m.push(new Map()),
  [code('d')]: (m) => m.push(setItems(new Map(), m.popToMark())),
  [code('s')]: (m) => {
    const item = m.popMany(2);
    setItems(m.top(), item);
  },
  [code('u')]: (m) => {
    const items = m.popToMark();
    setItems(m.top(), items);
  },
  [0x8f]: (m) => m.push(new Set()),
  [0x90]: (m) => {
    const items = m.popToMark();
    const set = m.top();
    if (!(set instanceof Set)) throw new Malformed('its pickle adds members to what is no set');
    for (const item of items) set.add(hashable(item));
  },
  [0x91]: (m) => m.push(new Set(m.popToMark().map(hashable))),

  // Names, calls and objects
  [code('c')]: (m, r) => m.push(m.global(r.line(longestName), r.line(longestName))),
  [0x93]: (m) => {
    const [module, name] = m.popMany(2);
    m.push(m.global(module!, name!));
  },
  [code('i')]: (m, r) => {
    const type = m.global(r.line(longestName), r.line(longestName));
    m.push(m.call(type, m.popToMark()));
  },
  [code('o')]: (m) => {
    const [type, ...args] = m.popToMark();
    if (type === undefined) throw underflow();
    m.push(m.call(type, args));
  },
  [code('R')]: callWithTuple,
  [0x81]: callWithTuple,
  [0x92]: (m) => {
    const [type, args, keywords] = m.popMany(3);
    if (!(keywords instanceof Map) || keywords.size > 0) throw new Malformed('its pickle calls a class with keywords');
    m.push(m.call(type!, tupleItems(args!)));
  },
  [code('b')]: (m) => {
    const state = m.pop();
    const object = m.top();
    if (object instanceof PickleObject) object.state = state;
    // A dict's own attributes (`_metadata` of a state dict: the versions of its modules) say nothing about its tensors.
    else if (!(object instanceof Map)) throw new Malformed('its pickle gives a state to what is no object');
  },
  [code('P')]: (m, r) => m.push(m.persistent(r.line(longestName))),
  [code('Q')]: (m) => m.push(m.persistent(m.pop())),
};

/** Registered extensions and out-of-band buffers: neither torch nor numpy writes them into files. */
const refusedOperations: Readonly<Record<number, string>> = {
  [0x82]: 'EXT1',
  [0x83]: 'EXT2',
  [0x84]: 'EXT4',
  [0x97]: 'NEXT_BUFFER',
  [0x98]: 'READONLY_BUFFER',
};

function callWithTuple(machine: Machine): void {
  const [callee, args] = machine.popMany(2);
  machine.push(machine.call(callee!, tupleItems(args!)));
}

function tupleItems(value: PickleValue): readonly PickleValue[] {
  if (!(value instanceof PickleTuple)) throw new Malformed('its pickle calls a class with what is no tuple');
  return value.items;
}

function append(list: PickleValue, items: readonly PickleValue[]): void {
  if (!Array.isArray(list)) throw new Malformed('its pickle appends to what is no list');
  for (const item of items) list.push(item);
}

/** Stores alternating keys and values in a dict. */
export function setItems(map: PickleValue, items: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  if (!(map instanceof Map)) throw new Malformed('its pickle stores a key in what is no dict');
  if (items.length % 2 !== 0) throw new Malformed('its pickle stores a key without a value');
  for (let i = 0; i < items.length; i += 2) map.set(hashable(items[i]!), items[i + 1]!);
  return map;
}

function hashable(key: PickleValue): PickleValue {
  if (Array.isArray(key) || key instanceof Map || key instanceof Set) {
    throw new Malformed('its pickle uses a list, dict or set as a key');
  }
  return key;
}

function underflow(): Malformed {
  return new Malformed('its pickle takes a value from an empty stack');
}

function index(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Malformed(`its pickle has the memo index ${printable(text)}`);
  return Number(text);
}

function decimalOrBoolean(text: string): PickleValue {
  return text === '01' ? true : text === '00' ? false : decimal(text);
}

function decimal(text: string): number | bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Malformed(`its pickle has the integer ${printable(text)}`);
  return exact(BigInt(text.trim().replace('+', '')));
}

function float(text: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) return special[2]!.toLowerCase() === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw new Malformed(`its pickle has the number ${printable(text)}`);
  }
  return Number(text);
}

/** Two's complement, little-endian, of any length. */
function signedInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return exact(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)));
}

function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

const simpleEscapes = new Map(
  Object.entries({ n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"' }),
);

/** A Python string literal, as protocol 0 writes it. */
function quoted(line: string): string {
  const match = /^(["'])(.*)\1$/.exec(line.trim());
  if (!match) throw new Malformed('its pickle has a text without quotes');
  return match[2]!.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/g, (whole, escape: string) => {
    if (/^x./.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
    return simpleEscapes.get(escape) ?? whole;
  });
}

/** Python's raw-unicode-escape. */
function rawUnicode(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const point = parseInt(short ?? long!, 16);
    if (point > 0x10ffff) throw new Malformed('its pickle has a character beyond Unicode');
    return String.fromCodePoint(point);
  });
}
