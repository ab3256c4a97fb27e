import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode as encodeJpeg } from 'jpeg-js';
import { readSample, writeSample } from '../../../src/dataset/dganFile.ts';
import { decodeLabelPng, decodeRgbPng, encodeLabelPng, encodeRgbPng } from '../../../src/dataset/png.ts';
import { readProject } from '../../../src/dataset/projectFile.ts';
import { imageFromTensor } from '../../../src/dataset/image.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data } from '../../../src/engine/tensor.ts';
import { styleLayerCount } from '../../../src/stylegan/architecture.ts';
import { decodeStylegan } from '../stylegan/decodeStylegan.ts';
import { mappingGraph } from '../../../src/stylegan/generatorGraph.ts';
import { Synthesizer } from '../../../src/stylegan/synthesizer.ts';
import { definitionOf, type JobInput, type JobOptions, type JobResult } from '../../../src/jobs/jobTable.ts';
import { RUNNERS } from '../../../src/jobs/runners.ts';
import { readNpy } from '../../../src/stylegan/npy.ts';
import { dataSetSettings } from '../dataset/dataSetSettings.ts';
import { npyBytes } from '../dataset/importLabels/npyBytes.ts';

const bundled = fileURLToPath(new URL('../../../models/avatars-64', import.meta.url));
const fixtures = fileURLToPath(new URL('../../fixtures/avatars-64/samples', import.meta.url));
const name = (i: number): string => String(i).padStart(3, '0');

async function importLabels(
  options: JobInput<'import-labels'>,
  project: string,
  signal = new AbortController().signal,
): Promise<JobResult<'import-labels'>> {
  const definition = definitionOf('import-labels');
  const run = await RUNNERS['import-labels']!();
  const result = await run(definition.options.parse(options) as JobOptions<'import-labels'>, {
    project,
    signal,
    compute: { provider: 'cpu' },
    progress: () => undefined,
    standing: () => undefined,
    log: () => undefined,
    provider: () => undefined,
  });
  const checked = definition.result.parse(result) as JobResult<'import-labels'>;
  assert.ok(definition.describe(checked).includes(checked.folder));
  return checked;
}

/** As the helper of that name, for bodies that are loaded by `import()`: tsx gives these a UserError of their own. */
async function refused(run: () => Promise<unknown>, ...parts: readonly (string | RegExp)[]): Promise<void> {
  await assert.rejects(run, (error: unknown) => {
    assert.ok(error instanceof Error && error.name === 'UserError', String(error));
    assert.doesNotMatch(error.message, /\n/);
    for (const part of parts)
      assert.ok(
        typeof part === 'string' ? error.message.includes(part) : part.test(error.message),
        `"${error.message}" lacks ${part}`,
      );
    return true;
  });
}

describe('dgan import-labels', () => {
  let project: string;
  let labels: string;
  let folder: string;
  let latents: Float32Array;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dgan-labels-'));
    [project, labels] = [join(folder, 'project'), join(folder, 'face_processed')];
    await mkdir(join(project, 'samples'), { recursive: true });
    await mkdir(labels);
    for (const file of ['datasetgan.json', 'generator.onnx']) await copyFile(join(bundled, file), join(project, file));
    latents = float32Data(readNpy(await readFile(join(fixtures, 'latents.npy')), 'latents.npy'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The layout of the released code: image and mask `number` of the fixture's sample `index`. */
  async function put(number: number, index: number): Promise<void> {
    const { width, height, data } = decodeRgbPng(
      await readFile(join(fixtures, 'images', `${name(index)}.png`)),
      'image',
    );
    const rgba = new Uint8Array(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
    await writeFile(join(labels, `image_${number}.jpg`), encodeJpeg({ width, height, data: rgba }, 90).data);
    const mask = await maskOf(index);
    await writeFile(
      join(labels, `image_mask${number}.npy`),
      npyBytes([height, width], BigInt64Array.from(mask, BigInt)),
    );
  }
  const maskOf = async (index: number): Promise<Uint8Array> =>
    decodeLabelPng(await readFile(join(fixtures, 'labels', `${name(index)}.png`)), 'labels').data;
  const putLatents = (from: number, to: number, change = (x: number): number => x): Promise<void> =>
    writeFile(join(labels, 'latents.npy'), npyBytes([to - from, 128], latents.slice(from * 128, to * 128).map(change)));
  /** What an editor would ask the person. */
  const asked = (options: JobInput<'import-labels'>, question: object): Promise<void> =>
    assert.rejects(importLabels(options, project), { question });
  const files = (): Promise<string[]> => readdir(join(project, 'samples'));

  it('reads the released layout where image i shows latent i', async () => {
    for (const i of [0, 1, 2, 5]) await put(i, i);
    await putLatents(0, 8);
    const { files: written, notes, layout } = await importLabels({ labels }, project);
    assert.equal(layout, 'datasetgan');
    assert.deepEqual(
      written,
      [0, 1, 2, 5].map((i) => `face_processed-00000${i}.dgan`),
    );
    assert.match(notes[0]!, /read as z with psi 0\.8 on all layers; image i shows latent i \(likeness (0\.9\d|1\.00)/);
    const { manifest, image, labels: own } = await readSample(join(project, 'samples', written[3]!));
    assert.ok(manifest.origin.kind === 'generated' && 'values' in manifest.origin.latent);
    assert.deepEqual(manifest.origin.latent.values, [...latents.subarray(5 * 128, 6 * 128)]);
    assert.deepEqual(own.data, await maskOf(5));
    // The image is our rendering, not the JPEG.
    const original = decodeRgbPng(await readFile(join(fixtures, 'images', '005.png')), 'image');
    const apart = image.data.reduce((most, x, i) => Math.max(most, Math.abs(x - original.data[i]!)), 0);
    assert.ok(apart <= 1, `${apart} grey levels`);
    assert.deepEqual((await importLabels({ labels }, project)).unchanged, 4, 'again: nothing to do');
  });

  it('reads it where image 0 is the mean image, so that image i shows latent i − 1', async () => {
    for (const i of [1, 2, 3]) await put(i, i - 1);
    await putLatents(0, 8);
    const { files: written, notes } = await importLabels({ labels }, project);
    assert.match(notes[0]!, /image i shows latent i − 1 \(likeness/);
    const { manifest } = await readSample(join(project, 'samples', written[2]!));
    assert.ok(manifest.origin.kind === 'generated' && 'values' in manifest.origin.latent);
    assert.deepEqual(manifest.origin.latent.values, [...latents.subarray(2 * 128, 3 * 128)]);
  });

  it('makes a sample of the mean image too, when its labels are there', async () => {
    const generator = decodeStylegan(await readFile(join(project, 'generator.onnx')), 'generator.onnx');
    const wAvg = float32Data(generator.parameters.get('w_avg'));
    const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
    const psi = new Float32Array(styleLayerCount(generator.architecture)).fill(1);
    const { image } = await synthesizer.render({ latent: { space: 'w', values: wAvg }, psi, noise: 'constant' });
    await synthesizer.release();
    for (const i of [1, 2]) await put(i, i - 1);
    await writeFile(join(labels, 'image_0.png'), encodeRgbPng(imageFromTensor(image, 64, 64)));
    await writeFile(join(labels, 'image_mask0.npy'), npyBytes([64, 64], new Uint8Array(4096).fill(2)));
    await putLatents(0, 4);
    const { files: written } = await importLabels({ labels }, project);
    assert.deepEqual(written.length, 3);
    const { manifest } = await readSample(join(project, 'samples', 'face_processed-000000.dgan'));
    assert.ok(manifest.origin.kind === 'generated');
    assert.deepEqual(manifest.origin.latent, { space: 'w', values: [...wAvg] });
    // Another image 0 is left out, and said.
    await writeFile(join(labels, 'image_0.png'), await readFile(join(fixtures, 'images', '030.png')));
    const { notes } = await importLabels({ labels, overwrite: true }, project);
    assert.match(notes.join(), /image_0\.png is not what the mean latent makes/);
  });

  it('reads w and w+ as well', async () => {
    const generator = decodeStylegan(await readFile(join(project, 'generator.onnx')), 'generator.onnx');
    const session = await Session.create(
      encodeModel(buildModel({ name: 'mapping', outputs: { w: mappingGraph(generator, 4) } })),
      { provider: 'cpu', cpuFallback: 'allow' },
    );
    const w = float32Data((await session.run({ z: float32([4, 128], latents.slice(0, 512)) }))['w']);
    await session.release();
    for (const i of [0, 1, 2]) await put(i, i);
    await writeFile(join(labels, 'latents.npy'), npyBytes([4, 1, 128], w));
    assert.match(
      (await importLabels({ labels }, project)).notes[0]!,
      /read as w with psi 0\.8 on all layers; image i shows latent i \(/,
    );
    const wAvg = float32Data(generator.parameters.get('w_avg'));
    assert.equal(styleLayerCount(generator.architecture), 10);
    // 18 rows whatever the generator needs, as the released code keeps them.
    const plus = Float32Array.from({ length: 4 * 18 * 128 }, (_, i) => {
      const [row, at] = [Math.floor(i / 128 / 18), i % 128];
      return wAvg[at]! + 0.8 * (w[row * 128 + at]! - wAvg[at]!);
    });
    await writeFile(join(labels, 'latents.npy'), npyBytes([4, 18, 128], plus));
    await rm(join(project, 'samples'), { recursive: true });
    assert.match((await importLabels({ labels }, project)).notes[0]!, /read as w\+ .*image i shows latent i \(/);
  });

  it('makes samples of a data set’s images, with their latents', async () => {
    const { sha256, facts } = decodeStylegan(await readFile(join(project, 'generator.onnx')), 'generator.onnx');
    const settings = dataSetSettings({
      generator: { name: facts.name, sha256 },
      seed: 5,
      count: 100,
      width: 64,
      height: 64,
      truncation: { psi: 0.8, layers: 'all' },
    });
    const images = join(folder, 'set', 'images');
    await mkdir(images, { recursive: true });
    await copyFile(join(fixtures, 'images', '004.png'), join(images, '000042.png'));
    const json = join(folder, 'set', 'dataset.json');
    await writeFile(json, JSON.stringify(settings));
    await writeFile(join(labels, '000042.png'), encodeLabelPng({ width: 64, height: 64, data: await maskOf(4) }));
    const { files: written } = await importLabels({ labels, images }, project);
    assert.deepEqual(written, ['seed5-000042.dgan']);
    const { manifest, labels: own } = await readSample(join(project, 'samples', written[0]!));
    assert.ok(manifest.origin.kind === 'generated');
    assert.deepEqual(manifest.origin.latent, { space: 'z', seed: 5, index: 42 });
    assert.deepEqual(own.data, await maskOf(4));
    await writeFile(json, JSON.stringify({ ...settings, generator: { name: 'cats', sha256: 'b'.repeat(64) } }));
    await refused(() => importLabels({ labels, images }, project), 'another generator ("cats")');
  });

  it('refuses latents of another generator and numbers that do not go together, with the figures', async () => {
    for (const i of [0, 1, 2]) await put(i, i);
    await putLatents(0, 8, (x) => -x);
    await refused(() => importLabels({ labels }, project), 'latents.npy', 'another generator', /latent i: -?0\.\d\d/);
    await putLatents(4, 12);
    await refused(() => importLabels({ labels }, project), 'another generator');
    const shuffled = new Float32Array(8 * 128);
    [5, 6, 7, 0, 1, 2, 3, 4].forEach((to, from) =>
      shuffled.set(latents.subarray(from * 128, (from + 1) * 128), to * 128),
    );
    await writeFile(join(labels, 'latents.npy'), npyBytes([8, 128], shuffled));
    await refused(() => importLabels({ labels }, project), 'image_0.jpg shows latent 5', 'number the images');
    await writeFile(join(labels, 'latents.npy'), npyBytes([8, 100], new Float32Array(800)));
    await refused(() => importLabels({ labels }, project), '[8, 100]', 'z [N, 128]');
    await writeFile(join(labels, 'latents.npy'), (await readFile(join(labels, 'latents.npy'))).subarray(0, 500));
    await refused(() => importLabels({ labels }, project), 'latents.npy', 'cut off');
    await writeFile(join(labels, 'latents2.npy'), 'other ones');
    const both = ['latents.npy', 'latents2.npy'].map((file) => join(labels, file));
    await asked({ labels }, { kind: 'latents', files: both });
    await rm(join(labels, 'latents.npy'));
    await rm(join(labels, 'latents2.npy'));
    await refused(() => importLabels({ labels }, project), 'no file of latents', '--latents');
    assert.deepEqual(await files(), []);
  });

  it('refuses a mask without its image, of another shape, or with an unknown class, before it writes anything', async () => {
    for (const i of [0, 1]) await put(i, i);
    await putLatents(0, 3);
    await writeFile(join(labels, 'image_mask7.npy'), npyBytes([64, 64], new Uint8Array(4096)));
    await refused(() => importLabels({ labels }, project), 'image_mask7.npy has no image_7.jpg');
    await put(7, 2);
    await rm(join(labels, 'image_mask7.npy'));
    await writeFile(join(labels, 'image_mask1.npy'), npyBytes([64, 48], new Uint8Array(64 * 48)));
    await refused(() => importLabels({ labels }, project), 'image_mask1.npy is 48×64');
    await writeFile(join(labels, 'image_mask1.npy'), npyBytes([32, 32], new Uint8Array(32 * 32).fill(40)));
    await refused(() => importLabels({ labels }, project), 'no class for 40', '--add-classes');
    await asked({ labels }, { kind: 'classes', unknown: ['40'], count: 1 });
    assert.deepEqual(await files(), []);
    const { notes, classes } = await importLabels({ labels, addClasses: true, classes: '40=hat' }, project);
    assert.match(notes.join(), /32×32 pixels were brought to 64×64/);
    assert.deepEqual(
      classes.find(({ added }) => added),
      { from: '40', to: 'hat', id: 8, added: true },
    );
    const { settings } = await readProject(project);
    assert.deepEqual([settings.classes.at(-1)!.name, settings.nextClassId], ['hat', 9]);
    const sample = await readSample(join(project, 'samples', 'face_processed-000001.dgan'));
    assert.ok(sample.labels.data.every((id) => id === 8));
  });

  it('puts PNG masks on samples of their names and asks before labels are lost', async () => {
    const sample = join(project, 'samples', '000.dgan');
    await cp(join(bundled, 'samples', '000.dgan'), sample);
    const before = await readSample(sample);
    await writeFile(join(labels, '000.png'), encodeLabelPng(before.labels));
    assert.deepEqual((await importLabels({ labels }, project)).files, []);
    const other = await maskOf(1);
    await writeFile(join(labels, '000.png'), encodeLabelPng({ width: 64, height: 64, data: other }));
    await refused(() => importLabels({ labels }, project), '000.dgan', '--overwrite');
    await asked({ labels }, { kind: 'overwrite', samples: 1 });
    await writeFile(join(labels, '001.png'), encodeLabelPng({ width: 64, height: 64, data: other }));
    await refused(() => importLabels({ labels, overwrite: true }, project), '1 of 2', '001.png', 'have no image');
    await asked({ labels, overwrite: true }, { kind: 'images', files: 2, without: 1 });
    assert.deepEqual((await readSample(sample)).labels, before.labels);
    await rm(join(labels, '001.png'));
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(importLabels({ labels, overwrite: true }, project, stopped), /stopped/);
    assert.deepEqual((await importLabels({ labels, overwrite: true }, project)).files, ['000.dgan']);
    const after = await readSample(sample);
    assert.deepEqual(after.labels.data, other);
    assert.deepEqual(after.image, before.image);
    assert.deepEqual(after.manifest.origin, before.manifest.origin);
    assert.deepEqual(await files(), ['000.dgan'], 'no temporary file is left');
  });

  it('puts LabelMe polygons on samples, whatever their names’ case, and photos beside them', async () => {
    const fresh = await readSample(join(bundled, 'samples', '000.dgan'));
    const unlabelled = { ...fresh, labels: { ...fresh.labels, data: new Uint8Array(4096).fill(255) } };
    await writeSample(join(project, 'samples', '0-000003.dgan'), unlabelled);
    const shape = {
      label: 'HAIR',
      shape_type: 'rectangle',
      points: [
        [0, 0],
        [64, 32],
      ],
    };
    const json = { shapes: [shape], imagePath: '0-000003.png', imageWidth: 128, imageHeight: 128 };
    await writeFile(join(labels, 'anything.json'), JSON.stringify(json));
    await importLabels({ labels, rest: 'background' }, project);
    const { labels: own } = await readSample(join(project, 'samples', '0-000003.dgan'));
    assert.deepEqual(
      [own.data.filter((id) => id === 2).length, own.data.filter((id) => id === 0).length],
      [32 * 16, 4096 - 32 * 16],
    );
    await writeFile(join(labels, 'anything.json'), JSON.stringify({ ...json, imagePath: 'photo.png' }));
    await copyFile(join(fixtures, 'images', '004.png'), join(folder, 'photo.png'));
    await importLabels({ labels, images: folder }, project);
    const photo = await readSample(join(project, 'samples', 'photo.dgan'));
    assert.deepEqual(photo.manifest.origin, { kind: 'photo', file: 'photo.png' });
  });
});
