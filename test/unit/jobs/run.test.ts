import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSample } from '../../../src/dataset/dganFile.ts';
import { openDataSet } from '../../../src/dataset/dataSetWriter.ts';
import { prepareImage } from '../../../src/dataset/preparedImage.ts';
import { exportFormats } from '../../../src/dataset/export/formats.ts';
import { decodeRgbPng } from '../../../src/dataset/png.ts';
import { readProject } from '../../../src/dataset/projectFile.ts';
import {
  definitionOf,
  EXPORT_FORMATS,
  type JobInput,
  type JobName,
  type JobOptions,
  type JobResult,
} from '../../../src/jobs/jobTable.ts';
import type { Progress } from '../../../src/jobs/progress.ts';
import { RUNNERS } from '../../../src/jobs/runners.ts';
import { dataSetSettings } from '../dataset/dataSetSettings.ts';
import { withFolder } from './testProject.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

/** Does a job in this process, checked as the worker checks it. */
async function perform<J extends JobName>(
  job: J,
  options: JobInput<J>,
  project?: string,
  seen: Progress[] = [],
): Promise<JobResult<J>> {
  const definition = definitionOf(job);
  const load = RUNNERS[job] as () => Promise<(options: unknown, context: object) => Promise<unknown>>;
  const result = await (
    await load()
  )(definition.options.parse(options), {
    project,
    signal: new AbortController().signal,
    compute: { provider: 'cpu' },
    progress: (progress: Progress) => seen.push(progress),
    standing: () => undefined,
    log: () => undefined,
  });
  const checked = definition.result.parse(result) as JobResult<J>;
  assert(definition.describe(checked).length > 0);
  return checked;
}

const checkpoint = fixture('checkpoints/stylegan1-32.for_g_all.pt');

/** A data set of three 2×1 images with two classes. */
async function smallDataSet(folder: string): Promise<void> {
  const writer = await openDataSet(
    folder,
    dataSetSettings({ width: 2, height: 1, count: 4, attribution: 'drawn by nobody' }),
    { index: 1, of: 1 },
    { provider: 'cpu', runtime: 'test', processor: 'test' },
  );
  for (const id of [0, 1, 2]) {
    const image = {
      id,
      image: { width: 2, height: 1, data: new Uint8Array(6).fill(id) },
      labels: { width: 2, height: 1, data: Uint8Array.of(0, id === 2 ? 3 : 0) },
      uncertainty: Float32Array.of(0, 0.1 * id),
    };
    await writer.append([prepareImage(image, writer.settings)]);
  }
  await writer.close();
}

describe('what the jobs do', () => {
  it('init, import and sample lead from an empty folder to samples that can be labelled', () =>
    withFolder(async (folder) => {
      const made = await perform('init', { folder, classes: 'background, skin,hair' });
      const project = await readProject(folder);
      assert.deepEqual(
        project.settings.classes.map(({ id, name }) => `${id} ${name}`),
        ['0 background', '1 skin', '2 hair'],
      );
      assert.equal(made.file, join(folder, 'datasetgan.json'));
      await assert.rejects(perform('init', { folder }), /is there already/);
      await assert.rejects(perform('sample', {}, folder), /generator\.onnx: .*"dgan import" makes one/);

      const imported = await perform('import', { checkpoint }, folder);
      assert.equal(imported.out, join(folder, 'generator.onnx'));
      assert.deepEqual([imported.name, imported.resolution], ['stylegan1-32', 32]);
      assert.equal(imported.samples?.file, join(folder, 'generator.samples.png'));
      const sheet = decodeRgbPng(await readFile(imported.samples.file), 'sheet');
      assert.deepEqual([sheet.width, sheet.height], [148, 148], 'four by four images of 32², with 4 pixels between');
      assert.equal((await readProject(folder)).settings.generator.sha256, imported.sha256);
      await assert.rejects(perform('import', { checkpoint }, folder), /is there already.*--out/);

      const seen: Progress[] = [];
      const first = await perform('sample', { count: 2, psi: 0.5 }, folder, seen);
      assert.deepEqual(first.files, ['0-000000.dgan', '0-000001.dgan']);
      assert.equal(seen.at(-1)?.done, 2);
      const { manifest, labels } = await readSample(join(first.folder, '0-000001.dgan'));
      assert(manifest.origin.kind === 'generated');
      assert.deepEqual(manifest.origin.latent, { space: 'z', seed: 0, index: 1 });
      assert.equal(manifest.origin.truncation.psi, 0.5);
      assert(
        labels.data.every((id) => id === 255),
        'nothing is labelled yet',
      );
      const before = await readFile(join(first.folder, '0-000001.dgan'));
      const second = await perform('sample', { count: 2 }, folder);
      assert.deepEqual(second.files, ['0-000002.dgan', '0-000003.dgan'], 'the next ones');
      assert.deepEqual(await readFile(join(first.folder, '0-000001.dgan')), before, 'and none is overwritten');

      await writeFile(imported.out, (await readFile(imported.out)).subarray(0, 5000));
      await assert.rejects(perform('sample', {}, folder), /generator\.onnx/);
    }));

  it('import refuses a hostile checkpoint, and a crop or a class that there is not, and writes nothing', () =>
    withFolder(async (folder) => {
      const evil = join(folder, 'evil.pkl');
      const out = join(folder, 'g.onnx');
      await writeFile(evil, "cos\nsystem\n(S'echo hello'\ntR.");
      await assert.rejects(perform('import', { checkpoint: evil, out }), {
        name: 'UserError',
        message: /^evil\.pkl can't be read: it asks for os\.system.*nothing was run\.$/,
      });
      await assert.rejects(
        perform('import', { checkpoint, out, crop: '0,8,32,25' }),
        /in which 32×25 at 0, 8 is no part/,
      );
      await assert.rejects(perform('import', { checkpoint, out, class: 1 }), /is not conditional/);
      await assert.rejects(readFile(out));
      const { crop, samples } = await perform('import', { checkpoint, out, crop: '0,8,32,16', withoutSamples: true });
      assert.equal(crop, '32×16 at 0, 8');
      assert.equal(samples, undefined);
    }));

  it('import tells what it has written before it draws samples, and who stops it then keeps the generator', () =>
    withFolder(async (folder) => {
      const out = join(folder, 'g.onnx');
      const stop = new AbortController();
      const stood: JobResult<'import'>[] = [];
      const { run } = await import('../../../src/jobs/run/import.ts');
      const stopped = run(definitionOf('import').options.parse({ checkpoint, out }) as JobOptions<'import'>, {
        project: undefined,
        signal: stop.signal,
        compute: { provider: 'cpu' },
        progress: ({ stage, done }) => {
          if (stage === 'drawing samples' && done === 3) stop.abort();
        },
        standing: (result) => stood.push(result),
        log: () => undefined,
        provider: () => undefined,
      });
      await assert.rejects(stopped, { name: 'JobStopped', message: /before the sheet of samples.*g\.onnx is written/ });
      assert.deepEqual(
        stood.map((result) => [result.out, result.samples]),
        [[out, undefined]],
      );
      assert.deepEqual(await readdir(folder), ['g.onnx']);
    }));

  it('init takes a generator from anywhere and notes which one it was', () =>
    withFolder(async (folder) => {
      const { out, sha256 } = await perform('import', { checkpoint, out: join(folder, 'models', 'g.onnx') });
      await perform('init', { folder: join(folder, 'p'), generator: out });
      const { written } = await readProject(join(folder, 'p'));
      assert.deepEqual(written.generator, { path: '../models/g.onnx', sha256 });
      await writeFile(join(folder, 'not.onnx'), 'no');
      await assert.rejects(
        perform('init', { folder: join(folder, 'q'), generator: join(folder, 'not.onnx') }),
        /not\.onnx/,
      );
    }));

  it('stats counts a data set, also one that is not finished', () =>
    withFolder(async (folder) => {
      await smallDataSet(folder);
      const stats = await perform('stats', { dataset: folder });
      assert.deepEqual([stats.images, stats.missing, stats.kept], [3, 1, 3]);
      assert.deepEqual(
        stats.classes.map(({ name, pixels, images }) => [name, pixels, images]),
        [
          ['background', 5, 3],
          ['hair', 1, 1],
        ],
      );
      assert.match(definitionOf('stats').describe(stats), /3 images in .* \(1 more are not generated yet\)/);
      await mkdir(join(folder, 'empty'));
      await assert.rejects(perform('stats', { dataset: join(folder, 'empty') }), /is not a data set/);
    }));

  it('doctor says what it computes on', async () => {
    const doctor = await perform('doctor', {});
    assert.equal(doctor.chosen, 'cpu');
    assert.match(definitionOf('doctor').describe(doctor), /→ CPU +chosen +The setting asks for the CPU/);
  });

  it('export offers all formats, and passes on its options', () =>
    withFolder(async (folder) => {
      assert.deepEqual(
        [...EXPORT_FORMATS],
        exportFormats.map(({ name }) => name),
      );
      await smallDataSet(join(folder, 'd'));
      const out = join(folder, 'out');
      const done = await perform('export', { dataset: join(folder, 'd'), format: 'voc', out, split: '50/50' });
      assert.equal((done.samples.train ?? 0) + (done.samples.val ?? 0), 3);
      assert.match(await readFile(join(out, 'ATTRIBUTION.md'), 'utf8'), /drawn by nobody/);
      await assert.rejects(
        perform('export', { dataset: join(folder, 'd'), format: 'voc', out: join(folder, 'o2'), keptOnly: true }),
        /no filter\.json/,
      );
      await assert.rejects(
        perform('export', {
          dataset: join(folder, 'd'),
          format: 'voc',
          out: join(folder, 'o3'),
          mergeClasses: 'hare=fur',
        }),
        /"hare"/,
      );
    }));
});
