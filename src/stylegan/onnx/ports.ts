import { printable } from '../../base/printable.ts';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from '../../engine/onnx/model.ts';

/** An input or output of a model as it is declared; a text is an axis of free length. */
export type OnnxPort = OnnxValueInfo;

/** What of an ONNX model may be which part of a generator, as far as its declarations tell. */
export interface OnnxCandidates {
  /** Inputs: floats [1 or free, values]. */
  readonly latents: readonly OnnxPort[];
  /** Outputs: floats [1 or free, 1 or 3, R, R]. */
  readonly images: readonly OnnxPort[];
  /** Outputs: floats [1 or free, C, r, r]; those that may be images are among them. */
  readonly features: readonly OnnxPort[];
}

export function onnxCandidates({ graph }: OnnxModel): OnnxCandidates {
  const features = graph.outputs.filter((port) => mapProblem(port) === undefined);
  return {
    latents: fedInputs(graph).filter((port) => latentProblem(port) === undefined),
    // A side that is not declared does not tell an image from a map of colours.
    images: features.filter((port) => isImageLike(port) && known(port.shape[2]) !== undefined),
    features,
  };
}

/** The inputs that must be fed: an initializer of the same name is a default, which stays. */
export function fedInputs(graph: OnnxGraph): readonly OnnxPort[] {
  return graph.inputs.filter(({ name }) => !graph.initializers.has(name));
}

/** Why an input is no latent, as the end of a sentence that begins with its name. */
export function latentProblem({ dtype, shape }: OnnxPort): string | undefined {
  if (!isFloat(dtype)) return `holds ${dtype} values; a latent is of floats`;
  if (shape.length !== 2) return 'is no latent, which has two axes: [1, values]';
  if (!isSingle(shape[0])) return `takes ${shape[0]} latents at once; export it for one, or for any number`;
  if (known(shape[1]) === undefined) return 'does not say how many values a latent has';
  return undefined;
}

/** Why an output is no feature map or image, as the end of a sentence that begins with its name. */
export function mapProblem({ dtype, shape }: OnnxPort): string | undefined {
  if (!isFloat(dtype)) return `holds ${dtype} values; feature maps and images are of floats`;
  if (shape.length !== 4) return 'is no map, which has four axes: [1, channels, rows, columns]';
  if (!isSingle(shape[0])) return `is of ${shape[0]} images at once; export it for one, or for any number`;
  if (known(shape[1]) === undefined) return 'does not say how many channels it has';
  const [rows, columns] = [known(shape[2]), known(shape[3])];
  if (rows !== undefined && columns !== undefined && rows !== columns)
    return 'is not square ([1, channels, rows, columns] with as many rows as columns are read)';
  return undefined;
}

export function isImageLike({ shape }: OnnxPort): boolean {
  return shape[1] === 1 || shape[1] === 3;
}

/** `b64 [N, 512, 64, 64]` */
export function portText({ name, shape }: OnnxPort): string {
  const axes = shape.map((axis) => known(axis) ?? (typeof axis === 'string' && axis !== '' ? printable(axis) : '?'));
  return `${printable(name)} [${axes.join(', ')}]`;
}

/** The first of many, so that a sentence stays one. */
export function portsText(ports: readonly OnnxPort[]): string {
  const shown = ports.slice(0, 24).map(portText).join(', ');
  return ports.length > 24 ? `${shown} and ${ports.length - 24} more` : shown;
}

/** A declared length; some tools write −1 or 0 for a free one. */
export function known(axis: number | string | undefined): number | undefined {
  return typeof axis === 'number' && axis > 0 ? axis : undefined;
}

function isSingle(axis: number | string | undefined): boolean {
  return (known(axis) ?? 1) === 1;
}

function isFloat(dtype: string): boolean {
  return dtype === 'float32' || dtype === 'float16';
}
