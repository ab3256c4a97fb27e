import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { UserError } from '../../base/userError.ts';
import { classesToWrite } from '../../dataset/annotation/annotation.ts';
import type { LabelClass } from '../../dataset/classes.ts';
import { readSettings } from '../../dataset/dataSetFolder.ts';
import type { SampleWithPng } from '../../dataset/dganFile.ts';
import { frameImage } from '../../dataset/frameImage.ts';
import { chooseClasses, foreignText, keyOf, parseClassNames } from '../../dataset/importLabels/classChoice.ts';
import { ownLabels, usedClasses } from '../../dataset/importLabels/foreignLabels.ts';
import {
  changingImports,
  checkShape,
  existingSample,
  sampleAt,
  writeImports,
  type LabelImport,
} from '../../dataset/importLabels/labelImport.ts';
import {
  decodeImage,
  imagesByStem,
  labelFiles,
  readLabelFile,
  stemOf,
  type LabelFiles,
} from '../../dataset/importLabels/labelFiles.ts';
import type { LabelsQuestion } from '../../dataset/importLabels/labelsQuestion.ts';
import { labelMeLabels, readLabelMe } from '../../dataset/importLabels/labelMe.ts';
import { readLatents } from '../../dataset/importLabels/latentsFile.ts';
import { thumbnail } from '../../dataset/importLabels/likeness.ts';
import { isReproduced, matchLatents, signed, type LabelledImageFile } from '../../dataset/importLabels/matchLatents.ts';
import { readNpyMask } from '../../dataset/importLabels/npyMask.ts';
import { readPngMask } from '../../dataset/importLabels/pngMask.ts';
import type { RgbImage } from '../../dataset/image.ts';
import { UNLABELLED, unlabelledMap } from '../../dataset/labelMap.ts';
import { encodeRgbPng } from '../../dataset/png.ts';
import { projectPaths, readProject, updateProject, type Project } from '../../dataset/projectFile.ts';
import { SAMPLE_VERSION, type Origin } from '../../dataset/sample.ts';
import { sampleNameOfImage, sampleOfImage } from '../../dataset/sampleOfImage.ts';
import { synthesisInput, type GeneratedOrigin } from '../../dataset/synthesisInput.ts';
import { cropEntry, type LabelFrame } from '../../interpreter/labelFrame.ts';
import { Synthesizer } from '../../stylegan/synthesizer.ts';
import type { JobOptions } from '../jobTable.ts';
import type { JobContext, JobRunner } from '../runner.ts';
import { projectFrame } from './projectFrame.ts';
import { projectGenerator } from './projectGenerator.ts';

/** What was found, before it is known which classes the labels are. */
interface Found {
  readonly imports: readonly LabelImport[];
  /** Sentences for the person. */
  readonly notes: readonly string[];
}

type Options = JobOptions<'import-labels'>;
type Context = JobContext & { readonly project: string };

/** Makes samples of labels that people already have. Nothing is written before all of them were read and understood. */
export const run: JobRunner<'import-labels'> = async (options, context) => {
  const { project: folder, signal, progress } = context;
  const project = await readProject(folder);
  const names = parseClassNames(options.classes ?? '');
  const files = await labelFiles(options.labels, options.layout);
  const { imports, notes } = await findImports(files, project, names, options, context);

  const { classes, nextClassId } = project.settings;
  const choice = chooseClasses({
    foreign: imports.flatMap(({ labels }) => usedClasses(labels)),
    list: { classes, nextClassId },
    names,
    add: options.addClasses,
  });
  const rest = restId(options.rest, choice.list.classes);
  const ready = imports.map((one) => ({ ...one, own: ownLabels(one.labels, one.sample.labels, choice.idOf, rest) }));
  const changing = changingImports(ready, options.overwrite);

  // First the classes: a class that no sample has does no harm, labels without their class do.
  if (choice.added.length > 0)
    await updateProject(folder, (written) => ({
      ...written,
      classes: [...written.classes, ...choice.added],
      nextClassId: choice.list.nextClassId,
    }));
  await writeImports(changing, choice.list.classes, (done) => {
    signal.throwIfAborted();
    progress({ stage: 'writing samples', done, total: changing.length, unit: 'samples' });
  });
  progress({ stage: 'writing samples', done: changing.length, total: changing.length, unit: 'samples' });

  const resized = imports.find(
    ({ labels, sample }) => labels.width !== sample.labels.width || labels.height !== sample.labels.height,
  );
  const size = (one: { readonly width: number; readonly height: number }): string => `${one.width}×${one.height}`;
  return {
    folder: projectPaths(project).samples,
    layout: files.format,
    files: changing.map(({ path }) => basename(path)),
    unchanged: imports.length - changing.length,
    classes: choice.pairs.map(({ from, to }) => ({
      from: foreignText(from),
      to: to?.name ?? 'not labelled',
      id: to?.id ?? UNLABELLED,
      added: to !== undefined && choice.added.includes(to),
    })),
    notes: [
      ...notes,
      ...(resized === undefined
        ? []
        : [
            `Labels of ${size(resized.labels)} pixels were brought to ${size(resized.sample.labels)}: each pixel has the label at its centre.`,
          ]),
    ],
  };
};

function findImports(
  files: LabelFiles,
  project: Project,
  names: ReadonlyMap<string, string>,
  options: Options,
  context: Context,
): Promise<Found> {
  switch (files.format) {
    case 'datasetgan':
      return releasedLayout(files, project, options, context);
    case 'masks': {
      const colours = new Set([...project.settings.classes.map(({ colour }) => keyOf(colour)), ...names.keys()]);
      return byName(files, project, options, context, async (file) => {
        const labels = readPngMask(await readLabelFile(files.folder, file), file, (colour) => colours.has(colour));
        return { image: undefined, size: labels, labels: () => labels, notes: [] };
      });
    }
    case 'labelme':
      return byName(files, project, options, context, async (file) => {
        const read = readLabelMe(new TextDecoder().decode(await readLabelFile(files.folder, file)), file);
        const leftOut = `${file}: shapes of kind ${read.leftOut.join(', ')} have no area and are left out.`;
        return {
          image: read.image,
          size: read.size,
          labels: (size) => labelMeLabels(read, size, file),
          notes: read.leftOut.length > 0 ? [leftOut] : [],
        };
      });
  }
}

function restId(name: string | undefined, classes: readonly LabelClass[]): number {
  if (name === undefined) return UNLABELLED;
  const found = classes.find((c) => keyOf(c.name) === keyOf(name));
  if (!found) throw new UserError(`--rest names "${name}", which is no class of the project.`);
  return found.id;
}

// Masks and LabelMe files: their names say which image they are of.

interface NamedLabels {
  /** The image's file, when the labels name it. */
  readonly image: string | undefined;
  /** Of the image that was labelled, when the labels say it. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly labels: (size: { readonly width: number; readonly height: number }) => LabelImport['labels'];
  readonly notes: readonly string[];
}

async function byName(
  { format, folder, files }: LabelFiles,
  project: Project,
  options: Options,
  { signal, progress }: Context,
  read: (file: string) => Promise<NamedLabels>,
): Promise<Found> {
  const sampleFor = options.images === undefined ? ownSamples(project) : await samplesOfImages(options.images, project);
  const imports: LabelImport[] = [];
  const notes: string[] = [];
  const without: string[] = [];
  for (const [done, file] of files.entries()) {
    signal.throwIfAborted();
    progress({ stage: 'reading labels', done, total: files.length, unit: 'files' });
    const found = await read(file);
    const stems = [stemOf(file), stemOf(file).replace(/[_-](mask|labels?|gt|seg)$/i, '')];
    if (found.image !== undefined) stems.push(stemOf(found.image));
    const target = await sampleFor([...new Set(stems)]);
    if (target === undefined) {
      without.push(file);
      continue;
    }
    if (found.size !== undefined) checkShape(found.size, target.sample.labels, join(folder, file), target.path);
    notes.push(...found.notes);
    const provenance = { importedLabels: { format, file } };
    imports.push({ ...target, file, labels: found.labels(target.sample.labels), provenance });
  }
  if (without.length > 0) {
    const where = options.images ?? projectPaths(project).samples;
    const names = `${without.slice(0, 5).join(', ')}${without.length > 5 ? ', …' : ''}`;
    const sentence = `${without.length} of ${files.length} label files in ${folder} have no image of their name in ${where} (${names}); nothing was written.`;
    if (options.images !== undefined) throw new UserError(sentence);
    throw new OpenQuestion(
      `${sentence} 0-000003.png goes with 0-000003.dgan; --images names another folder of images.`,
      { kind: 'images', files: files.length, without: without.length } satisfies LabelsQuestion,
    );
  }
  return { imports, notes };
}

interface Target {
  readonly path: string;
  readonly sample: SampleWithPng;
}

/** Finds the sample of one of the names; undefined when there is none. */
type FindTarget = (stems: readonly string[]) => Promise<Target | undefined>;

function ownSamples(project: Project): FindTarget {
  const { samples } = projectPaths(project);
  return async (stems) => {
    for (const stem of stems) {
      const path = join(samples, `${stem}.dgan`);
      const sample = await existingSample(path).catch((error: unknown) => {
        const missing = error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
        if (!missing) throw error;
      });
      if (sample) return { path, sample };
    }
    return undefined;
  };
}

/** The images of a folder: those of a data set become samples with their latents, any others are photos. */
async function samplesOfImages(folder: string, project: Project): Promise<FindTarget> {
  const { samples } = projectPaths(project);
  const { classes } = project.settings;
  const images = await imagesByStem(folder);
  const dataSet = basename(folder) === 'images' ? await readSettings(dirname(folder)) : undefined;
  if (dataSet) {
    const { sha256 } = await projectGenerator(project);
    if (dataSet.generator.sha256 !== sha256)
      throw new UserError(
        `${folder} belongs to a data set of another generator ("${dataSet.generator.name}"): the project can't make use of its labels.`,
      );
  }
  return async (stems) => {
    const stem = stems.find((one) => images.has(one));
    if (stem === undefined) return undefined;
    const file = images.get(stem)!;
    const image = decodeImage(await readLabelFile(folder, file), join(folder, file));
    if (dataSet && /^\d+$/.test(stem)) {
      const id = Number(stem);
      const path = join(samples, `${sampleNameOfImage(dataSet, id)}.dgan`);
      return { path, sample: await sampleAt(path, () => withPng(sampleOfImage(dataSet, id, image, classes))) };
    }
    const path = join(samples, `${stem}.dgan`);
    return { path, sample: await sampleAt(path, () => freshSample({ kind: 'photo', file }, image, {}, project)) };
  };
}

function withPng({ image, ...rest }: { readonly image: RgbImage } & Omit<SampleWithPng, 'imagePng'>): SampleWithPng {
  return { ...rest, imagePng: encodeRgbPng(image) };
}

function freshSample(
  origin: Origin,
  image: RgbImage,
  crop: ReturnType<typeof cropEntry>,
  { settings }: Project,
): SampleWithPng {
  const labels = unlabelledMap(image.width, image.height);
  return {
    manifest: {
      format: 'datasetgan-sample',
      version: SAMPLE_VERSION,
      origin,
      ...crop,
      status: 'open',
      classes: [...classesToWrite(settings.classes, [], labels)],
    },
    imagePng: encodeRgbPng(image),
    labels,
  };
}

// The layout of the released code: image_3.jpg, image_mask3.npy, and all latents in one file.

async function releasedLayout(
  { folder, files }: LabelFiles,
  project: Project,
  options: Options,
  { signal, progress, log }: Context,
): Promise<Found> {
  const generator = await projectGenerator(project);
  if ('graph' in generator)
    throw new UserError(
      `${folder} has the layout of the released DatasetGAN code, whose latents are those of a StyleGAN, but the project's generator is an ONNX model, which has none of them.`,
    );
  const { architecture } = generator;
  const frame = projectFrame(project, generator);
  const imageFolder = options.images ?? folder;
  const stored = await imagesByStem(imageFolder);
  const images: (LabelledImageFile & { readonly mask: string })[] = [];
  for (const [done, mask] of files.entries()) {
    signal.throwIfAborted();
    progress({ stage: 'reading images', done, total: files.length, unit: 'images' });
    const number = Number(/(\d+)\.npy$/.exec(mask)![1]);
    const file = stored.get(`image_${number}`);
    if (file === undefined)
      throw new UserError(
        `${join(folder, mask)} has no image_${number}.jpg beside it: without it, it can't be told which latent the mask is of.`,
      );
    const image = decodeImage(await readLabelFile(imageFolder, file), join(imageFolder, file));
    checkFrameShape(image, frame, join(imageFolder, file));
    images.push({ number, file, mask, thumbnail: thumbnail(image) });
  }

  const latentsFile = options.latents ?? (await latentsIn(folder));
  const truncation = project.settings.generation.truncation;
  const latents = readLatents(
    await readLabelFile(dirname(latentsFile), basename(latentsFile)),
    latentsFile,
    architecture,
    truncation,
  );
  const reference = { name: generator.facts.name, sha256: generator.sha256 };
  const originOf = (latent: GeneratedOrigin['latent'], cut: GeneratedOrigin['truncation']): GeneratedOrigin => ({
    kind: 'generated',
    generator: reference,
    latent,
    truncation: cut,
    noise: { kind: 'constant' },
  });
  const mean = originOf(
    { space: 'w', values: Array.from(generator.parameters.get('w_avg')!.data) },
    { psi: 1, layers: 'all' },
  );
  // On the CPU whatever else there is, as samples are drawn: their bytes are the same everywhere.
  const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
  let rendered = 0;
  const draw = async (origin: GeneratedOrigin): Promise<RgbImage> => {
    signal.throwIfAborted();
    progress({ stage: 'comparing latents with images', done: rendered++, total: 0, unit: 'images' });
    const { image } = await synthesizer.render(synthesisInput(origin, architecture, latentsFile));
    return frameImage(image, frame);
  };
  try {
    const match = await matchLatents(
      images,
      latents,
      {
        mean: thumbnail(await draw(mean)),
        render: async (reading, index) => thumbnail(await draw(originOf(reading.latent(index), reading.truncation))),
      },
      latentsFile,
    );
    const [best, second] = match.totals;
    const offset = `image i shows latent i${signed(match.offset)}`;
    const notes = [
      `${basename(latentsFile)}: read as ${match.reading.text}; ${offset} (likeness ${best!.likeness.toFixed(2)}` +
        `${second === undefined ? '' : `, the next best i${signed(second.offset)} ${second.likeness.toFixed(2)}`}; 1 is the same image).`,
      `The samples show this generator's own images of the latents, which differ from the files by ${best!.difference.toFixed(1)} of 255 grey levels.`,
    ];
    const prefix = basename(folder).replace(/[^A-Za-z0-9._-]+/g, '-') || 'imported';
    const samples = projectPaths(project).samples;
    const imports: LabelImport[] = [];
    for (const matched of match.images) {
      const { number, file } = matched.image;
      const { mask } = images.find((one) => one.number === number)!;
      if (!isReproduced(matched)) {
        const why =
          matched.latent === 'none'
            ? 'has no latent'
            : `is not what ${matched.latent === 'mean' ? 'the mean latent' : `latent ${matched.latent}`} makes (likeness ${matched.likeness.toFixed(2)})`;
        notes.push(`${file} ${why}, so its labels are left out.`);
        continue;
      }
      const labels = readNpyMask(await readLabelFile(folder, mask), join(folder, mask));
      checkFrameShape(labels, frame, join(folder, mask));
      const origin =
        typeof matched.latent === 'number'
          ? originOf(match.reading.latent(matched.latent), match.reading.truncation)
          : mean;
      const image = await draw(origin);
      const path = join(samples, `${prefix}-${String(number).padStart(6, '0')}.dgan`);
      const sample = await sampleAt(path, () => freshSample(origin, image, cropEntry(frame), project));
      const provenance = {
        importedLabels: {
          format: 'datasetgan',
          file: mask,
          image: file,
          latent: matched.latent,
          likeness: matched.likeness,
          difference: matched.difference,
        },
      };
      imports.push({ file: mask, labels, path, sample, provenance });
    }
    for (const note of notes) log(note);
    return { imports, notes };
  } finally {
    await synthesizer.release();
  }
}

function checkFrameShape(
  size: { readonly width: number; readonly height: number },
  frame: LabelFrame,
  file: string,
): void {
  const { resolution } = frame;
  const height = Math.round((resolution * size.height) / size.width);
  try {
    checkShape(size, frame, file, "the project's image");
  } catch (error) {
    // The 512×384 cars come from a network of 512², cut to its middle rows.
    if (error instanceof UserError && height < resolution && frame.width === frame.height)
      throw new UserError(
        `${error.message} If the images were cut out of the generator's, import it with ` +
          `--crop 0,${(resolution - height) / 2},${resolution},${height}.`,
      );
    throw error;
  }
}

/** The one file of latents in the folder of the masks. */
async function latentsIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /latent.*\.npy$/i.test(name) && !/^avg|mean/i.test(name));
  if (names.length === 1) return join(folder, names[0]!);
  const sentence = `${folder} holds ${names.length === 0 ? 'no file of latents' : `several files of latents (${names.join(', ')})`}: say with --latents which one it is.`;
  if (names.length === 0) throw new UserError(sentence);
  throw new OpenQuestion(sentence, {
    kind: 'latents',
    files: names.map((name) => join(folder, name)),
  } satisfies LabelsQuestion);
}
