import type { PickleOperation } from './pickleOperations.ts';
import type { Random } from './randomNumbers.ts';

/** Replaces the bytes from `start` to `end`. */
function splice(bytes: Uint8Array, start: number, end: number, middle: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)]));
}

type Mutation = (bytes: Uint8Array, random: Random, pickles: readonly (readonly PickleOperation[])[]) => Uint8Array;

/** Where damage is interesting: half of the time at the ends, where pickles and ZIP directories are. */
function place(bytes: Uint8Array, random: Random): number {
  const near = [random(bytes.length), random(2000), bytes.length - 1 - random(4000), random(20_000)][random(4)]!;
  return Math.min(bytes.length - 1, Math.max(0, near));
}

const strange = [0, 1, 0x7f, 0x80, 0xff];
const names = [
  'os\nsystem\n',
  'posix\nsystem\n',
  'builtins\neval\n',
  'builtins\ngetattr\n',
  'subprocess\nPopen\n',
  'torch\nload\n',
  'torch._utils\n_rebuild_tensor_v2\n',
  'collections\nOrderedDict\n',
];

const byteMutations: readonly Mutation[] = [
  (bytes, random) => {
    const damaged = bytes.slice();
    const at = place(bytes, random);
    for (let i = 0; i <= random(4); i++) damaged[(at + random(60)) % damaged.length] = random(256);
    return damaged;
  },
  (bytes, random) => {
    const damaged = bytes.slice();
    const at = place(bytes, random);
    damaged.fill(strange[random(strange.length)]!, at, at + 1 + random(12));
    return damaged;
  },
  (bytes, random) => {
    const at = place(bytes, random);
    return splice(bytes, at, at + random(40), new Uint8Array(0));
  },
  (bytes, random) => {
    const [at, from] = [place(bytes, random), place(bytes, random)];
    return splice(bytes, at, at, bytes.subarray(from, from + 1 + random(200)));
  },
  (bytes, random) => bytes.slice(0, place(bytes, random)),
  (bytes, random) => {
    // A number that lies: 32 or 64 bits.
    const damaged = bytes.slice();
    const view = new DataView(damaged.buffer);
    const at = Math.min(place(bytes, random), bytes.length - 8);
    const value = [0, 1, 255, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1][random(7)]!;
    view.setUint32(at, value, true);
    if (random(3) === 0) view.setUint32(at + 4, random(2) === 0 ? 0 : value, true);
    return damaged;
  },
];

/** Changes of operations; the rest of the pickle stays sound. */
const operationMutations: readonly Mutation[] = [
  (bytes, random, pickles) => {
    const { start, end } = anyOperation(pickles, random);
    return splice(bytes, start, end, new Uint8Array(0));
  },
  (bytes, random, pickles) => {
    const { start, end } = anyOperation(pickles, random);
    const times = random(4) === 0 ? 1000 : 1 + random(3);
    const one = bytes.subarray(start, Math.min(end, start + 2000));
    return splice(bytes, start, start, Buffer.concat(Array<Uint8Array>(times).fill(one)));
  },
  (bytes, random, pickles) => {
    const [one, other] = [anyOperation(pickles, random), anyOperation(pickles, random)];
    return splice(bytes, one.start, one.end, bytes.subarray(other.start, Math.min(other.end, other.start + 2000)));
  },
  (bytes, random, pickles) => {
    // Any opcode in place of another: its argument is taken for operations.
    const damaged = bytes.slice();
    damaged[anyOperation(pickles, random).start] = random(256);
    return damaged;
  },
  (bytes, random, pickles) => {
    // Memo references: values stored and fetched elsewhere, cycles.
    const { start } = anyOperation(pickles, random);
    const index = random(64);
    return splice(bytes, start, start, Buffer.from([[0x71, index], [0x68, index], [0x32], [0x94]][random(4)]!));
  },
  (bytes, random, pickles) => {
    const { start } = anyOperation(pickles, random);
    return splice(bytes, start, start, Buffer.from(`c${names[random(names.length)]!}`));
  },
  (bytes, random, pickles) => {
    const { start } = anyOperation(pickles, random);
    const deep = ']('.repeat(10 ** (1 + random(5)));
    return splice(bytes, start, start, Buffer.from(deep, 'latin1'));
  },
  (bytes, random, pickles) => {
    // Numbers: sizes, strides, offsets, settings.
    const numbers = pickles.flat().filter(({ start }) => [0x4b, 0x4d, 0x4a, 0x8a].includes(bytes[start]!));
    const number = numbers[random(numbers.length)];
    if (!number) return bytes;
    const values = [0, 1, 2, 3, 7, 255, 4096, 65536, 2 ** 31 - 1, -1];
    const argument = Buffer.alloc(5);
    argument[0] = 0x4a;
    argument.writeInt32LE(values[random(values.length)]!, 1);
    return splice(bytes, number.start, number.end, argument);
  },
];

function anyOperation(pickles: readonly (readonly PickleOperation[])[], random: Random): PickleOperation {
  const pickle = random(2) === 0 ? pickles[0]! : pickles[random(pickles.length)]!;
  return pickle[random(pickle.length)]!;
}

/**
 * A damaged copy of a checkpoint: bytes or operations changed, once or a few times.
 * @param pickles those of `bytes`, from `picklesOf`; none of a file of another kind
 */
export function mutate(
  bytes: Uint8Array,
  random: Random,
  pickles: readonly (readonly PickleOperation[])[],
): Uint8Array {
  // Operations first: afterwards their places are no longer known.
  const kinds = [
    random(3) > 0 && pickles.length > 0 ? operationMutations : byteMutations,
    ...(random(4) === 0 ? [byteMutations] : []),
  ];
  return kinds.reduce((damaged, kind) => {
    const mutation = kind[random(kind.length)]!;
    return damaged.length < 8 ? damaged : mutation(damaged, random, pickles);
  }, bytes);
}
