import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings } from '../../../src/dataset/dataSetFolder.ts';
import { readSample, writeSample } from '../../../src/dataset/dganFile.ts';
import { decodeLabelPng, decodeRgbPng } from '../../../src/dataset/png.ts';
import { updateProject } from '../../../src/dataset/projectFile.ts';
import { sampleOfImage } from '../../../src/dataset/sampleOfImage.ts';
import { FACTORY_METADATA } from '../../../src/interpreter/factory.ts';
import { decodeModel } from '../../../src/engine/onnx/codec.ts';
import { ImagePredictor } from '../../../src/jobs/interactive/imagePredictor.ts';
import { definitionOf, type JobInput, type JobName, type JobResult } from '../../../src/jobs/jobTable.ts';
import { RUNNERS } from '../../../src/jobs/runners.ts';

const checkpoint = fileURLToPath(new URL('../../fixtures/checkpoints/stylegan1-32.for_g_all.pt', import.meta.url));

async function perform<J extends JobName>(job: J, options: JobInput<J>, project: string): Promise<JobResult<J>> {
  const load = RUNNERS[job] as () => Promise<(options: unknown, context: object) => Promise<unknown>>;
  const run = await load();
  const result = await run(definitionOf(job).options.parse(options), {
    project,
    signal: new AbortController().signal,
    compute: { provider: 'cpu', threads: 1 },
    progress: () => undefined,
    standing: () => undefined,
    log: () => undefined,
    provider: () => undefined,
  });
  return definitionOf(job).result.parse(result) as JobResult<J>;
}

describe('a project that labels a part of its generator’s images, at half their size', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-frame-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('keeps crop and size from the samples to the data set', async () => {
    await perform('init', { folder, classes: 'background,left,lower' }, folder);
    await perform('import', { checkpoint, crop: '0,4,32,24', withoutSamples: true }, folder);
    await updateProject(folder, (written) => ({
      ...written,
      generator: { ...written.generator, labelSize: 16 },
      interpreter: { members: 2, minimumSteps: 40, pixelsPerImage: 64, hidden: [8, 8] },
      generation: { count: 3, batch: 2 },
    }));
    const crop = { x: 0, y: 4, width: 32, height: 24 };
    const { files } = await perform('sample', { count: 3 }, folder);
    for (const file of files) {
      const path = join(folder, 'samples', file);
      const sample = await readSample(path);
      assert.deepEqual([sample.image.width, sample.image.height], [16, 12]);
      assert.deepEqual(sample.manifest.crop, crop);
      const data = sample.labels.data.map((_, i) => (i >= 96 ? 2 : i % 16 < 8 ? 1 : 0));
      await writeSample(path, { ...sample, labels: { ...sample.labels, data } });
    }
    await perform('train', {}, folder);
    const { folder: dataSet } = await perform('generate', { seed: 0 }, folder);
    const settings = (await readSettings(dataSet))!;
    assert.deepEqual([settings.width, settings.height, settings.crop], [16, 12, crop]);
    const image = decodeRgbPng(await readFile(join(dataSet, 'images', '000001.png')), 'image');
    const labels = decodeLabelPng(await readFile(join(dataSet, 'labels', '000001.png')), 'labels');
    const { image: drawn, manifest } = await readSample(join(folder, 'samples', '0-000001.dgan'));
    const apart = image.data.reduce((most, x, i) => Math.max(most, Math.abs(x - drawn.data[i]!)), 0);
    assert.ok(apart <= 1, `the same latent, ${apart} grey levels apart`);
    assert.deepEqual(sampleOfImage(settings, 1, image, settings.classes).manifest.crop, crop);

    const predictor = new ImagePredictor({ provider: 'cpu', cpuFallback: 'allow' });
    assert.ok(manifest.origin.kind === 'generated');
    const request = { project: folder, origin: manifest.origin, keep: false };
    const never = new AbortController().signal;
    const predicted = await predictor.predict(request, never);
    assert.deepEqual([predicted.width, predicted.height], [16, 12]);
    const differing = predicted.labels.filter((id, i) => id !== labels.data[i]).length;
    assert.ok(differing <= 4, `${differing} pixels`);
    const part = await predictor.predict({ ...request, crop: { x: 8, y: 8, width: 16, height: 8 } }, never);
    assert.deepEqual([part.width, part.height, part.labels[0]], [8, 4, predicted.labels[2 * 16 + 4]]);
    const outside = predictor.predict({ ...request, crop: { x: 0, y: 0, width: 32, height: 32 } }, never);
    await assert.rejects(outside, /no part of what the project labels/);

    const out = join(folder, 'factory.onnx');
    await perform('export-factory', { out }, folder);
    const { metadata } = decodeModel(await readFile(out), out);
    assert.deepEqual((JSON.parse(metadata[FACTORY_METADATA]!) as { crop: object }).crop, crop);
  }).timeout(120_000);
});
