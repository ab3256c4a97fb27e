import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDataSet } from '../../../src/dataset/dataSetWriter.ts';
import { readDataSet } from '../../../src/dataset/dataSetFolder.ts';
import type { DataSetSettings } from '../../../src/dataset/dataSetSettings.ts';
import { generate, type BatchRequest, type GenerateOptions, type LabelSource } from '../../../src/dataset/generate.ts';
import { prepareImage, type PreparedImage } from '../../../src/dataset/preparedImage.ts';
import { labelHere, labellingTask } from '../../../src/dataset/labelBatch.ts';
import { wholeShard, type Shard } from '../../../src/dataset/shard.ts';
import { featureShapes } from '../../../src/interpreter/featureShapes.ts';
import { initialWeights, type EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { Labeller } from '../../../src/interpreter/labeller.ts';
import { decodeGenerator, type StoredGenerator } from '../../../src/stylegan/generator.ts';
import { dataSetSettings } from './dataSetSettings.ts';

const runtime = { provider: 'cpu', runtime: 'test', processor: 'test' };

describe('generation', () => {
  let folder: string;
  let generator: StoredGenerator;
  let labeller: Labeller;
  let settings: DataSetSettings;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generate-'));
    const path = join(import.meta.dirname, '../../../models/avatars-64/generator.onnx');
    generator = decodeGenerator(await readFile(path), path);
    const ensemble: EnsembleArchitecture = {
      members: 3,
      features: 'paper',
      featureShapes: featureShapes(generator.architecture, 'paper'),
      hidden: [16, 8],
      classes: [0, 4, 7],
      dropout: 'none',
    };
    const weights = initialWeights(ensemble, 5);
    labeller = await Labeller.create({ network: generator, ensemble: { architecture: ensemble, weights } }, 4, {
      provider: 'cpu',
      cpuFallback: 'allow',
    });
    settings = dataSetSettings({
      generator: { name: 'avatars-64', sha256: generator.sha256 },
      interpreter: { sha256: '0'.repeat(64), members: 3 },
      classes: [
        { id: 0, name: 'a', colour: '#000000' },
        { id: 4, name: 'b', colour: '#ff0000' },
        { id: 7, name: 'c', colour: '#00ff00' },
      ],
      width: 64,
      height: 64,
      count: 18,
      batch: 4,
    });
  });

  after(async () => {
    await labeller.release();
    await rm(folder, { recursive: true });
  });

  async function run(name: string, shard: Shard, stopAfter = Infinity): Promise<string> {
    const path = join(folder, name);
    const writer = await openDataSet(path, settings, shard, runtime);
    const controller = new AbortController();
    const onProgress = (done: number) => done >= stopAfter && controller.abort(new Error('enough'));
    try {
      await generate(writer, labelHere(labeller, labellingTask(settings, generator.architecture)), {
        signal: controller.signal,
        onProgress,
      });
    } catch (error) {
      assert.match(String(error), /enough/);
    }
    await writer.close();
    return path;
  }

  /** All pictures by name, and the rows. */
  async function contents(path: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const kind of ['images', 'labels', 'uncertainty']) {
      for (const name of (await readdir(join(path, kind))).sort()) {
        files.set(`${kind}/${name}`, (await readFile(join(path, kind, name))).toString('base64'));
      }
    }
    const { rows, missing } = await readDataSet(path);
    assert.equal(missing, 0);
    return files.set('rows', JSON.stringify(rows));
  }

  it('gives the same bytes in one run, in a stopped and resumed one, and in four shards copied together', async () => {
    const whole = await contents(await run('whole', wholeShard));
    assert.equal(whole.size, 3 * 18 + 1);

    await run('resumed', wholeShard, 6);
    const part = await readDataSet(join(folder, 'resumed'));
    assert.ok(part.missing > 0 && part.missing < 18, 'the first run was stopped on the way');
    assert.deepEqual(await contents(await run('resumed', wholeShard)), whole);
    assert.deepEqual(
      await readFile(join(folder, 'resumed/index/0001-of-0001.jsonl')),
      await readFile(join(folder, 'whole/index/0001-of-0001.jsonl')),
    );

    const copied = join(folder, 'copied');
    for (const index of [4, 2, 1, 3])
      await cp(await run(`shard${index}`, { index, of: 4 }), copied, { recursive: true });
    assert.deepEqual(await contents(copied), whole);
  });

  it('labels with permanent class ids', async () => {
    const { rows } = await readDataSet(await run('ids', wholeShard));
    for (const { pixels } of rows) {
      assert.deepEqual(Object.keys(pixels), ['0', '4', '7']);
      assert.equal(
        Object.values(pixels).reduce((a, b) => a + b),
        64 * 64,
      );
    }
  });
});

describe('generation by several at once', () => {
  const settings = dataSetSettings({ width: 1, height: 1, count: 23, batch: 2 });
  const made = (id: number): PreparedImage => {
    const image = { width: 1, height: 1, data: Uint8Array.of(id, id, id) };
    const labels = { width: 1, height: 1, data: Uint8Array.of(0) };
    return prepareImage({ id, image, labels, uncertainty: Float32Array.of(0) }, settings);
  };

  /** Ready after times that differ; notes how many are under way. `trouble` may throw before a batch is there. */
  class Uneven implements LabelSource {
    readonly concurrency = 4;
    underWay = 0;
    most = 0;
    started = 0;
    readonly #trouble: (first: number) => void;
    constructor(trouble: (first: number) => void = () => undefined) {
      this.#trouble = trouble;
    }
    async label({ ids, wanted }: BatchRequest): Promise<PreparedImage[]> {
      this.started++;
      this.most = Math.max(this.most, ++this.underWay);
      await sleep((ids[0]! * 7) % 13);
      this.underWay--;
      this.#trouble(ids[0]!);
      return wanted.map(made);
    }
  }

  async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'generate-'));
    await body(folder).finally(() => rm(folder, { recursive: true }));
  }

  async function run(folder: string, source: LabelSource, options: GenerateOptions = {}): Promise<number> {
    const writer = await openDataSet(folder, settings, wholeShard, runtime);
    return generate(writer, source, options).finally(() => writer.close());
  }

  const idsOf = async (folder: string): Promise<number[]> =>
    (await readFile(join(folder, 'index/0001-of-0001.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { id: number }).id);
  const first = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

  it('writes the rows in order whatever is ready first, and never holds more than was agreed', () =>
    inFolder(async (folder) => {
      const source = new Uneven();
      const seen: number[] = [];
      assert.equal(await run(folder, source, { onProgress: (done) => seen.push(done) }), 23);
      assert.deepEqual(await idsOf(folder), first(23));
      assert.equal(source.most, 4);
      assert.deepEqual(seen, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 23]);
      assert.equal(await run(folder, source), 0, 'nothing is missing any more');
    }));

  it('keeps what stands before a failed batch, tells the failure once, and goes on from there', () =>
    inFolder(async (folder) => {
      const failing = new Uneven((id) => {
        if (id >= 10) throw new Error(`batch ${id} failed`);
      });
      // Later batches fail too, some of them before: none of them may end the process or be told instead.
      await assert.rejects(run(folder, failing), /batch 10 failed/);
      await sleep(30);
      assert.deepEqual(await idsOf(folder), first(10));
      assert.equal(await run(folder, new Uneven()), 13);
      assert.deepEqual(await idsOf(folder), first(23));
    }));

  it('begins nothing after it was told to stop, and is done writing when it ends', () =>
    inFolder(async (folder) => {
      const stop = new AbortController();
      const source = new Uneven();
      const onProgress = (done: number) => done === 6 && stop.abort(new Error('enough'));
      await assert.rejects(run(folder, source, { signal: stop.signal, onProgress }), /enough/);
      const { started } = source;
      assert.ok(started < 12, `${started} batches were begun`);
      const written = await idsOf(folder);
      assert.ok(written.length >= 6 && written.length < 23);
      await sleep(30);
      assert.equal(source.started, started);
      assert.deepEqual(await idsOf(folder), first(written.length));
    }));

  it('ends when nothing can be written, whatever is under way', () =>
    inFolder(async (folder) => {
      const writer = await openDataSet(folder, settings, wholeShard, runtime);
      await rm(join(folder, 'labels'), { recursive: true });
      await assert.rejects(generate(writer, new Uneven()), /Could not write images 0 to 1/);
      await writer.close();
      await sleep(30);
    }));
});
