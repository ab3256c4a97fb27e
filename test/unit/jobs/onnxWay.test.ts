import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSample, writeSample } from '../../../src/dataset/dganFile.ts';
import { decodeLabelPng, decodeRgbPng } from '../../../src/dataset/png.ts';
import { readProject, updateProject } from '../../../src/dataset/projectFile.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data } from '../../../src/engine/tensor.ts';
import { ImagePredictor } from '../../../src/jobs/interactive/imagePredictor.ts';
import { definitionOf, type JobInput, type JobName, type JobResult } from '../../../src/jobs/jobTable.ts';
import { RUNNERS } from '../../../src/jobs/runners.ts';
import { featureNames } from '../../../src/stylegan/architecture.ts';
import { latentZ } from '../../../src/stylegan/latents.ts';
import { decodeStylegan } from '../stylegan/decodeStylegan.ts';
import { exported } from '../stylegan/foreignModel.ts';
import { withFolder } from './testProject.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow' } as const;
const bundled = new URL('../../../models/avatars-64/generator.onnx', import.meta.url);

async function perform<J extends JobName>(job: J, options: JobInput<J>, project?: string): Promise<JobResult<J>> {
  const load = RUNNERS[job] as () => Promise<(options: unknown, context: object) => Promise<unknown>>;
  const run = await load();
  const result = await run(definitionOf(job).options.parse(options), {
    project,
    signal: new AbortController().signal,
    compute: { provider: 'cpu', threads: 1 },
    progress: () => undefined,
    log: () => undefined,
    provider: () => undefined,
    standing: () => undefined,
  });
  return definitionOf(job).result.parse(result) as JobResult<J>;
}

/** The bundled generator as somebody else's ONNX model of opset 17. */
async function writeModel(file: string): Promise<readonly string[]> {
  const native = decodeStylegan(await readFile(bundled), 'avatars');
  const feature = (name: string) => `synthesis/${name}`;
  await writeFile(file, encodeModel(exported(native, { opset: 17, names: { image: 'img', feature }, batch: 'N' })));
  return featureNames(native.architecture, 'paper').map(feature);
}

describe("a project with somebody else's ONNX generator", function () {
  this.timeout(60_000);

  it('goes the whole way: import, samples, training, data set, prediction, factory', () =>
    withFolder(async (folder) => {
      const project = join(folder, 'project');
      const model = join(folder, 'theirs.onnx');
      const features = await writeModel(model);
      await perform('init', { folder: project, classes: 'background,left,lower' });
      await assert.rejects(
        perform('import', { checkpoint: model }, project),
        /choose the outputs that are feature maps, of synthesis\/S00 \[N, \d+, 4, 4\].*--features synthesis\/S00,synthesis\/S01/,
      );
      assert.ok(!existsSync(join(project, 'generator.onnx')));
      const imported = await perform('import', { checkpoint: model, features: [features.join(',')] }, project);
      const text = definitionOf('import').describe(imported);
      assert.match(text, /^theirs: an ONNX model, 64×64\.\nLatents: +z 128\nFeature maps: .* at 4², .* at 64²/);
      assert.match(text, /Its outputs synthesis\/S00, .* are the feature maps, in this order\./);
      assert.match(text, /datasetgan\.json asked for psi 0\.7, and says 1 now\.\n/);
      assert.match(text, /Sixteen samples at psi 1\b/);
      const sheet = decodeRgbPng(await readFile(imported.samples!.file), 'sheet');
      assert.deepEqual([sheet.width, sheet.height], [276, 276]);
      const { settings } = await readProject(project);
      assert.deepEqual(
        [settings.generator.sha256, settings.generation.truncation],
        [imported.sha256, { psi: 1, layers: 8 }],
      );

      await updateProject(project, (written) => ({
        ...written,
        interpreter: { members: 2, minimumSteps: 40, pixelsPerImage: 64, hidden: [8, 8] },
        generation: { ...written.generation, count: 3, batch: 2 },
      }));
      const { files } = await perform('sample', { count: 3 }, project);
      await assert.rejects(perform('sample', { count: 1, psi: 0.7 }, project), /has no truncation, but psi is 0\.7/);
      for (const file of files) {
        const path = join(project, 'samples', file);
        const sample = await readSample(path);
        const data = sample.labels.data.map((_, i) => (i >= 2048 ? 2 : i % 64 < 32 ? 1 : 0));
        await writeSample(path, { ...sample, labels: { ...sample.labels, data } });
      }
      await perform('train', {}, project);

      const { folder: dataSet } = await perform('generate', { seed: 0 }, project);
      const image = decodeRgbPng(await readFile(join(dataSet, 'images', '000001.png')), 'image');
      const labels = decodeLabelPng(await readFile(join(dataSet, 'labels', '000001.png')), 'labels');
      const { image: drawn, manifest } = await readSample(join(project, 'samples', '0-000001.dgan'));
      const apart = image.data.reduce((most, x, i) => Math.max(most, Math.abs(x - drawn.data[i]!)), 0);
      assert.ok(apart <= 1, `the same latent, ${apart} grey levels apart`);

      const predictor = new ImagePredictor(cpu);
      assert.ok(manifest.origin.kind === 'generated');
      const request = { project, origin: manifest.origin, keep: false };
      const predicted = await predictor.predict(request, new AbortController().signal);
      const differing = predicted.labels.filter((id, i) => id !== labels.data[i]).length;
      assert.ok(differing <= 8, `${differing} pixels`);
      const w = { ...manifest.origin, latent: { space: 'w' as const, values: new Array<number>(128).fill(0) } };
      await assert.rejects(
        predictor.predict({ ...request, origin: w }, new AbortController().signal),
        /its latent is a w, but the generator is an ONNX model, which takes z only/,
      );

      const out = join(folder, 'factory.onnx');
      await perform('export-factory', { out }, project);
      const factory = await Session.create(out, cpu);
      assert.deepEqual(factory.inputNames, ['z']);
      const result = await factory.run({ z: float32([1, 128], latentZ(0, 1, 128)) });
      await factory.release();
      assert.deepEqual(float32Data(result['image']).length, 3 * 64 * 64);
      const made = result['labels'];
      assert.ok(made?.dtype === 'uint8');
      assert.ok(made.data.filter((id, i) => id !== labels.data[i]).length <= 8);
      await perform('export', { dataset: dataSet, format: 'voc', out: join(folder, 'voc') }, project);
    }));

  it('is imported beside the model, which is never written over, and begins a project that is not truncated', () =>
    withFolder(async (folder) => {
      const model = join(folder, 'theirs.onnx');
      const features = [...(await writeModel(model))];
      const options = { checkpoint: model, features, withoutSamples: true };
      await assert.rejects(perform('import', { ...options, out: model }), /would be written over itself/);
      const { out } = await perform('import', options);
      assert.equal(out, join(folder, 'theirs.generator.onnx'));
      await assert.rejects(
        perform('import', { checkpoint: out }),
        /is a generator of DatasetGAN already: use it as it is/,
      );
      const { project } = await perform('init', { folder: join(folder, 'project'), generator: out });
      assert.equal((await readProject(project)).settings.generation.truncation.psi, 1);
    }));

  it('takes only the options that mean something to it', () =>
    withFolder(async (folder) => {
      const model = join(folder, 'theirs.onnx');
      const features = [...(await writeModel(model))];
      const refused = (options: Partial<JobInput<'import'>>, sentence: RegExp) =>
        assert.rejects(perform('import', { checkpoint: model, features, ...options }), sentence);
      await refused({ class: 1 }, /is an ONNX model, which is taken as it is: leave --class out/);
      await refused({ wAvg: 'x' }, /leave --w-avg out/);
      await refused({ crop: '0,0,65,64' }, /the crop of 65×64 pixels at 0, 0 goes beyond the image of 64×64/);
      const checkpoint = join(import.meta.dirname, '../../fixtures/checkpoints/stylegan1-32.for_g_all.pt');
      await refused({ checkpoint }, /is no ONNX model, whose parts are known: leave --features out/);
    }));
});
