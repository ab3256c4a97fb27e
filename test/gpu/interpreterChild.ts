import { buildModel } from '../../src/engine/graph.ts';
import { cast } from '../../src/engine/ops.ts';
import { encodeModel } from '../../src/engine/onnx/codec.ts';
import { Session, type SessionOptions } from '../../src/engine/session.ts';
import { float32Data } from '../../src/engine/tensor.ts';
import { ensembleSizes, foldWeights } from '../../src/interpreter/fold.ts';
import { interpreterGraph, weightInputs } from '../../src/interpreter/interpreterGraph.ts';
import { featureLevels } from '../../src/interpreter/levels.ts';
import { cpuPlan, wholePlan, type TilePlan } from '../../src/interpreter/tilePlan.ts';
import { answerOnSoftwareAdapter } from './softwareAdapter.ts';
import {
  architectureOf,
  featureInputs,
  randomFeatures,
  randomWeights,
  type Sizes,
} from '../unit/interpreter/randomInterpreter.ts';

export interface Labels {
  /** [M, K, pixels] */
  readonly logits: Float32Array;
  readonly labels: Uint8Array;
  readonly uncertainty: Float32Array;
}

export interface InterpreterAnswer {
  readonly webgpu: Labels;
  readonly cpu: Labels;
}

export interface InterpreterQuestion {
  readonly sizes: Sizes;
  readonly height: number;
  readonly width: number;
}

async function answer(message: unknown): Promise<InterpreterAnswer> {
  const question = message as InterpreterQuestion;
  return {
    webgpu: await label(question, { provider: 'webgpu', cpuFallback: 'forbid' }, wholePlan(question)),
    cpu: await label(question, { provider: 'cpu', cpuFallback: 'allow' }, cpuPlan(question)),
  };
}

async function label(
  { sizes, height, width }: InterpreterQuestion,
  options: SessionOptions,
  plan: TilePlan,
): Promise<Labels> {
  const architecture = architectureOf(sizes);
  const weights = randomWeights(architecture, 5);
  const shape = ensembleSizes(weights);
  const size = { height, width };
  const levels = featureLevels(architecture.featureShapes, size);
  const graph = interpreterGraph(featureInputs(architecture, 1), weightInputs(shape, levels), {
    ...size,
    sizes: shape,
    plan,
    withLogits: true,
  });
  const outputs = { labels: cast(graph.votes, 'uint8'), uncertainty: graph.uncertainty, logits: graph.logits! };
  const session = await Session.create(encodeModel(buildModel({ name: 'interpreter', outputs })), options);
  const result = await session.run({
    ...randomFeatures(architecture, 1, 5),
    ...Object.fromEntries(foldWeights(weights, architecture.featureShapes, size)),
  });
  await session.release();
  return {
    logits: float32Data(result['logits']),
    labels: result['labels']!.data as Uint8Array,
    uncertainty: float32Data(result['uncertainty']),
  };
}

answerOnSoftwareAdapter(answer);
