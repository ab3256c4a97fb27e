import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { description } from '../engine/onnx/description.ts';
import { range, reduceMean, reshape, slice } from '../engine/ops.ts';
import { parameter, type Value } from '../engine/value.ts';
import { generatorGraph } from '../stylegan/generatorGraph.ts';
import type { GeneratorNetwork } from '../stylegan/generatorParameters.ts';
import type { EnsembleArchitecture, EnsembleWeights } from './ensemble.ts';
import { ensembleSizes, foldWeights } from './fold.ts';
import { classIds, interpreterGraph } from './interpreterGraph.ts';
import type { LabelSize } from './levels.ts';
import { framePlace, isWhole, wholeFrame, type LabelFrame } from './labelFrame.ts';
import { cpuPlan, type TilePlan } from './tilePlan.ts';

export interface FactoryOptions {
  /** Latents per run. */
  readonly batch: number;
  /** Truncation of each style layer; fixed in the file. */
  readonly psi: Float32Array;
  /** How full-resolution work is cut up; by what suits a CPU unless told. */
  readonly plan?: TilePlan;
  /** Stored in the file as JSON: where generator and interpreter come from, the classes, the attribution. */
  readonly description?: Readonly<Record<string, unknown>>;
}

/** The metadata entry of `FactoryOptions.description`. */
export const FACTORY_METADATA = 'datasetgan.factory';

/** A generator with the ensemble that reads its feature maps. */
export interface FactoryParts {
  readonly network: GeneratorNetwork;
  readonly ensemble: { readonly architecture: EnsembleArchitecture; readonly weights: EnsembleWeights };
  /** What part of the generator's image is labelled, and at what size; all of it, pixel by pixel, unless told. */
  readonly frame?: LabelFrame;
}

/** H and W are those of the frame. */
export interface FactoryGraph {
  /** [N, image channels, H, W], nominally in [−1, 1]. */
  readonly image: Value;
  /** Permanent class ids, uint8 [N, H, W]. */
  readonly labels: Value;
  /** Jensen–Shannon divergence in nats, [N, H, W]. */
  readonly uncertainty: Value;
}

/**
 * Generator and interpreter as one graph, their weights inside.
 * @param psi truncation of each style layer; an input `psi` [L] where it is not given
 */
export function factoryGraph(
  { network, ensemble: { architecture, weights }, frame = wholeFrame(network.architecture.resolution) }: FactoryParts,
  { batch, plan, psi }: { readonly batch: number; readonly plan: TilePlan; readonly psi?: Float32Array },
): FactoryGraph {
  const { side, left, top } = framePlace(frame);
  const size = { height: side, width: side };
  const { outputs, features } = generatorGraph(network, {
    batch,
    latent: 'z',
    noise: 'constant',
    ...(psi === undefined ? {} : { psi }),
  });
  const maps = architecture.featureShapes.map(({ name }) => {
    const map = features.get(name);
    if (!map) throw new Error(`The generator has no feature map ${name}.`);
    return map;
  });
  const folded = foldWeights(weights, architecture.featureShapes, size);
  const { votes, uncertainty } = interpreterGraph(
    maps,
    new Map([...folded].map(([name, tensor]) => [name, parameter(`interpreter.${name}`, tensor)])),
    { ...size, part: { left, top, width: frame.width, height: frame.height }, sizes: ensembleSizes(weights), plan },
  );
  return { image: framed(outputs.image, frame), labels: classIds(votes, architecture.classes), uncertainty };
}

/** [N, C, R, R] → [N, C, H, W]: cropped, and the mean of scale × scale pixels each. */
function framed(image: Value, frame: LabelFrame): Value {
  if (isWhole(frame)) return image;
  const { crop, scale, width, height } = frame;
  const part = slice(image, [range(2, crop.y, crop.y + crop.height), range(3, crop.x, crop.x + crop.width)]);
  if (scale === 1) return part;
  const [images, channels] = part.shape as [number, number, number, number];
  return reduceMean(reshape(part, [images, channels, height, scale, width, scale]), [3, 5]);
}

/** The label map of the whole image, which plans for tiles are made for. */
export function labelledSize({
  network,
  frame = wholeFrame(network.architecture.resolution),
}: FactoryParts): LabelSize {
  const { side } = framePlace(frame);
  return { height: side, width: side };
}

/**
 * Generator and interpreter with their weights as ONE model of plain ai.onnx operations, which any ONNX runtime can run:
 * z [N, zSize] → image [N, channels, H, W] in about [−1, 1], labels uint8 [N, H, W] (permanent class ids) and uncertainty
 * [N, H, W] (Jensen–Shannon divergence in nats).
 * @returns the bytes of the .onnx file
 */
export function encodeFactory(
  parts: FactoryParts,
  { batch, psi, plan, description: content = {} }: FactoryOptions,
): Uint8Array {
  const model = buildModel({
    name: 'factory',
    outputs: { ...factoryGraph(parts, { batch, psi, plan: plan ?? cpuPlan(labelledSize(parts)) }) },
    metadata: description(FACTORY_METADATA, { ...content, classIds: parts.ensemble.architecture.classes }),
  });
  return encodeModel(model);
}
