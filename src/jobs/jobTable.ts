import * as z from 'zod';
import { describeImport, importResultSchema } from './describeImport.ts';
import { parseShard, shardName } from '../dataset/shard.ts';

/**
 * Everything that can be asked for: ONE object per job. The terminal's commands and help, the validation on both sides of the
 * protocol, VS Code's tasks and commands are derived from this table. It imports nothing heavy: the bodies are in run/.
 */

/** What the table says about one job. */
export interface JobDefinition<
  O extends z.ZodObject = z.ZodObject,
  R extends z.ZodType = z.ZodType,
  P extends ProjectUse = ProjectUse,
> {
  /** One line for help and menus. */
  readonly summary: string;
  readonly options: O;
  /** Options that are given in the terminal by their place and not by a flag. */
  readonly positional: readonly (keyof O['shape'] & string)[];
  /** Whether it works on a project (a folder with datasetgan.json), can make use of one, or has nothing to do with one. */
  readonly project: P;
  /** A long job keeps a journal and a log in its project and shows its progress. */
  readonly long: boolean;
  /** Which of the project's locks it holds while it runs, if any. */
  readonly lock?: (options: z.output<O>) => string;
  readonly result: R;
  /** The result for a person: what was made, where, and the figures that matter. */
  readonly describe: (result: z.output<R>) => string;
  /** It holds much memory for a moment, one thing after the other: see `RETURNS_MEMORY`. */
  readonly returnsMemory?: boolean;
  /** Not listed in help. */
  readonly hidden?: boolean;
}

export type ProjectUse = 'required' | 'optional' | 'none';

function job<O extends z.ZodObject, R extends z.ZodType, P extends ProjectUse>(
  definition: JobDefinition<O, R, P>,
): JobDefinition<O, R, P> {
  return definition;
}

// How the terminal reads an option besides its type: a path is made absolute from where the person stands.
const path = (description: string) => z.string().min(1).meta({ description, path: true });
const text = (description: string) => z.string().min(1).meta({ description });
const seed = z.number().int().min(0).max(0xffffffff).meta({ description: 'seed of the random numbers' });
const count = (description: string) => z.number().int().min(1).max(10_000_000).meta({ description });
const psi = z.number().min(0).max(2).meta({ description: 'truncation: 1 is none, 0 is always the mean image' });
const layers = z
  .union([z.number().int().min(0), z.literal('all')], 'give a number, or "all"')
  .meta({ description: 'how many style layers are truncated, from the coarsest on, or "all"' });

/** Lock names. One long job per project; the shards of one generation run side by side, wherever a scheduler puts them. */
const wholeProject = (): string => 'project';

const initJob = job({
  summary: 'make a project: a folder with datasetgan.json',
  options: z.strictObject({
    folder: path('the folder to make').default('.'),
    generator: path(
      'the generator (an .onnx file from "dgan import"; else generator.onnx, to be made)',
    ).exactOptional(),
    classes: text('names of the classes, like background,skin,hair; more can follow later').default('background'),
  }),
  positional: ['folder'],
  project: 'none',
  long: false,
  result: z.object({ project: z.string(), file: z.string(), hasGenerator: z.boolean(), classes: z.number() }),
  describe: ({ file, hasGenerator, classes }) =>
    `Made ${file} with ${classes} ${classes === 1 ? 'class' : 'classes'}; add to them there. ` +
    `Next: ${hasGenerator ? '' : '"dgan import <checkpoint>", then '}"dgan sample".`,
});

const importJob = job({
  summary: 'turn a StyleGAN checkpoint into a generator (.onnx)',
  options: z.strictObject({
    checkpoint: path(
      'the checkpoint, e.g. karras2019stylegan-ffhq.for_g_all.pt, or an ONNX model with feature outputs',
    ),
    wAvg: path('mean latent as .npy, when the checkpoint lacks it (else it is estimated)').exactOptional(),
    noise: path('fixed noise as .npz (else it is drawn from a seed)').exactOptional(),
    name: text('name of the generator (else from the file)').exactOptional(),
    attribution: text('whose work it is and under which licence; goes with everything made from it').exactOptional(),
    class: z
      .number()
      .int()
      .min(0)
      .meta({ description: 'which class a conditional generator shall make, from 0 on' })
      .exactOptional(),
    features: z
      .array(text('ONNX models: which outputs are the feature maps, like b64,b128'))
      .min(1)
      .meta({ description: 'ONNX models: which outputs are the feature maps, like b64,b128' })
      .exactOptional(),
    image: text('ONNX models: which output is the image (else the one that looks like it)').exactOptional(),
    latent: text('ONNX models: which input is the latent (else the one that looks like it)').exactOptional(),
    crop: z
      .string()
      .regex(/^\d+,\d+,\d+,\d+$/, 'give x,y,width,height in pixels, like 0,64,512,384')
      .meta({
        description:
          "x,y,width,height of the part of the image that is one, where it was padded to a square: 0,64,512,384 for DatasetGAN's and NVIDIA's cars",
      })
      .exactOptional(),
    seed: seed.default(0),
    withoutSamples: z
      .boolean()
      .meta({ description: 'draw no sheet of sixteen samples (…samples.png beside the generator)' })
      .default(false),
    out: path("where to write (else the project's generator, or beside the checkpoint)").exactOptional(),
  }),
  positional: ['checkpoint'],
  project: 'optional',
  long: true,
  lock: wholeProject,
  returnsMemory: true,
  result: importResultSchema,
  describe: describeImport,
});

const sampleJob = job({
  summary: 'draw the next samples (.dgan files) to be labelled',
  options: z.strictObject({
    count: count('how many samples').default(16),
    seed: seed.default(0),
    psi: psi.exactOptional(),
    layers: layers.exactOptional(),
    out: path('folder for the samples (else the one in datasetgan.json)').exactOptional(),
  }),
  positional: [],
  project: 'required',
  long: true,
  lock: wholeProject,
  result: z.object({ folder: z.string(), files: z.array(z.string()) }),
  describe: (r) => `${r.files.length} samples in ${r.folder}, ready to be labelled.`,
});

const LABEL_LAYOUTS = ['datasetgan', 'masks', 'labelme'] as const;

const importLabelsJob = job({
  summary: 'make samples (.dgan) of labels that you have: the released DatasetGAN layout, PNG masks, LabelMe files',
  options: z.strictObject({
    labels: path('folder of the labels, or one file of them'),
    layout: z
      .enum(LABEL_LAYOUTS)
      .meta({
        description:
          'datasetgan: image_mask0.npy, image_0.jpg and latents; masks: PNG masks; labelme: JSON (else seen from the files)',
      })
      .exactOptional(),
    latents: path('datasetgan: the latents as .npy (else the one file of latents in the folder)').exactOptional(),
    images: path(
      'folder of the images that are labelled, such as images/ of a data set (else the samples of the project, by name)',
    ).exactOptional(),
    classes: text(
      'which classes numbers, colours and names are: "0=background,1=hair,#ff0000=eyes,Kopf=skin,9=unlabelled"',
    ).exactOptional(),
    addClasses: z.boolean().meta({ description: 'make new classes of what the project does not have' }).default(false),
    rest: text('the class of what is not labelled, like background (else it stays unlabelled)').exactOptional(),
    overwrite: z.boolean().meta({ description: 'replace labels that samples have already' }).default(false),
  }),
  positional: ['labels'],
  project: 'required',
  long: true,
  lock: wholeProject,
  result: z.object({
    folder: z.string(),
    layout: z.enum(LABEL_LAYOUTS),
    /** Those that were written. */
    files: z.array(z.string()),
    /** Samples that had these labels already. */
    unchanged: z.number(),
    classes: z.array(z.object({ from: z.string(), to: z.string(), id: z.number(), added: z.boolean() })),
    /** Sentences: how the latents were read, what was left out. */
    notes: z.array(z.string()),
  }),
  describe: (r) =>
    [
      ...r.notes,
      `Classes: ${r.classes.map(({ from, to, added }) => `${from} → ${to}${added ? ' (new)' : ''}`).join(', ')}.`,
      `${r.files.length} samples with labels written to ${r.folder}` +
        (r.unchanged > 0 ? `; ${r.unchanged} had these labels already.` : '.'),
    ].join('\n'),
});

const trainJob = job({
  summary: 'train the style interpreter on the labelled samples',
  options: z.strictObject({
    members: z.number().int().min(1).max(64).meta({ description: 'members of the ensemble' }).exactOptional(),
    features: z
      .enum(['paper', 'released'])
      .meta({ description: 'feature maps: those of the paper, or of its released code' })
      .exactOptional(),
    seed: seed.exactOptional(),
    out: path('where to write the interpreter (else the place in datasetgan.json)').exactOptional(),
  }),
  positional: [],
  project: 'required',
  long: true,
  lock: wholeProject,
  result: z.object({
    out: z.string(),
    members: z.number(),
    samples: z.number(),
    pixels: z.number(),
    heldOutAccuracy: z.number(),
    seconds: z.number(),
    warnings: z.array(z.string()),
  }),
  describe: (r) =>
    [
      `Trained ${r.members} members on ${r.pixels} pixels of ${r.samples} samples in ${r.seconds.toFixed(1)} s; ` +
        `they label ${(100 * r.heldOutAccuracy).toFixed(1)} % of the held-out pixels right.`,
      `Written to ${r.out}.`,
      ...r.warnings.map((warning) => `Note: ${warning}`),
    ].join('\n'),
});

function isShard(shard: string): boolean {
  try {
    parseShard(shard);
    return true;
  } catch {
    return false;
  }
}

const generateJob = job({
  summary: 'generate a labelled data set',
  options: z.strictObject({
    count: count('how many images the whole data set has').exactOptional(),
    seed: seed.exactOptional(),
    psi: psi.exactOptional(),
    layers: layers.exactOptional(),
    shard: z
      .string()
      .refine(isShard, 'give a part of the whole, like 3/16')
      .meta({ description: 'make only this part, like 3/16; parts merge by copying their files together' })
      .exactOptional(),
    out: path('folder of the data set (else the one in datasetgan.json)').exactOptional(),
  }),
  positional: [],
  project: 'required',
  long: true,
  lock: ({ shard }) => (shard === undefined ? 'project' : `generate-${shardName(parseShard(shard))}`),
  result: z.object({
    folder: z.string(),
    count: z.number(),
    made: z.number(),
    kept: z.number().optional(),
    /** The whole job. */
    seconds: z.number(),
    /** While generating, without the start: reading the models and finding the provider. */
    imagesPerSecond: z.number().exactOptional(),
    warnings: z.array(z.string()),
  }),
  describe: (r) =>
    [
      `${r.made} of ${r.count} labelled images made in ${r.seconds.toFixed(1)} s` +
        (r.imagesPerSecond === undefined ? '' : ` (${r.imagesPerSecond.toFixed(1)} images/s once it ran)`) +
        (r.kept === undefined ? '.' : `; ${r.kept} are kept.`),
      `They are in ${r.folder}.`,
      ...r.warnings.map((warning) => `Note: ${warning}`),
    ].join('\n'),
});

const statsJob = job({
  summary: 'count the classes and show the uncertainty of a data set',
  options: z.strictObject({ dataset: path('folder of the data set') }),
  positional: ['dataset'],
  project: 'optional',
  long: false,
  result: z.object({
    dataset: z.string(),
    images: z.number(),
    missing: z.number(),
    kept: z.number(),
    /** By hand; not kept. */
    rejected: z.number(),
    classes: z.array(
      z.object({ id: z.number(), name: z.string(), pixels: z.number(), share: z.number(), images: z.number() }),
    ),
    scores: z.array(
      z.object({
        score: z.enum(['top10mean', 'sum']),
        mean: z.number(),
        quantiles: z.array(z.object({ at: z.number(), value: z.number() })),
        histogram: z.object({
          edges: z.array(z.number()),
          counts: z.array(z.number()),
          cut: z.number().nullable(),
        }),
      }),
    ),
  }),
  describe: (r) => {
    const width = Math.max(5, ...r.classes.map((c) => c.name.length));
    const missing = r.missing > 0 ? ` (${r.missing} more are not generated yet)` : '';
    return [
      `${r.images} images in ${r.dataset}${missing}; ${r.kept} are kept${r.rejected > 0 ? `, ${r.rejected} were rejected by hand` : ''}.`,
      '',
      ` id  ${'class'.padEnd(width)}  share of pixels   in images`,
      ...r.classes.map(
        (c) =>
          `${String(c.id).padStart(3)}  ${c.name.padEnd(width)}  ${`${(100 * c.share).toFixed(2)} %`.padStart(15)}  ${String(c.images).padStart(10)}`,
      ),
      '',
      ...r.scores.map(({ score, mean, quantiles, histogram }) => {
        const spread = quantiles.map(({ at, value }) => `${at} %: ${value.toPrecision(3)}`).join('  ');
        const cut = histogram.cut === null ? '' : `  (the filter cuts at ${histogram.cut.toPrecision(3)})`;
        return `uncertainty of an image, ${score}: mean ${mean.toPrecision(3)}  ${spread}${cut}`;
      }),
    ].join('\n');
  },
});

export const EXPORT_FORMATS = ['voc', 'coco', 'yolo', 'cityscapes', 'huggingface', 'webdataset'] as const;

const exportJob = job({
  summary: 'write a data set in a format that other tools read',
  options: z.strictObject({
    dataset: path('folder of the data set'),
    format: z.enum(EXPORT_FORMATS).meta({ description: 'the format' }),
    out: path('folder to write to'),
    keptOnly: z
      .boolean()
      .meta({ description: 'leave out what the filter drops and what was rejected by hand' })
      .default(false),
    split: text('parts in percent: 90/10 is train/val, 80/10/10 is train/val/test').exactOptional(),
    seed: seed.default(0),
    mergeClasses: text(
      'make one class of several, or leave some out: "left eye+right eye=eyes, background=unlabelled"',
    ).exactOptional(),
    holes: z
      .enum(['rle', 'cut'])
      .meta({
        description:
          'coco: a region with holes becomes run lengths with iscrowd 1, which many trainers skip, or a polygon cut open to its holes',
      })
      .default('rle'),
  }),
  positional: ['dataset'],
  project: 'optional',
  long: true,
  result: z.object({
    out: z.string(),
    format: z.string(),
    /** Images in each part. */
    samples: z.partialRecord(z.enum(['train', 'val', 'test']), z.number()),
    warnings: z.array(z.string()),
  }),
  describe: (r) =>
    [
      `Written to ${r.out} as ${r.format}: ` +
        `${Object.entries(r.samples)
          .map(([part, images]) => `${images} images to ${part}`)
          .join(', ')}.`,
      ...r.warnings.map((warning) => `Note: ${warning}`),
    ].join('\n'),
});

const exportFactoryJob = job({
  summary: 'write generator and interpreter as ONE .onnx: z in; image, labels and uncertainty out',
  options: z.strictObject({
    out: path('where to write').default('factory.onnx'),
    psi: psi.exactOptional(),
    layers: layers.exactOptional(),
  }),
  positional: [],
  project: 'required',
  long: true,
  lock: wholeProject,
  result: z.object({ out: z.string(), bytes: z.number() }),
  describe: (r) => `Written to ${r.out} (${(r.bytes / 1e6).toFixed(1)} MB).`,
});

const reportJob = job({
  summary: 'write report.html: contact sheet, training curve, class distribution, uncertainty',
  options: z.strictObject({
    dataset: path('folder of the data set (else the one in datasetgan.json)').exactOptional(),
    out: path('where to write (else report.html in the project)').exactOptional(),
  }),
  positional: ['dataset'],
  project: 'required',
  long: true,
  result: z.object({ out: z.string() }),
  describe: (r) => `Written to ${r.out}.`,
});

const doctorJob = job({
  summary: 'say what this machine computes on, why not on something faster, and what to do about it',
  options: z.strictObject({}),
  positional: [],
  project: 'none',
  long: false,
  result: z.object({
    versions: z.record(z.string(), z.string()),
    processor: z.string(),
    cores: z.number(),
    /** In bytes. */
    memory: z.number(),
    nvidia: z.string().optional(),
    chosen: z.string(),
    tried: z.array(
      z.object({
        provider: z.string(),
        label: z.string(),
        outcome: z.enum(['chosen', 'not in this build', 'failed to start', 'disagrees', 'slower']),
        detail: z.string(),
        timings: z.object({ own: z.number(), cpu: z.number() }).optional(),
      }),
    ),
    advice: z.array(z.string()),
  }),
  describe: (r) =>
    [
      Object.entries(r.versions)
        .map(([name, version]) => (name === 'system' ? version : `${name} ${version}`))
        .join(' · '),
      `${r.processor}, ${r.cores} cores, ${(r.memory / 2 ** 30).toFixed(1)} GB of memory`,
      '',
      ...r.tried.map(
        ({ label, outcome, detail }) =>
          `${outcome === 'chosen' ? '→' : ' '} ${label.padEnd(9)} ${outcome.padEnd(18)} ${detail}`,
      ),
      ...(r.advice.length === 0 ? [] : ['', 'To get something faster:', ...r.advice.map((step) => `- ${step}`)]),
    ].join('\n'),
});

const demoJob = job({
  summary: 'the whole way on the bundled sample project: train, generate 500 pairs, report',
  options: z.strictObject({
    out: path('the new folder').exactOptional(),
    count: count('how many images').default(500),
  }),
  positional: ['out'],
  project: 'none',
  long: false,
  result: z.object({ project: z.string(), report: z.string(), figures: z.array(z.string()) }),
  describe: (r) => [...r.figures, '', `Report: ${r.report}`].join('\n'),
  hidden: true,
});

export const JOBS = {
  init: initJob,
  import: importJob,
  sample: sampleJob,
  'import-labels': importLabelsJob,
  train: trainJob,
  generate: generateJob,
  stats: statsJob,
  export: exportJob,
  'export-factory': exportFactoryJob,
  report: reportJob,
  doctor: doctorJob,
  demo: demoJob,
} as const;

export type JobName = keyof typeof JOBS;
export const JOB_NAMES = Object.keys(JOBS) as readonly JobName[];

/** A job's options as its body gets them: validated, defaults filled in. */
export type JobOptions<J extends JobName> = z.output<(typeof JOBS)[J]['options']>;
/** A job's options as they may be given: what has a default may be left out. */
export type JobInput<J extends JobName> = z.input<(typeof JOBS)[J]['options']>;
export type JobResult<J extends JobName> = z.output<(typeof JOBS)[J]['result']>;

/** The table's entry without its particular types, for code that treats all jobs alike. */
export function definitionOf(name: JobName): JobDefinition {
  return JOBS[name] as unknown as JobDefinition;
}

/** A job and its options: a union discriminated by `job`. */
export type JobRequest = { [J in JobName]: { readonly job: J; readonly options: JobInput<J> } }[JobName];
export type RequestFor<J extends JobName> = { readonly job: J; readonly options: JobInput<J> };
