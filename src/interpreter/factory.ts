import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { cast, gather } from '../engine/ops.ts';
import { uint8 } from '../engine/tensor.ts';
import { constant, parameter, type Value } from '../engine/value.ts';
import { generatorGraph } from '../stylegan/generatorGraph.ts';
import type { GeneratorNetwork } from '../stylegan/generatorParameters.ts';
import type { EnsembleArchitecture, EnsembleWeights } from './ensemble.ts';
import { ensembleSizes, foldWeights } from './fold.ts';
import { asLabels, interpreterGraph } from './interpreterGraph.ts';
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

/**
 * Generator and interpreter with their weights as ONE model of plain ai.onnx operations, which any ONNX runtime can run:
 * z [N, zSize] → image [N, channels, R, R] in about [−1, 1], labels uint8 [N, R, R] (permanent class ids) and uncertainty
 * [N, R, R] (Jensen–Shannon divergence in nats).
 * @returns the bytes of the .onnx file
 */
export function encodeFactory(
  network: GeneratorNetwork,
  ensemble: { readonly architecture: EnsembleArchitecture; readonly weights: EnsembleWeights },
  { batch, psi, plan, description = {} }: FactoryOptions,
): Uint8Array {
  const { architecture, weights } = ensemble;
  const { resolution } = network.architecture;
  const size = { height: resolution, width: resolution };
  const { outputs, features } = generatorGraph(network, { batch, latent: 'z', noise: 'constant', psi });
  const maps = architecture.featureShapes.map(({ name }) => {
    const map = features.get(name);
    if (!map) throw new Error(`The generator has no feature map ${name}.`);
    return map;
  });
  const folded = foldWeights(weights, architecture.featureShapes, size);
  const { votes, uncertainty } = interpreterGraph(
    maps,
    new Map([...folded].map(([name, tensor]) => [name, parameter(`interpreter.${name}`, tensor)])),
    { ...size, sizes: ensembleSizes(weights), plan: plan ?? cpuPlan(size) },
  );
  const model = buildModel({
    name: 'factory',
    outputs: { image: outputs.image, labels: classIds(votes, architecture.classes), uncertainty },
    metadata: { [FACTORY_METADATA]: JSON.stringify({ version: 1, ...description, classIds: architecture.classes }) },
  });
  return encodeModel(model);
}

/** Class indices as permanent class ids. */
function classIds(votes: Value, ids: readonly number[]): Value {
  if (ids.every((id, index) => id === index)) return asLabels(votes);
  return gather(constant(uint8([ids.length], Uint8Array.from(ids))), cast(votes, 'int64'));
}
