import * as z from 'zod';
import { UserError } from '../base/userError.ts';
import { description, readDescription } from '../engine/onnx/description.ts';
import { decodeModel, encodeModel } from '../engine/onnx/codec.ts';
import type { OnnxModel } from '../engine/onnx/model.ts';
import { buildModel } from '../engine/graph.ts';
import type { Tensor, TensorOf } from '../engine/tensor.ts';
import { architectureSchema, styleganSchema, styleLayerCount, type Architecture } from './architecture.ts';
import { generatorGraph } from './generatorGraph.ts';
import { networkHash, parameterShapes, type StyleganNetwork } from './generatorParameters.ts';
import { onnxModel, onnxNetworkOf, type OnnxNetwork } from './onnx/onnxNetwork.ts';

/** Where a generator comes from and what was assumed when it was imported. */
export interface GeneratorFacts {
  readonly name: string;
  /** What its checkpoint was: "a StyleGAN 2 of NVIDIA (PyTorch)". Absent in files of earlier versions, as is `assumed`. */
  readonly format?: string | undefined;
  /** What the checkpoint does not say and was assumed besides w_avg and noise: one sentence each. */
  readonly assumed?: readonly string[] | undefined;
  /** Who made it and under which licence; goes with everything that is made from it. */
  readonly attribution?: string | undefined;
  readonly source: { readonly file: string; readonly sha256: string };
  /** The part of the image that is one, in its pixels, where the network is square and what it was trained on was not. */
  readonly crop?:
    { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
}

export interface StyleganFacts extends GeneratorFacts {
  /** w_avg as read, or the mean of mapping(z) over `samples` z of `seed`. */
  readonly wAvg:
    { readonly from: 'file' } | { readonly from: 'mapping'; readonly samples: number; readonly seed: number };
  /** The constant noise as read, or drawn from `seed`. */
  readonly noise: { readonly from: 'file' } | { readonly from: 'seed'; readonly seed: number };
}

/** A StyleGAN with what its importer knew of it. */
export interface StyleganGenerator extends StyleganNetwork {
  readonly facts: StyleganFacts;
}

/** Somebody else's ONNX model as a generator: what it computes can't be taken apart. */
export interface OnnxGenerator extends OnnxNetwork {
  readonly facts: GeneratorFacts;
}

export type Generator = StyleganGenerator | OnnxGenerator;

/** A generator as it lies on disk. Samples and data sets refer to it by `networkHash`. */
export type StoredGenerator = Generator & { readonly sha256: string };

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const crop = z.object({ x: z.int().min(0), y: z.int().min(0), width: z.int().min(1), height: z.int().min(1) });
const facts = z.object({
  name: z.string(),
  format: z.string().optional(),
  assumed: z.array(z.string()).optional(),
  attribution: z.string().optional(),
  source: z.object({ file: z.string(), sha256 }),
  crop: crop.optional(),
});
const styleganFacts = facts.extend({
  wAvg: z.discriminatedUnion('from', [
    z.object({ from: z.literal('file') }),
    z.object({ from: z.literal('mapping'), samples: z.int().min(1), seed: z.int().min(0) }),
  ]),
  noise: z.discriminatedUnion('from', [
    z.object({ from: z.literal('file') }),
    z.object({ from: z.literal('seed'), seed: z.int().min(0) }),
  ]),
});

const form = {
  key: 'datasetgan.generator',
  what: 'generator',
  remedy: 'make one of the checkpoint with `dgan import`',
};
const anyForm = { ...form, schema: z.object({ facts, architecture: architectureSchema }) };
const styleganForm = { ...form, schema: z.object({ facts: styleganFacts, architecture: styleganSchema }) };

/**
 * The generator's file: a plain ONNX model (z [1, zSize], psi [style layers] → image) whose initializers bear the
 * canonical names and whose metadata holds the architecture, so that any other graph can be rebuilt from it. Somebody else's
 * model is stored as it is, z alone its input, its feature maps further outputs.
 */
export function encodeGenerator(generator: Generator): Uint8Array {
  const { architecture, facts } = generator;
  const metadata = description(form.key, { facts, architecture });
  if ('graph' in generator) return encodeModel(onnxModel(generator, { name: facts.name, metadata }));
  const { outputs } = generatorGraph(generator, { batch: 1, latent: 'z', noise: 'constant' });
  return encodeModel(buildModel({ name: facts.name, outputs: { image: outputs.image }, metadata }));
}

/**
 * Reads a file of `encodeGenerator`.
 * @param file named in errors
 * @throws UserError when it is no generator of ours or damaged.
 */
export function decodeGenerator(bytes: Uint8Array, file: string): StoredGenerator {
  const generator = generatorOf(decodeModel(bytes, file), file);
  const { facts, architecture } = generator;
  const problem = facts.crop && cropProblem(facts.crop, architecture.resolution);
  if (problem !== undefined) throw new UserError(`${file}: ${problem}; import the checkpoint again.`);
  return { ...generator, sha256: networkHash(generator) };
}

function generatorOf(model: OnnxModel, file: string): Generator {
  const { facts, architecture } = readDescription(model, anyForm, file);
  if (architecture.family === 'onnx') return { ...onnxNetworkOf(model, architecture, file), facts };
  return styleganOf(model, file);
}

function styleganOf(model: OnnxModel, file: string): StyleganGenerator {
  const { facts, architecture } = readDescription(model, styleganForm, file);
  const parameters = new Map<string, TensorOf<'float32'>>();
  for (const [name, shape] of parameterShapes(architecture)) {
    const tensor: Tensor | undefined = model.graph.initializers.get(name);
    if (tensor?.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
      const found = tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'missing';
      throw new UserError(
        `${file}: the parameter ${name} is ${found}, expected float32 [${shape.join(', ')}]; import the checkpoint again.`,
      );
    }
    parameters.set(name, tensor);
  }
  return { architecture, parameters, facts };
}

/** What is wrong with a crop of a generator's image, in half a sentence. */
export function cropProblem(
  { x, y, width, height }: NonNullable<GeneratorFacts['crop']>,
  resolution: number,
): string | undefined {
  if (x + width <= resolution && y + height <= resolution) return undefined;
  return `the crop of ${width}×${height} pixels at ${x}, ${y} goes beyond the image of ${resolution}×${resolution}`;
}

/**
 * Values of psi for each style layer: psi on the first `layers`, 1 (no truncation) behind.
 * @throws UserError when a truncation is asked for of a generator that has none
 */
export function psiPerLayer(architecture: Architecture, psi: number, layers: number | 'all'): Float32Array {
  if (architecture.family === 'onnx' && psi !== 1 && layers !== 0)
    throw new UserError(
      `The generator is an ONNX model as it came and has no truncation, but psi is ${psi}: make it 1 ("generation": {"truncation": {"psi": 1}} in datasetgan.json, or --psi 1).`,
    );
  const count = styleLayerCount(architecture);
  return Float32Array.from({ length: count }, (_, layer) => (layers === 'all' || layer < layers ? psi : 1));
}
