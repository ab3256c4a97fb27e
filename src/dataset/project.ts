import * as z from 'zod';
import { DEFAULT_DROPOUT, DEFAULT_TRAINING } from '../interpreter/trainingSettings.ts';
import { idAfter } from './classes.ts';
import { strictClassListSchema } from './classSchema.ts';

// One schema for everything: checking, defaults, the types, and the JSON schema by which the editor completes and explains.
// A person edits this file, so unknown keys are refused: a typo must not silently mean "the default".

const seed = z.int().min(0);

const generatorSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .meta({ description: "The generator's .onnx file, relative to this file's folder. `dgan import` makes one." }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits')
      .optional()
      .meta({
        description:
          "SHA-256 of the generator's architecture and weights. When it stands here, another generator is refused.",
      }),
    labelSize: z
      .union([z.literal('auto'), z.int().min(8).max(4096)])
      .default('auto')
      .meta({
        description:
          'The larger side of images and labels. "auto": that of the generator, but at most 512, as in the paper. Else the generator\'s own or a half, a quarter or an eighth of it.',
      }),
  })
  .meta({ description: 'The StyleGAN that makes the images.' });

const foldersSchema = z
  .strictObject({
    samples: z.string().min(1).default('samples').meta({ description: 'Folder of the annotated .dgan samples.' }),
    dataSets: z.string().min(1).default('datasets').meta({ description: 'Folder of the generated data sets.' }),
    interpreters: z
      .string()
      .min(1)
      .default('interpreters')
      .meta({ description: 'Folder of the trained interpreters.' }),
  })
  .prefault({})
  .meta({ description: "Where things live, relative to this file's folder." });

const interpreterSchema = z
  .strictObject({
    members: z
      .int()
      .min(1)
      .max(64)
      .default(10)
      .meta({ description: 'How many classifiers vote. The uncertainty is their disagreement, so one has none.' }),
    hidden: z
      .union([z.literal('auto'), z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])])
      .default('auto')
      .meta({
        description: 'Units of the two hidden layers. "auto": 128 and 32 for fewer than 32 classes, else 256 and 128.',
      }),
    features: z.enum(['paper', 'released']).default('paper').meta({
      description:
        'Feature maps of StyleGAN 1: "paper" takes the outputs of all AdaIN layers, "released" those of the released code.',
    }),
    dropout: z
      .tuple([z.number().min(0).max(0.95), z.number().min(0).max(0.95)])
      .default([...DEFAULT_DROPOUT])
      .meta({ description: 'Share of units dropped after the two hidden layers while training. [0, 0]: none.' }),
    pixelsPerImage: z
      .int()
      .min(1)
      .default(4096)
      .meta({ description: 'Pixels sampled from each annotated image, at least one from each labelled region.' }),
    heldOut: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('images').meta({ description: 'Whole images, others for each member.' }),
          every: z.int().min(2).meta({ description: 'One image in so many.' }),
        }),
        z.strictObject({
          kind: z.literal('pixels').meta({ description: 'Single pixels of all images.' }),
          share: z.number().min(0.01).max(0.9).meta({ description: 'Share of the sampled pixels.' }),
        }),
      ])
      .default(DEFAULT_TRAINING.heldOut)
      .meta({ description: 'What a member is not trained on; its loss there decides when the member stops.' }),
    evenShare: z.number().min(0).max(1).default(DEFAULT_TRAINING.evenShare).meta({
      description:
        'Share of the pixels that is dealt out evenly to the classes, so that small parts are seen; the rest comes as often as it was painted.',
    }),
    epochs: z
      .number()
      .positive()
      .default(DEFAULT_TRAINING.epochs)
      .meta({ description: 'Passes over the sampled pixels at most.' }),
    minimumSteps: z
      .int()
      .min(1)
      .default(DEFAULT_TRAINING.minimumSteps)
      .meta({ description: 'So many training steps at least: a few samples are gone through more often.' }),
    patience: z.int().min(1).default(DEFAULT_TRAINING.patience).meta({
      description: 'A member stops after so many measurements in a row that do not improve its held-out loss.',
    }),
    batch: z.int().min(2).default(DEFAULT_TRAINING.batch).meta({ description: 'Pixels per training step and member.' }),
    learningRate: z
      .number()
      .positive()
      .default(DEFAULT_TRAINING.learningRate)
      .meta({ description: 'Step size of Adam.' }),
    schedule: z
      .enum(['constant', 'cosine'])
      .default(DEFAULT_TRAINING.schedule)
      .meta({ description: 'Whether the step size stays or falls to 0 along a cosine.' }),
    seed: seed
      .default(DEFAULT_TRAINING.seed)
      .meta({ description: 'Seed of initial weights, sampled pixels and their order.' }),
  })
  .prefault({})
  .meta({ description: 'How the style interpreter (feature maps to labels) is trained.' });

const generationSchema = z
  .strictObject({
    count: z.int().min(1).max(1_000_000).default(10_000).meta({ description: 'Images of the data set.' }),
    seed: seed.default(1).meta({
      description:
        'Image i of a seed is the same on every machine and in any order. `dgan sample` draws from seed 0, so that annotated images are not generated again.',
    }),
    truncation: z
      .strictObject({
        psi: z
          .number()
          .min(0)
          .max(2)
          .default(0.7)
          .meta({ description: '1: the whole variety. Smaller: closer to the average image, fewer failures.' }),
        layers: z
          .union([z.int().min(0), z.literal('all')])
          .default(8)
          .meta({ description: 'How many style layers are truncated, from the coarsest on, or "all".' }),
      })
      .prefault({})
      .meta({ description: 'Pulls latents towards the average.' }),
    batch: z.int().min(1).max(256).default(8).meta({ description: 'Images computed at once.' }),
    filterRatio: z
      .number()
      .min(0)
      .max(0.99)
      .default(0.1)
      .meta({ description: 'Share of the images that is left out as most uncertain.' }),
    score: z.enum(['top10mean', 'sum']).default('top10mean').meta({
      description:
        'Uncertainty of an image: "top10mean", the mean of its most uncertain tenth of pixels (the released code), or "sum" over all pixels (the paper).',
    }),
  })
  .prefault({})
  .meta({ description: 'How data sets are generated and filtered.' });

/** `datasetgan.json`. */
export const projectSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'The JSON schema of this file.' }),
    generator: generatorSchema,
    classes: strictClassListSchema.meta({ description: 'What the pixels are labelled as.' }),
    nextClassId: z
      .int()
      .min(0)
      .max(255)
      .optional()
      .meta({ description: 'The id of the next new class. Ids of deleted classes are never used again.' }),
    folders: foldersSchema,
    interpreter: interpreterSchema,
    generation: generationSchema,
  })
  .check((context) => {
    const { classes, nextClassId } = context.value;
    if (nextClassId !== undefined && nextClassId < idAfter(classes))
      context.issues.push({
        code: 'custom',
        path: ['nextClassId'],
        message: `it is ${nextClassId}, but a class has the id ${idAfter(classes) - 1}`,
        input: nextClassId,
      });
  })
  .meta({
    title: 'DatasetGAN project',
    description: 'A generator, the classes to label, and the settings of the factory.',
  });

/** What a person may write: everything with a default may be left out. */
export type WrittenProject = z.input<typeof projectSchema>;
/** A project whose generator can't be truncated: psi is 1, none. */
export function withoutTruncation<P extends Pick<WrittenProject, 'generation'>>(project: P): P {
  const { generation = {} } = project;
  return { ...project, generation: { ...generation, truncation: { ...generation.truncation, psi: 1 } } };
}

/** A project with every setting filled in. */
export type ProjectSettings = Omit<z.output<typeof projectSchema>, 'nextClassId'> & { readonly nextClassId: number };

/**
 * The JSON schema that the editor completes and checks `datasetgan.json` with: `media/datasetgan.schema.json`, which a test
 * compares with this. Draft 7, which VS Code supports in full.
 */
export function projectJsonSchema(): object {
  return z.toJSONSchema(projectSchema, { io: 'input', target: 'draft-7' });
}
