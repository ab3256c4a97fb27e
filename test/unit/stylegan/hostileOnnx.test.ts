import assert from 'node:assert/strict';
import { messageOf, UserError } from '../../../src/base/userError.ts';
import { decodeModel, encodeModel } from '../../../src/engine/onnx/codec.ts';
import { importOnnxGenerator } from '../../../src/stylegan/onnx/importOnnxGenerator.ts';
import type { TryOut } from '../../../src/stylegan/onnx/trial.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { mutateModel } from '../../fuzz/mutateModel.ts';
import { randomNumbers } from '../../fuzz/randomNumbers.ts';
import { tinyModel } from './foreignModel.ts';

/** As if it ran well: what a strange model does to the runtime is for a process of its own (see jobs/trial). */
const notRun: TryOut = () =>
  Promise.resolve({
    outputs: [
      { name: 'image', shape: [1, 3, 8, 8], finite: true },
      { name: 'F00', shape: [1, 4, 4, 4], finite: true },
    ],
    image: { smallest: -1, largest: 1, repeats: true, varies: true },
  });

/** What is wrong with how it was read, if anything. */
async function outcome(bytes: Uint8Array): Promise<string | undefined> {
  const started = performance.now();
  try {
    await importOnnxGenerator({
      model: { file: 'x.onnx', bytes },
      name: 'x',
      choice: { features: ['f4'] },
      tryOut: notRun,
    });
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof UserError)) return `not a sentence: ${message}`;
    if (!/^x\.onnx[: ].*\.$/.test(message) || message.length > 600 || /[\x00-\x1f\x7f]/.test(message))
      return `not one clear sentence: ${message}`;
  }
  return performance.now() - started > 1000 ? 'it took more than a second' : undefined;
}

/** A protobuf field of bytes. */
function field(id: number, bytes: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([(id << 3) | 2, ...length]), bytes]);
}

function modelOf(graph: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([8, 8]), field(7, graph), field(8, Buffer.from([0x10, 17]))]);
}

describe('a hostile ONNX model', function () {
  this.timeout(20_000);
  const whole = tinyModel();

  it('is refused wherever it ends', async () => {
    for (let length = 0; length < whole.length; length++)
      assert.equal(await outcome(whole.subarray(0, length)), undefined, `cut to ${length} bytes`);
  });

  it('is read or refused in 600 ways to damage it', async () => {
    const model = decodeModel(whole);
    for (let seed = 0; seed < 600; seed++) {
      const random = randomNumbers(seed);
      const bytes = seed % 2 === 0 ? mutate(whole, random, []) : encodeModel(mutateModel(model, random));
      assert.equal(await outcome(bytes), undefined, `seed ${seed}`);
    }
  });

  it('that nests graphs deeply is refused', async () => {
    for (const depth of [10, 100, 3000]) {
      let graph: Uint8Array = new Uint8Array();
      for (let i = 0; i < depth; i++) {
        const branch = Buffer.concat([
          field(1, Buffer.from('then_branch')),
          field(6, graph),
          Buffer.from([0xa0, 1, 5]),
        ]);
        graph = field(1, Buffer.concat([field(4, Buffer.from('If')), field(5, branch)]));
      }
      assert.equal(await outcome(modelOf(graph)), undefined, `${depth} deep`);
    }
  });

  it('that is of millions of empty parts does not get the memory', async () => {
    const before = process.memoryUsage().rss;
    const empty = Buffer.alloc(30_000_000);
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a;
    assert.equal(await outcome(modelOf(empty)), undefined);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 200e6, `${(grown / 1e6).toFixed(0)} MB`);
  });
});
