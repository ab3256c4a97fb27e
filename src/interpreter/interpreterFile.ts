import { createHash } from 'node:crypto';
import { UserError } from '../base/userError.ts';
import { description } from '../engine/onnx/description.ts';
import { decodeModel, encodeModel } from '../engine/onnx/codec.ts';
import { buildModel } from '../engine/graph.ts';
import type { Tensor } from '../engine/tensor.ts';
import { input, parameter } from '../engine/value.ts';
import { weightShapes, type EnsembleArchitecture, type EnsembleWeights, type WeightName } from './ensemble.ts';
import type { NamedValues } from './ensembleLayers.ts';
import { ensembleSizes } from './fold.ts';
import { foldInGraph } from './foldInGraph.ts';
import { describedInterpreter, INTERPRETER_KEY, type InterpreterFacts } from './interpreterFacts.ts';
import { classIds, interpreterGraph } from './interpreterGraph.ts';
import { cpuPlan } from './tilePlan.ts';

export type { InterpreterFacts } from './interpreterFacts.ts';

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
  const { labelSize, labelPlace } = facts;
  const whole = labelPlace ? { height: labelPlace.side, width: labelPlace.side } : labelSize;
  const folded = foldInGraph(named as NamedValues<WeightName>, featureShapes, whole);
  const { votes, uncertainty } = interpreterGraph(features, folded, {
    ...whole,
    ...(labelPlace ? { part: { ...labelSize, left: labelPlace.left, top: labelPlace.top } } : {}),
    sizes: ensembleSizes(weights),
    plan: cpuPlan(whole),
  });
  const metadata = description(INTERPRETER_KEY, { architecture, facts });
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
  const { architecture, facts } = describedInterpreter(model, file);
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
