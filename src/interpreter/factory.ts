import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { description } from '../engine/onnx/description.ts';
import { parameter, type Value } from '../engine/value.ts';
import { generatorGraph } from '../stylegan/generatorGraph.ts';
import type { GeneratorNetwork } from '../stylegan/generatorParameters.ts';
import type { EnsembleArchitecture, EnsembleWeights } from './ensemble.ts';
import { ensembleSizes, foldWeights } from './fold.ts';
import { classIds, interpreterGraph } from './interpreterGraph.ts';
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
}

export interface FactoryGraph {
  /** [N, image channels, R, R], nominally in [−1, 1]. */
  readonly image: Value;
  /** Permanent class ids, uint8 [N, R, R]. */
  readonly labels: Value;
  /** Jensen–Shannon divergence in nats, [N, R, R]. */
  readonly uncertainty: Value;
}

/**
 * Generator and interpreter as one graph, their weights inside.
 * @param psi truncation of each style layer; an input `psi` [L] where it is not given
 */
export function factoryGraph(
  { network, ensemble: { architecture, weights } }: FactoryParts,
  { batch, plan, psi }: { readonly batch: number; readonly plan: TilePlan; readonly psi?: Float32Array },
): FactoryGraph {
  const { resolution } = network.architecture;
  const size = { height: resolution, width: resolution };
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
    { ...size, sizes: ensembleSizes(weights), plan },
  );
  return { image: outputs.image, labels: classIds(votes, architecture.classes), uncertainty };
}

/**
 * Generator and interpreter with their weights as ONE model of plain ai.onnx operations, which any ONNX runtime can run:
 * z [N, zSize] → image [N, channels, R, R] in about [−1, 1], labels uint8 [N, R, R] (permanent class ids) and uncertainty
 * [N, R, R] (Jensen–Shannon divergence in nats).
 * @returns the bytes of the .onnx file
 */
export function encodeFactory(
  parts: FactoryParts,
  { batch, psi, plan, description: content = {} }: FactoryOptions,
): Uint8Array {
  const { resolution } = parts.network.architecture;
  const size = { height: resolution, width: resolution };
  const model = buildModel({
    name: 'factory',
    outputs: { ...factoryGraph(parts, { batch, psi, plan: plan ?? cpuPlan(size) }) },
    metadata: description(FACTORY_METADATA, { ...content, classIds: parts.ensemble.architecture.classes }),
  });
  return encodeModel(model);
}
