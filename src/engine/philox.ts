/**
 * Random numbers that are addressed, not drawn: number i of stream s under a seed is the same on every machine, in
 * any order and without a state to carry. The generator is Philox 4×32 with ten rounds
 * (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; https://github.com/DEShawResearch/random123).
 *
 * Addressing: the seed is the key (low word, high word); the counter is
 * (block low, block high, stream low, stream high), and a block holds four 32-bit words.
 * Uniform `i` is word `i mod 4` of block `⌊i/4⌋`; normals `2j` and `2j+1` come from the word pair `2j, 2j+1`.
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;
const rounds = 10;

type Words4 = readonly [number, number, number, number];

/** One Philox 4×32-10 block: four unsigned 32-bit words from a 128-bit counter and a 64-bit key, all as unsigned words. */
export function philox4x32(counter: Words4, key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = mulHigh(multiplier0, c0);
    const high1 = mulHigh(multiplier1, c2);
    const low0 = Math.imul(multiplier0, c0);
    const low1 = Math.imul(multiplier1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The upper 32 bits of the product of two 32-bit words, by 16-bit halves. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // < 2^32
  const cross = aLow * bHigh + (middle & 0xffff); // < 2^32
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** The four words of block `block` (a safe integer) of a stream. */
function blockOf(seed: number, stream: number, block: number): [number, number, number, number] {
  return philox4x32([low(block), high(block), low(stream), high(stream)], [low(seed), high(seed)]);
}

function low(x: number): number {
  return x >>> 0;
}

function high(x: number): number {
  return Math.floor(x / 2 ** 32) >>> 0;
}

function check(name: string, value: number, minimum: number): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new RangeError(`${name} must be a safe integer${minimum === 0 ? ' from 0' : ''}, not ${value}.`);
  }
}

function checkAddress(seed: number, stream: number, index: number): void {
  check('A seed', seed, -Number.MAX_SAFE_INTEGER);
  check('A stream', stream, 0);
  check('An index', index, 0);
}

/**
 * Normals `index` to `index + count − 1` of a stream, of mean 0 and deviation 1, by Box and Muller's transform:
 * r = √(−2 ln u), u in (0, 1], times cosine (even indices) and sine (odd ones) of 2πv. |z| is at most 6.7.
 */
export function normals(seed: number, stream: number, index: number, count: number): Float32Array {
  checkAddress(seed, stream, index);
  const out = new Float32Array(count);
  const begin = index - (index % 2);
  const end = index + count;
  let u = 1;
  eachWord(seed, stream, begin, end - begin + (end % 2), (word, i) => {
    if (i % 2 === 0) {
      u = (word + 1) / 2 ** 32;
      return;
    }
    const radius = Math.sqrt(-2 * Math.log(u));
    const angle = (2 * Math.PI * word) / 2 ** 32;
    const at = begin + i - 1 - index;
    if (at >= 0) out[at] = radius * Math.cos(angle);
    if (at + 1 < count) out[at + 1] = radius * Math.sin(angle);
  });
  return out;
}

/** Gives words `begin` to `begin + count − 1` of a stream in order, computing each block once. */
function eachWord(
  seed: number,
  stream: number,
  begin: number,
  count: number,
  use: (word: number, i: number) => void,
): void {
  for (let i = 0; i < count;) {
    const block = blockOf(seed, stream, Math.floor((begin + i) / 4));
    for (let word = (begin + i) % 4; word < 4 && i < count; word++, i++) use(block[word]!, i);
  }
}

/**
 * A random order of 0 … n − 1, by Fisher and Yates' shuffle; every order of the stream's first n − 1 numbers' making.
 * The bias of scaling 32 bits to a range is below n / 2^32.
 */
export function permutation(seed: number, stream: number, n: number): Uint32Array {
  checkAddress(seed, stream, 0);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  eachWord(seed, stream, 0, Math.max(0, n - 1), (word, i) => {
    const last = n - 1 - i;
    const other = Math.floor((word / 2 ** 32) * (last + 1));
    const value = order[last]!;
    order[last] = order[other]!;
    order[other] = value;
  });
  return order;
}
