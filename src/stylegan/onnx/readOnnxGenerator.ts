import { printable } from '../../base/printable.ts';
import { UserError } from '../../base/userError.ts';
import { renamedNode } from '../../engine/foreignGraph.ts';
import { decodeModel } from '../../engine/onnx/codec.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../engine/onnx/model.ts';
import { float16Bits, float32, sizeOf, type Tensor } from '../../engine/tensor.ts';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { featureName, imageName, latentName } from './architecture.ts';
import { neededParts } from './neededParts.ts';
import { checkOperations, opsetOf } from './onnxNetwork.ts';
import {
  fedInputs,
  isImageLike,
  known,
  latentProblem,
  mapProblem,
  onnxCandidates,
  portsText,
  portText,
  type OnnxPort,
} from './ports.ts';

/** Which parts of the model are the generator's, by the names that they have in it; what is not said is found where it is unambiguous. */
export interface OnnxChoice {
  readonly latent?: string | undefined;
  readonly image?: string | undefined;
  /** In the order in which they are concatenated. A text that names no output may be several names, with commas between. */
  readonly features?: readonly string[] | undefined;
}

/** A model brought into our form: names are ours, and only what the chosen outputs need is left. Nothing of it was run yet. */
export interface FoundGenerator {
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** As they are declared, with their names in the file. */
  readonly latent: OnnxPort;
  readonly image: OnnxPort;
  readonly features: readonly OnnxPort[];
  /** Inputs that are fixed at 1: the strength of a truncation. */
  readonly fixed: readonly string[];
}

/** Metadata of models that we write ourselves. */
const ours: readonly (readonly [key: string, what: string])[] = [
  ['datasetgan.generator', 'a generator of DatasetGAN already: use it as it is, with "dgan init --generator"'],
  ['datasetgan.interpreter', 'an interpreter of DatasetGAN, no generator'],
  ['datasetgan.factory', 'a factory of DatasetGAN (generator and interpreter in one), no generator'],
];

/**
 * Reads somebody else's ONNX generator.
 * @throws OpenQuestion when it can't be told which input and outputs are meant
 * @throws UserError that names `file` and what is wrong, or which of the choices is not there
 */
export function readOnnxGenerator(bytes: Uint8Array, file: string, given: OnnxChoice): FoundGenerator {
  const model = decodeModel(bytes, file);
  const own = ours.find(([key]) => key in model.metadata);
  if (own) throw new UserError(`${file} is ${own[1]}.`);
  const { graph } = model;
  const candidates = onnxCandidates(model);
  const choice = { ...given, features: given.features?.flatMap((text) => separateNames(text, graph.outputs)) };
  const image = chosenImage(model, candidates.images, choice, file);
  const features = chosenFeatures(model, candidates.features, image, choice, file);

  const outputs = [image, ...features];
  const needed = neededParts(
    graph,
    outputs.map(({ name }) => name),
  );
  const used = candidates.latents.filter(({ name }) => needed.reads.has(name));
  const latent = chosenLatent(model, used, choice, file);
  checkOperations(model, needed.nodes, file);
  const computed = new Set(needed.nodes.flatMap((node) => node.outputs));
  const idle = outputs.find(({ name }) => !computed.has(name));
  if (idle) throw new UserError(`${file}: its output ${printable(idle.name)} is not computed by it.`);
  if (!needed.reads.has(latent.name))
    throw new UserError(`${file}: its image does not depend on the input ${printable(latent.name)}.`);
  const others = fedInputs(graph).filter(({ name }) => name !== latent.name && needed.reads.has(name));
  const unknown = others.find((port) => !isTruncation(port));
  if (unknown)
    throw new UserError(
      `${file} has another input besides the latent, ${portText(unknown)}: export it with that fixed (a class, noise), or with a default.`,
    );
  return {
    opset: opsetOf(model),
    ...inOurNames(needed.nodes, new Map([...needed.initializers, ...others.map(one)]), latent, outputs),
    latent,
    image,
    features,
    fixed: others.map(({ name }) => name),
  };
}

function separateNames(text: string, outputs: readonly OnnxPort[]): readonly string[] {
  if (outputs.some(({ name }) => name === text)) return [text];
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function chosenImage(
  { graph }: OnnxModel,
  candidates: readonly OnnxPort[],
  { image, features = [] }: OnnxChoice,
  file: string,
): OnnxPort {
  if (image !== undefined) {
    const port = named(graph.outputs, image, 'output', file);
    const problem = mapProblem(port) ?? (isImageLike(port) ? undefined : 'is no image, which has 1 or 3 channels');
    if (problem !== undefined) throw new UserError(`${file}: ${portText(port)} ${problem}.`);
    return port;
  }
  const possible = candidates.filter(({ name }) => !features.includes(name));
  if (possible.length === 1) return possible[0]!;
  if (possible.length === 0)
    throw new UserError(
      `${file} has no output that looks like an image, [1, 3, R, R] or [1, 1, R, R]; its outputs are ${portsText(graph.outputs)}.`,
    );
  throw new OpenQuestion(`${file}: which output is the image? Say --image with one of ${portsText(possible)}.`, {
    kind: 'image',
    outputs: questionPorts(possible),
  });
}

function chosenFeatures(
  { graph }: OnnxModel,
  candidates: readonly OnnxPort[],
  image: OnnxPort,
  { features }: OnnxChoice,
  file: string,
): readonly OnnxPort[] {
  const possible = candidates.filter(({ name }) => name !== image.name);
  if (features === undefined) {
    if (possible.length === 0)
      throw new UserError(
        `${file} gives out no feature maps besides the image ${printable(image.name)}: export it again with the outputs of its synthesis layers as outputs of the model.`,
      );
    const names = possible.map(({ name }) => printable(name)).join(',');
    throw new OpenQuestion(
      `${file}: choose the outputs that are feature maps, of ${portsText(possible)}: all of them are --features ${names}.`,
      { kind: 'features', outputs: questionPorts(possible) },
    );
  }
  if (features.length === 0) throw new UserError(`${file}: --features names no output.`);
  return features.map((name, i) => {
    const port = named(graph.outputs, name, 'output', file);
    const problem =
      name === image.name
        ? 'is the image and can not be a feature map as well'
        : features.indexOf(name) < i
          ? 'is named twice'
          : mapProblem(port);
    if (problem !== undefined) throw new UserError(`${file}: ${portText(port)} ${problem}.`);
    return port;
  });
}

function chosenLatent(
  { graph }: OnnxModel,
  candidates: readonly OnnxPort[],
  { latent }: OnnxChoice,
  file: string,
): OnnxPort {
  const inputs = fedInputs(graph);
  if (latent !== undefined) {
    const port = named(inputs, latent, 'input', file);
    const problem = latentProblem(port);
    if (problem !== undefined) throw new UserError(`${file}: ${portText(port)} ${problem}.`);
    return port;
  }
  if (candidates.length === 1) return candidates[0]!;
  if (candidates.length === 0)
    throw new UserError(
      `${file} has no input that looks like a latent, floats [1, values] that its image depends on; ${inputs.length === 0 ? 'it has no inputs' : `its inputs are ${portsText(inputs)}`}.`,
    );
  throw new OpenQuestion(`${file}: which input is the latent? Say --latent with one of ${portsText(candidates)}.`, {
    kind: 'latent',
    inputs: questionPorts(candidates),
  });
}

function named(ports: readonly OnnxPort[], name: string, what: string, file: string): OnnxPort {
  const port = ports.find((candidate) => candidate.name === name);
  if (port) return port;
  throw new UserError(`${file} has no ${what} ${printable(name)}; its ${what}s are ${portsText(ports)}.`);
}

function questionPorts(ports: readonly OnnxPort[]): { name: string; text: string }[] {
  return ports.map((port) => ({ name: port.name, text: portText(port) }));
}

/** The strength of a truncation that is an input of its own: 1 is none. */
function isTruncation({ name, dtype, shape }: OnnxPort): boolean {
  return (
    /psi|trunc/i.test(name) &&
    (dtype === 'float32' || dtype === 'float16') &&
    shape.every((axis) => (known(axis) ?? 1) === 1)
  );
}

function one({ name, dtype, shape }: OnnxPort): [string, Tensor] {
  const ones = shape.map(() => 1);
  return [
    name,
    dtype === 'float16'
      ? float16Bits(ones, Uint16Array.of(0x3c00))
      : float32(ones, new Array<number>(sizeOf(ones)).fill(1)),
  ];
}

/** The latent becomes `z`, the image `image` and the maps `F00`, …, all float32; every other name gets a prefix that none of these has. */
function inOurNames(
  nodes: readonly OnnxNode[],
  initializers: ReadonlyMap<string, Tensor>,
  latent: OnnxPort,
  outputs: readonly OnnxPort[],
): Pick<FoundGenerator, 'nodes' | 'initializers'> {
  const our = new Map<string, string>([[latent.name, latentName]]);
  outputs.forEach(({ name }, i) => our.set(name, i === 0 ? imageName : featureName(i - 1)));
  const halves = new Set([latent, ...outputs].filter(({ dtype }) => dtype === 'float16').map(({ name }) => name));
  const inner = (name: string): string => `onnx/${name}`;
  const rename = (name: string): string =>
    name === '' || halves.has(name) || !our.has(name) ? name && inner(name) : our.get(name)!;
  const cast = (name: string, from: string, to: string, type: number): OnnxNode => {
    const attributes: Record<string, OnnxAttribute> = { to: { kind: 'int', value: type } };
    return { opType: 'Cast', name: `cast/${name}`, inputs: [from], outputs: [to], attributes };
  };
  const [toHalf, toFloat] = [10, 1];
  return {
    nodes: [
      ...(halves.has(latent.name) ? [cast(latentName, latentName, inner(latent.name), toHalf)] : []),
      ...nodes.map((node) => renamedNode(node, rename)),
      ...outputs
        .filter(({ name }) => halves.has(name))
        .map(({ name }) => cast(our.get(name)!, inner(name), our.get(name)!, toFloat)),
    ],
    initializers: new Map(Array.from(initializers, ([name, tensor]) => [rename(name), tensor])),
  };
}
