import { createHash } from 'node:crypto';
import { messageOf, UserError } from '../../base/userError.ts';
import { printable } from '../../base/printable.ts';
import { IR_VERSION } from '../../engine/graph.ts';
import { encodeModel } from '../../engine/onnx/codec.ts';
import type { OnnxModel } from '../../engine/onnx/model.ts';
import { cropProblem, type GeneratorFacts, type OnnxGenerator } from '../generator.ts';
import type { NamedBytes } from '../importGenerator.ts';
import { featureName, imageName, latentName, onnxSchema, type OnnxArchitecture } from './architecture.ts';
import { outputShapes } from './onnxNetwork.ts';
import { portText, known, type OnnxPort } from './ports.ts';
import { readOnnxGenerator, type FoundGenerator, type OnnxChoice } from './readOnnxGenerator.ts';
import { tryOut, type Trial, type TryOut } from './trial.ts';

export interface OnnxImportOptions {
  readonly model: NamedBytes;
  /** What the generator shall be called. */
  readonly name: string;
  readonly attribution?: string | undefined;
  readonly choice: OnnxChoice;
  /** The part of the square image that is one. */
  readonly crop?: GeneratorFacts['crop'];
  /** Runs the model; in this process unless told. */
  readonly tryOut?: TryOut;
}

/**
 * Makes a generator of ours from somebody else's ONNX model, which is run three times to see that it does what it declares. Its
 * weights stay views of the file's bytes.
 * @throws OpenQuestion when it can't be told which outputs are meant
 * @throws UserError that names the file and what is wrong with it
 */
export async function importOnnxGenerator(options: OnnxImportOptions): Promise<OnnxGenerator> {
  const { model, name, choice, crop, attribution } = options;
  const { file, bytes } = model;
  const found = readOnnxGenerator(bytes, file, choice);
  const zSize = found.latent.shape[1] as number;
  const trial = await triedOut(found, zSize, file, options.tryOut ?? tryOut);
  const architecture = architectureOf(found, trial, zSize, file);
  const problem = crop && cropProblem(crop, architecture.resolution);
  if (problem !== undefined) throw new UserError(`${file}: ${problem}.`);
  const { opset, nodes, initializers } = found;
  return {
    architecture,
    graph: {
      opset,
      nodes,
      initializers,
      input: latentName,
      inputShape: [1, zSize],
      outputs: outputShapes(architecture),
    },
    facts: {
      name,
      format: 'an ONNX model',
      assumed: [...assumed(found, trial)],
      ...(attribution === undefined ? {} : { attribution }),
      source: { file, sha256: createHash('sha256').update(bytes).digest('hex') },
      ...(crop ? { crop } : {}),
    },
  };
}

async function triedOut(found: FoundGenerator, zSize: number, file: string, tryOut: TryOut): Promise<Trial> {
  const trial = await tryOut(encodeModel(trialModel(found)), zSize).catch((error: unknown) => {
    throw new UserError(`${file} can't be run: ${reason(error)}.`, { cause: error });
  });
  const { image } = trial;
  for (const [ourName, port] of portsByName(found)) {
    const output = trial.outputs.find(({ name }) => name === ourName);
    if (!output?.shape) throw new UserError(`${file}: ${portText(port)} gave no floats when it was run.`);
    if (!output.finite)
      throw new UserError(
        `${file}: ${portText(port)} holds values that are no finite numbers; the model is damaged, or its halves overflow.`,
      );
  }
  if (!image.repeats)
    throw new UserError(
      `${file} makes another image each time of the same latent, so an image and its labels would not belong together: export it without randomness.`,
    );
  if (!image.varies)
    throw new UserError(`${file} makes the same image of every latent: ${portText(found.latent)} is not its latent.`);
  return trial;
}

/** The chosen outputs by our names. */
function portsByName({ image, features }: FoundGenerator): ReadonlyMap<string, OnnxPort> {
  return new Map([[imageName, image], ...features.map((port, i): [string, OnnxPort] => [featureName(i), port])]);
}

/** The found graph as a model whose outputs may have any shape. */
function trialModel(found: FoundGenerator): OnnxModel {
  const { opset, nodes, initializers, latent } = found;
  return {
    irVersion: IR_VERSION,
    opsets: [
      { domain: '', version: opset },
      { domain: 'com.microsoft', version: 1 },
    ],
    producer: 'datasetgan',
    graph: {
      name: 'trial',
      nodes,
      inputs: [{ name: latentName, dtype: 'float32', shape: [1, latent.shape[1]!] }],
      outputs: Array.from(portsByName(found).keys(), (name) => ({ name, dtype: 'float32', shape: ['', '', '', ''] })),
      initializers,
    },
    metadata: {},
  };
}

function architectureOf(
  { image, features }: FoundGenerator,
  { outputs }: Trial,
  zSize: number,
  file: string,
): OnnxArchitecture {
  const sizes = (ourName: string, port: OnnxPort): { readonly channels: number; readonly resolution: number } => {
    const shape = outputs.find(({ name }) => name === ourName)?.shape ?? [];
    const [n, channels, rows, columns] = shape;
    const declared = port.shape.map((axis, i) => (i === 0 ? 1 : (known(axis) ?? shape[i])));
    if (shape.length !== 4 || n !== 1 || declared.join() !== shape.join())
      throw new UserError(`${file}: ${portText(port)} was [${shape.join(', ')}] when it was run.`);
    if (rows !== columns) throw new UserError(`${file}: ${portText(port)} is not square: it was ${rows}×${columns}.`);
    return { channels: channels!, resolution: rows! };
  };
  const { channels: imageChannels, resolution } = sizes(imageName, image);
  const shapes = features.map((port, i) => sizes(featureName(i), port));
  const large = shapes.findIndex((map) => map.resolution > resolution);
  if (large >= 0)
    throw new UserError(
      `${file}: ${portText(features[large]!)} is larger than the image (${resolution}×${resolution}): if it has a margin, crop it where the model is exported.`,
    );
  const parsed = onnxSchema.safeParse({ family: 'onnx', resolution, zSize, imageChannels, features: shapes });
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${file} has sizes beyond what is read: images and maps of up to 4200², 65536 channels or latent values, 1000 maps.`,
  );
}

function* assumed(
  { latent, image, features, fixed }: FoundGenerator,
  { image: { smallest: darkest, largest: brightest } }: Trial,
): Generator<string> {
  const name = (port: OnnxPort): string => printable(port.name);
  yield `Its input ${name(latent)} is the latent, its output ${name(image)} the image: −1 is black, 1 is white (the first one goes from ${darkest.toFixed(2)} to ${brightest.toFixed(2)}).`;
  if (darkest >= 0 || darkest < -4 || brightest > 4)
    yield 'That does not look like values from −1 to 1: if the samples are too dark, too pale or all white, scale the image where the model is exported.';
  yield `Its outputs ${features.map(name).join(', ')} are the feature maps, in this order.`;
  if (fixed.length > 0) yield `Fixed at 1, which is no truncation: ${fixed.map(printable).join(', ')}.`;
  yield 'It is taken as it is: no truncation (psi is 1), no latents w and w+, no other noise or class than it was exported with.';
}

/** The runtime's reason as half a sentence on one line. */
function reason(error: unknown): string {
  const text = messageOf(error)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return (text.length > 300 ? `${text.slice(0, 297)}...` : text).replace(/\.+$/, '');
}
