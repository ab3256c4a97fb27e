import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { readMetadata } from '../../../src/engine/onnx/readMetadata.ts';
import { neg } from '../../../src/engine/ops.ts';
import { input } from '../../../src/engine/value.ts';
import { refused } from '../dataset/refused.ts';

describe('reading the metadata of a model alone', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-metadata-'));
    file = join(folder, 'model.onnx');
  });
  after(() => rm(folder, { recursive: true }));

  const model = (metadata: Record<string, string>): Uint8Array =>
    encodeModel(buildModel({ name: 'm', outputs: { y: neg(input('x', 'float32', [3])) }, metadata }));

  it('gives what was written, of any length and language', async () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(70_000)));
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z.]{1,9}$/), texts, { noNullPrototype: true }),
        async (metadata) => {
          await writeFile(file, model(metadata));
          assert.deepEqual({ ...(await readMetadata(file)) }, metadata);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('says that a file is cut off, something else, empty, or missing', async () => {
    const bytes = model({ a: 'b'.repeat(500) });
    for (const length of [1, 40, 300, bytes.length - 1]) {
      await writeFile(file, bytes.subarray(0, length));
      await refused(() => readMetadata(file), file, 'not an ONNX model');
    }
    await writeFile(file, '');
    await refused(() => readMetadata(file), 'not an ONNX model');
    await writeFile(file, 'Some words that a person wrote.');
    await refused(() => readMetadata(file), 'not an ONNX model');
    await refused(() => readMetadata(join(folder, 'none.onnx')), 'Could not read');
  });

  it('neither hangs nor throws anything else on noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await writeFile(file, bytes);
        await readMetadata(file).catch((error: unknown) => assert.equal((error as Error).name, 'UserError'));
      }),
    );
  });
});
