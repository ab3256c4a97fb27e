import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { UserError } from '../../../src/base/userError.ts';
import { readCheckpoint } from '../../../src/stylegan/readCheckpoint.ts';
import { zipEntries } from '../../../src/stylegan/zipEntries.ts';
import { checkpointFixtures, fixtureBytes, regressionFolder } from '../../fuzz/fixtures.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { randomNumbers } from '../../fuzz/randomNumbers.ts';
import { bytesOfCase, savedCaseSchema } from '../../fuzz/savedCase.ts';
import { interpretedSpans, picklesOf } from '../../fuzz/streams.ts';
import { tryFile } from '../../fuzz/tryFile.ts';
import { op, pickle, torchLegacy, torchZip } from './writeTorchFile.ts';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A legacy torch.save stream as a tensor inside a network pickle. */
function nested(stream: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(stream.length);
  const bytes = Buffer.concat([ascii('B'), length, stream]);
  return pickle(op.reduce(op.global('torch.storage', '_load_from_bytes'), bytes));
}

/** What a pickle of these operations becomes in each container. */
function everywhere(...operations: Buffer[]): readonly (readonly [container: string, bytes: Uint8Array])[] {
  const bare = pickle(...operations);
  return [
    ['bare pickle', bare],
    ['torch zip', torchZip(bare)],
    ['torch legacy', torchLegacy(bare)],
    ['tensor in a network', nested(torchLegacy(bare))],
    [
      'state of an NVIDIA module',
      pickle(
        op.dict([
          ['G_ema', op.reduce(op.global('torch_utils.persistence', '_reconstruct_persistent_obj'), ...operations)],
        ]),
      ),
    ],
    [
      'state of a TensorFlow network',
      pickle(op.global('dnnlib.tflib.network', 'Network'), ascii(')\x81'), ...operations, ascii('b')),
    ],
  ];
}

function refused(bytes: Uint8Array, pattern: RegExp, what: string): void {
  assert.equal(tryFile(bytes), undefined, what);
  assert.throws(
    () => readCheckpoint(bytes, 'x.pt'),
    (error) => error instanceof UserError && pattern.test(error.message),
    what,
  );
}

describe('a hostile file', () => {
  it('that names a function is told its name, in every container, and nothing is run', () => {
    const functions = [
      ['os', 'system'],
      ['posix', 'system'],
      ['nt', 'system'],
      ['builtins', 'eval'],
      ['builtins', 'getattr'],
      ['__builtin__', 'exec'],
      ['subprocess', 'Popen'],
      ['torch', 'load'],
      ['torch.hub', 'load'],
      ['numpy', 'load'],
      ['runpy', 'run_path'],
      ['importlib', 'import_module'],
      ['dnnlib.util', 'open_url'],
      ['torch_utils.persistence', '_src_to_module'],
      ['pickle', 'loads'],
      ['collections.OrderedDict', '__init__'],
    ] as const;
    for (const [module, name] of functions) {
      for (const [container, bytes] of everywhere(op.reduce(op.global(module, name), op.text('echo hello'))))
        refused(
          bytes,
          new RegExp(`asks for ${module}\\.${name}, which is not among`),
          `${module}.${name}, ${container}`,
        );
    }
  });

  it('that builds its name from texts, or from parts of one, is told so too', () => {
    const stackGlobal = Buffer.concat([op.text('os'), op.text('system'), Buffer.from([0x93])]);
    for (const [container, bytes] of everywhere(stackGlobal)) refused(bytes, /asks for os\.system/, container);
    for (const [container, bytes] of everywhere(ascii('(ios\nsystem\n')))
      refused(bytes, /asks for os\.system/, container);
  });

  it('that uses a list that it knows as a function can only mention it', () => {
    for (const [container, bytes] of everywhere(op.reduce(op.global('torch', 'FloatStorage'))))
      refused(bytes, /FloatStorage, which is only a name/, container);
  });

  it('that nests values deeply, or closes them in a circle, takes no more than a moment', () => {
    const deep = ascii(`${'('.repeat(100_000)}${'t'.repeat(100_000)}`);
    const lists = ascii(`${']'.repeat(200_000)}${'a'.repeat(199_999)}`);
    // A dict that holds itself, a tuple in a list in itself, and a module that is its own child.
    const own = ascii('}q\x00X\x01\x00\x00\x00ah\x00s');
    const around = ascii(']q\x00h\x00\x85a');
    for (const operations of [deep, lists, own, around])
      for (const [container, bytes] of everywhere(operations)) assert.equal(tryFile(bytes), undefined, container);
    const text = (name: string): Buffer => op.text(name);
    const module = Buffer.concat([
      op.global('torch_utils.persistence', '_reconstruct_persistent_obj'),
      ascii('}q\x01('),
      ...[text('class_name'), text('Generator'), text('state'), ascii('}q\x02('), text('_modules'), ascii('}q\x03(')],
      ...[ascii('u'), ascii('u'), ascii('u'), ascii('\x85Rq\x04')],
      // state._modules.synthesis = the module itself.
      ...[ascii('h\x03'), text('synthesis'), ascii('h\x04s0')],
    ]);
    const dict = Buffer.concat([ascii('}'), text('G_ema'), module, ascii('s')]);
    refused(pickle(dict), /without end|missing|no layers/, 'a module in itself');
  });

  it('that doubles a value again and again does not get the memory', () => {
    // Thirty tuples of the one before, twice: 2³⁰ values when walked.
    const bomb = Buffer.concat([ascii(']q\x00'), ...Array.from({ length: 30 }, () => ascii('h\x00h\x00\x86q\x00'))]);
    for (const [container, bytes] of everywhere(bomb)) assert.equal(tryFile(bytes), undefined, container);
  });

  it('whose lengths lie is told where', () => {
    const lengths = [0xff, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const length of lengths) {
      const u32 = Buffer.alloc(4);
      u32.writeUInt32LE(length);
      const u64 = Buffer.alloc(8);
      u64.writeBigUInt64LE(BigInt(length) << 20n);
      for (const [code, size] of [
        ['X', u32],
        ['B', u32],
        ['T', u32],
        ['\x8b', u32],
        ['\x8d', u64],
        ['\x8e', u64],
        ['\x96', u64],
        ['\x95', u64],
      ] as const) {
        for (const [container, bytes] of everywhere(Buffer.concat([ascii(code), size, ascii('abc')])))
          assert.equal(tryFile(bytes), undefined, `${container}: ${JSON.stringify(code)} ${length}`);
      }
    }
  });

  it('that announces huge tensors does not get the memory', () => {
    const storage = op.persistent(
      op.tuple(op.text('storage'), op.global('torch', 'FloatStorage'), op.text('a'), op.text('cpu'), op.int(2 ** 40)),
    );
    for (const sizes of [[2 ** 40], [2 ** 20, 2 ** 20, 2 ** 20], Array<number>(32).fill(1000)]) {
      const tensor = op.reduce(
        op.global('torch._utils', '_rebuild_tensor_v2'),
        storage,
        op.int(0),
        op.tuple(...sizes.map(op.int)),
        op.tuple(...sizes.map(() => op.int(0))),
      );
      const dict = pickle(op.dict([['g_mapping.dense0.weight', tensor]]));
      const data = { a: { type: 'FloatStorage', bytes: new Uint8Array(4), length: 2 ** 40 } };
      const before = process.memoryUsage().rss;
      for (const bytes of [torchZip(dict, data), torchLegacy(dict, data)]) assert.equal(tryFile(bytes), undefined);
      assert(process.memoryUsage().rss - before < 100e6);
    }
  });

  it('that is a ZIP archive whose entries unpack to much more does not get the memory', () => {
    const bytes = zipSync({ 'archive/data.pkl': new Uint8Array(50_000_000) }, { level: 9 });
    const before = process.memoryUsage().rss;
    refused(bytes, /is packed, which torch\.save never does/, 'a ZIP bomb');
    assert(process.memoryUsage().rss - before < 40e6);
  });
});

describe('a damaged checkpoint', function () {
  this.timeout(120_000);

  const cases = existsSync(regressionFolder)
    ? readdirSync(regressionFolder).filter((name) => name.endsWith('.json'))
    : [];
  for (const name of cases) {
    const saved = savedCaseSchema.parse(JSON.parse(readFileSync(new URL(name, regressionFolder), 'utf8')));
    it(`that was read badly once is read well: ${name}`, () => {
      assert.equal(tryFile(bytesOfCase(saved, fixtureBytes(saved.fixture))), undefined, saved.found);
    });
  }

  // One for every container and reader.
  const streams = [
    'stylegan2-ada-16-orig.pkl',
    'stylegan3-r-16.pkl',
    'stylegan2-32.tensorflow.pkl',
    'stylegan1-32.tensorflow.pkl',
    'stylegan1-128.for_g_all.pt',
    'rosinality-stylegan2-32.pt',
  ];
  for (const name of streams) {
    it(`is refused wherever ${name} ends in what is interpreted`, () => {
      const whole = fixtureBytes(name);
      for (const bytes of cutStreams(whole)) {
        assert.equal(tryFile(bytes), undefined, `cut to ${bytes.length} bytes`);
      }
    });
  }

  for (const name of checkpointFixtures) {
    it(`is refused wherever ${name} ends in its data, every 4 KiB`, () => {
      const whole = fixtureBytes(name);
      for (let length = 0; length < whole.length; length += 4096)
        refused(whole.subarray(0, length), /^x\.pt/, `cut to ${length} bytes`);
    });

    it(`is read or refused in 300 ways to damage ${name}`, () => {
      const whole = fixtureBytes(name);
      const pickles = picklesOf(whole);
      for (let seed = 0; seed < 300; seed++)
        assert.equal(tryFile(mutate(whole, randomNumbers(seed), pickles)), undefined, `seed ${seed}`);
    });
  }
});

/**
 * A checkpoint cut off at every byte of its opcodes: in a ZIP archive the pickle is cut and the archive is whole. Of the many nested
 * streams of a network, which are alike, the first.
 */
function* cutStreams(whole: Uint8Array): Generator<Uint8Array> {
  if (whole[0] === 0x50) {
    // The archive's directory says where the pickle ends.
    const [name, { size }] = [...zipEntries(whole)].find(([key]) => key.endsWith('/data.pkl'))!;
    const cut = Buffer.from(whole);
    const header = cut.lastIndexOf(name) - 46;
    assert.equal(cut.readUInt32LE(header), 0x02014b50);
    for (let length = 0; length < size; length++) {
      cut.writeUInt32LE(length, header + 20);
      cut.writeUInt32LE(length, header + 24);
      yield cut;
    }
    return;
  }
  const spans = interpretedSpans(whole);
  const outer = picklesOf(whole)[0]!;
  const firstNested = outer.find(({ payload, end }) => end - payload > 200);
  for (const { start, end } of spans) {
    const holder = outer.find(
      (operation) => operation.payload <= start && start < operation.end && operation.payload < operation.end,
    );
    if (holder && holder.end - holder.payload > 200 && holder !== firstNested) continue;
    for (let length = start; length < end; length++) yield whole.subarray(0, length);
  }
}
