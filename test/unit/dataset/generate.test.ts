import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataSet } from '../../../src/dataset/dataSetWriter.ts';
import { readDataSet } from '../../../src/dataset/dataSetFolder.ts';
import { DATA_SET_VERSION, type DataSetSettings } from '../../../src/dataset/dataSetSettings.ts';
import { generate } from '../../../src/dataset/generate.ts';
import { mergeDataSets, planMerge } from '../../../src/dataset/mergeDataSets.ts';
import { wholeShard, type Shard } from '../../../src/dataset/shard.ts';
import { initialWeights, type EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { Labeller } from '../../../src/interpreter/labeller.ts';
import { featureMaps } from '../../../src/stylegan/architecture.ts';
import { decodeGenerator, type StoredGenerator } from '../../../src/stylegan/generator.ts';

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
      featureShapes: featureMaps(generator.architecture, 'paper').map(({ name, channels, resolution }) => ({
        name,
        channels,
        height: resolution,
        width: resolution,
      })),
      hidden: [16, 8],
      classes: [0, 4, 7],
      dropout: 'none',
    };
    const weights = initialWeights(ensemble, 5);
    labeller = await Labeller.create({ network: generator, ensemble: { architecture: ensemble, weights } }, 4, {
      provider: 'cpu',
      cpuFallback: 'allow',
    });
    settings = {
      format: 'datasetgan-dataset',
      version: DATA_SET_VERSION,
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
      seed: 3,
      truncation: { psi: 0.8, layers: 'all' },
      noise: { kind: 'constant' },
      batch: 4,
    };
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
      await generate(writer, labeller, generator.architecture, { signal: controller.signal, onProgress });
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

  it('gives the same bytes in one run, in a stopped and resumed one, and in four merged shards', async () => {
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

    const shards: string[] = [];
    for (const index of [4, 2, 1, 3]) shards.push(await run(`shard${index}`, { index, of: 4 }));
    const merged = join(folder, 'merged');
    await mergeDataSets(await planMerge(shards), merged);
    assert.deepEqual(await contents(merged), whole);
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
