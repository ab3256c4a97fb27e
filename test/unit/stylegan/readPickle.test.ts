import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { UserError } from '../../../src/base/userError.ts';
import { numpyGlobals } from '../../../src/stylegan/pickle/numpyGlobals.ts';
import { PickleTuple, type PickleValue } from '../../../src/stylegan/pickle/pickleValue.ts';
import { readPickle } from '../../../src/stylegan/pickle/readPickle.ts';
import { torchGlobals } from '../../../src/stylegan/torch/torchGlobals.ts';
import { op, pickle } from './writeTorchFile.ts';

const globals = (name: string) => torchGlobals.get(name) ?? numpyGlobals.get(name);
const read = (bytes: Uint8Array): PickleValue => readPickle(bytes, 'x.pkl', { globals }).value;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function refuses(bytes: Uint8Array, sentence: RegExp): void {
  const started = performance.now();
  assert.throws(() => read(bytes), { name: UserError.name, message: sentence });
  assert.ok(performance.now() - started < 3000, 'an error takes moments');
}

/** Tuples as arrays, dicts as entries: what deepEqual can compare. */
function plain(value: PickleValue): unknown {
  if (value instanceof PickleTuple) return { tuple: value.items.map(plain) };
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return { dict: [...value].map(([key, item]) => [plain(key), plain(item)]) };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  return value;
}

describe('readPickle', () => {
  const recorded = JSON.parse(readFileSync('test/fixtures/checkpoints/pickles.json', 'utf8')) as string[];
  recorded.forEach((base64, protocol) => {
    it(`reads what Python wrote in protocol ${protocol}`, () => {
      const value = read(Buffer.from(base64, 'base64'));
      assert.ok(value instanceof Map);
      const tuple = (...items: unknown[]) => ({ tuple: items });
      const [first, second] = value.get('shared') as PickleValue[];
      assert.equal(first, second, 'shared in Python, shared here');
      assert.deepEqual(plain(value), {
        dict: [
          ['ints', [0, 255, 65535, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 53 - 1, 2n ** 53n, -(2n ** 70n)]],
          ['floats', [0.5, -1e300, Infinity]],
          ['text', 'é\n\\ 語'],
          ['bytes', { bytes: [0, 255, 10] }],
          ['tuples', tuple(tuple(), tuple(1), tuple(1, 2), tuple(1, 2, 3), tuple(1, 2, 3, 4))],
          ['set', new Set(['x'])],
          ['other', [true, false, null]],
          ['ordered', { dict: [['b', 1], ['a', 2]] }], // prettier-ignore
          ['shared', [['again'], ['again']]],
        ],
      });
    });
  });

  it('says where a pickle ends, so that the next one can be read', () => {
    const [one, two] = [pickle(op.int(1)), pickle(op.text('two'))];
    const first = readPickle(Buffer.concat([one, two]), 'x.pkl', { globals });
    assert.equal(first.end, one.length);
    assert.equal(readPickle(Buffer.concat([one, two]), 'x.pkl', { globals }, first.end).value, 'two');
  });

  it('reads a list that contains itself', () => {
    for (const base64 of ['KGxwMApnMAphLg==', 'gAJdcQBoAGEu', 'gASVBgAAAAAAAABdlGgAYS4=']) {
      const list = read(Buffer.from(base64, 'base64'));
      assert.ok(Array.isArray(list) && list[0] === list);
    }
  });

  it('names a function outside the allow-list, whatever opcode asks for it, and does not run it', () => {
    const asked =
      /^x\.pkl can't be read: it asks for os\.system, which is not among the names that a checkpoint may use; nothing was run\.$/;
    refuses(latin1("cos\nsystem\n(S'echo hello'\ntR."), asked);
    refuses(latin1("(S'echo hello'\nios\nsystem\n."), asked);
    refuses(latin1("(cos\nsystem\nS'echo hello'\no."), asked);
    refuses(pickle(op.reduce(op.global('os', 'system'), op.text('echo hello'))), asked);
    refuses(Buffer.concat([latin1('\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0aecho hello\x85R.')]), asked);
    refuses(pickle(op.global('builtins', 'eval')), /asks for builtins\.eval,/);
    refuses(pickle(op.global('torch', 'constructor')), /asks for torch\.constructor,/);
  });

  it('keeps control characters out of its sentences', () => {
    refuses(latin1(`c\x1b[31mos\n${'x'.repeat(500)}\n.`), /asks for \?\[31mos\.x+\.\.\., which/);
  });

  it('refuses opcodes that no checkpoint needs by their name, and bytes that are none', () => {
    refuses(pickle(Buffer.from([0x82, 1])), /uses EXT1 at byte 2,/);
    refuses(pickle(Buffer.from([0x97])), /uses NEXT_BUFFER at byte 2,/);
    refuses(pickle(Buffer.from([0xff])), /0xff at byte 2 is no pickle opcode/);
    refuses(Buffer.from([0x80, 6]), /protocol 6; protocols 0 to 5 are known/);
  });

  it('checks announced lengths before it believes them', () => {
    const huge = Buffer.alloc(8, 0x7f);
    for (const opcode of [0x8d, 0x8e, 0x96]) {
      refuses(pickle(Buffer.from([opcode]), huge), /are announced at byte \d+, 1 are left/);
    }
    for (const opcode of ['X', 'B', 'T']) refuses(pickle(latin1(opcode), huge.subarray(0, 4)), /are announced/);
    refuses(pickle(Buffer.from([0x95]), huge), /a frame of/);
    refuses(pickle(Buffer.from([0x8b]), huge.subarray(0, 4)), /an integer of 2139062143 bytes/);
    refuses(latin1(`I${'9'.repeat(5000)}\n.`), /a line at byte 1 does not end/);
    refuses(latin1("S'no end"), /does not end/);
  });

  it('refuses a stack that runs empty, marks that do not match and memo entries that do not exist', () => {
    for (const text of ['0.', '.', 'a.', 'R.', '\x85.', '2.', '(K\x01R.', '(a.', 's.', 'b.', '\x94.']) {
      refuses(latin1(`\x80\x02${text}`), /from an empty stack/);
    }
    for (const text of ['t.', 'u.', 'e.', '1.', 'o.']) refuses(latin1(`\x80\x02${text}`), /never opened/);
    refuses(latin1('\x80\x02(o.'), /empty stack/);
    for (const text of ['h\x07.', 'j\x07\0\0\0.', 'g7\n.']) refuses(latin1(text), /value 7, which it never stored/);
    refuses(latin1('g-1\n.'), /memo index -1/);
    refuses(latin1('K\x01K\x02.'), /values left over/);
    refuses(latin1('(K\x01.'), /values left over/);
  });

  it('refuses containers that are used as what they are not', () => {
    refuses(latin1('K\x01K\x02a.'), /appends to what is no list/);
    refuses(latin1(']K\x01K\x02s.'), /no dict/);
    refuses(latin1('}(K\x01u.'), /a key without a value/);
    refuses(latin1('}]K\x01s.'), /as a key/);
    refuses(latin1('](K\x01\x90.'), /no set/);
    refuses(latin1('K\x01)R.'), /calls a value that is no class/);
    refuses(latin1('K\x01}b.'), /a state to what is no object/);
    refuses(latin1('ctorch\nFloatStorage\n)R.'), /torch\.FloatStorage, which is only a name here/);
    refuses(latin1('ccollections\nOrderedDict\nK\x01R.'), /with what is no tuple/);
    refuses(latin1('ccollections\nOrderedDict\nK\x01\x85R.'), /one value where a list is needed/);
    refuses(latin1('K\x01Q.'), /data outside itself/);
  });

  it('refuses text that is none', () => {
    refuses(pickle(latin1('X\x01\0\0\0\xff')), /not UTF-8/);
    refuses(latin1('I1x\n.'), /the integer 1x/);
    refuses(latin1('F1,5\n.'), /the number 1,5/);
    refuses(latin1('Sx\n.'), /a text without quotes/);
    refuses(latin1('V\\U7fffffff\n.'), /beyond Unicode/);
  });

  it('reads nesting of any depth without a stack of its own', () => {
    const depth = 100_000;
    let value = read(Buffer.concat([latin1(']'.repeat(depth)), latin1('a'.repeat(depth - 1)), latin1('.')]));
    for (let i = 1; i < depth; i++) value = (value as PickleValue[])[0]!;
    assert.deepEqual(value, []);
  });

  it('stops a pickle that grows without end', () => {
    refuses(Buffer.alloc(4_000_000, '2').fill('N', 0, 1), /more than 2000000 operations/);
    refuses(Buffer.alloc(4_000_000, '('), /more than 2000000 operations/);
    refuses(Buffer.alloc(4_000_000, ']'), /more than 2000000 operations/);
  });

  it('stops a small pickle that copies a large value again and again', () => {
    const text = op.text('x'.repeat(1 << 20));
    const encode = latin1('c_codecs\nencode\nh\0X\x06\0\0\0latin1\x86R0');
    refuses(pickle(text, latin1('q\0'), ...Array<Buffer>(1000).fill(encode)), /more memory than a checkpoint needs/);
  });
});
