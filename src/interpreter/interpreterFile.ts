import { createHash } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../base/userError.ts';
import { description, readDescription } from '../engine/onnx/description.ts';
import { decodeModel, encodeModel } from '../engine/onnx/codec.ts';
import { buildModel } from '../engine/graph.ts';
import type { Tensor } from '../engine/tensor.ts';
import { input, parameter } from '../engine/value.ts';
import { weightShapes, type EnsembleArchitecture, type EnsembleWeights, type WeightName } from './ensemble.ts';
import type { NamedValues } from './ensembleLayers.ts';
import { ensembleSizes } from './fold.ts';
import { foldInGraph } from './foldInGraph.ts';
import { classIds, interpreterGraph } from './interpreterGraph.ts';
import { cpuPlan } from './tilePlan.ts';

const size = z.int().min(1).max(65536);
const share = z.number().min(0).max(1);
const perMember = z.array(z.number()).readonly();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const factsSchema = z.object({
  /** The generator whose feature maps it reads. */
  generator: z.object({ name: z.string(), sha256 }),
  classes: z
    .array(z.object({ id: z.int().min(0).max(254), name: z.string(), colour: z.string() }))
    .min(1)
    .readonly(),
  /** Of the labels it was trained on and gives. */
  labelSize: z.object({ height: size, width: size }),
  settings: z.object({
    pixelsPerImage: z.int().min(1),
    batch: z.int().min(2),
    epochs: z.number().positive(),
    minimumSteps: z.int().min(1),
    patience: z.int().min(1),
    heldOut: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('images'), every: z.int().min(2) }),
      z.object({ kind: z.literal('pixels'), share }),
    ]),
    evenShare: share,
    learningRate: z.number().positive(),
    schedule: z.enum(['constant', 'cosine']),
    seed: z.int(),
  }),
  /** Annotated images, and their pixels that it was trained on. */
  samples: z.int().min(1),
  pixels: z.int().min(1),
  /** Mean over the members, each on what it was not trained on. */
  heldOutAccuracy: share,
  curve: z
    .array(z.object({ step: z.int(), trainLoss: perMember, heldOutLoss: perMember, heldOutAccuracy: perMember }))
    .readonly(),
  best: z.array(z.object({ step: z.int(), loss: z.number(), accuracy: share })).readonly(),
  provider: z.string(),
});

/** How an interpreter came about. No times in it: equal trainings give equal bytes. */
export type InterpreterFacts = z.infer<typeof factsSchema>;

const schema = z.object({
  architecture: z.object({
    members: z.int().min(1).max(1024),
    features: z.enum(['paper', 'released']),
    featureShapes: z.array(z.object({ name: z.string(), channels: size, height: size, width: size })).min(1),
    hidden: z.tuple([size, size]),
    classes: z.array(z.int().min(0).max(254)).min(1),
    dropout: z.union([z.literal('none'), z.tuple([share, share])]),
  }),
  facts: factsSchema,
});

const form = {
  key: 'datasetgan.interpreter',
  what: 'interpreter',
  remedy: 'train one with `dgan train`',
  schema,
};

/** A trained ensemble with what is known of its training. */
export interface Interpreter {
  readonly architecture: EnsembleArchitecture;
  readonly weights: EnsembleWeights;
  readonly facts: InterpreterFacts;
}

/** An interpreter as it lies on disk; data sets refer to it by this hash of the file's bytes. */
export interface StoredInterpreter extends Interpreter {
  readonly sha256: string;
}

/**
 * The interpreter's file: a plain ONNX model from the generator's feature maps [1, C, h, w] to `labels` (uint8 permanent
 * class ids) and `uncertainty` (Jensen–Shannon, nats), both [1, H, W]. Its initializers bear the names of `weightShapes` and
 * its metadata holds the architecture and the facts, so that any other graph can be rebuilt from it.
 */
export function encodeInterpreter({ architecture, weights, facts }: Interpreter): Uint8Array {
  const { featureShapes, classes } = architecture;
  const named = Object.fromEntries(Array.from(weights, ([name, tensor]) => [name, parameter(name, tensor)]));
  const features = featureShapes.map(({ name, channels, height, width }) =>
    input(name, 'float32', [1, channels, height, width]),
  );
  const folded = foldInGraph(named as NamedValues<WeightName>, featureShapes, facts.labelSize);
  const { votes, uncertainty } = interpreterGraph(features, folded, {
    ...facts.labelSize,
    sizes: ensembleSizes(weights),
    plan: cpuPlan(facts.labelSize),
  });
  const metadata = description(form.key, { architecture, facts });
  const outputs = { labels: classIds(votes, classes), uncertainty };
  return encodeModel(buildModel({ name: 'interpreter', outputs, metadata }));
}

/**
 * Reads a file of `encodeInterpreter`.
 * @param file how errors call it
 * @throws UserError when it is no interpreter of ours, of a newer version, or damaged.
 */
export function loadInterpreter(bytes: Uint8Array, file: string): StoredInterpreter {
  const model = decodeModel(bytes, file);
  const { architecture, facts } = readDescription(model, form, file);
  const weights = new Map<WeightName, Tensor>();
  for (const [name, shape] of weightShapes(architecture)) {
    const tensor = model.graph.initializers.get(name);
    if (tensor?.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
      const found = tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'missing';
      throw new UserError(
        `${file}: the weights ${name} are ${found}, expected float32 [${shape.join(', ')}]; train the interpreter again.`,
      );
    }
    if (!tensor.data.every(Number.isFinite)) {
      throw new UserError(`${file}: the weights ${name} hold values that are no numbers; train the interpreter again.`);
    }
    weights.set(name, tensor);
  }
  return { architecture, weights, facts, sha256: createHash('sha256').update(bytes).digest('hex') };
}
