import { buildModel } from '../engine/graph.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { cast } from '../engine/ops.ts';
import { Session, type SessionOptions } from '../engine/session.ts';
import { float32Data, type TensorOf } from '../engine/tensor.ts';
import { input } from '../engine/value.ts';
import type { EnsembleArchitecture, EnsembleWeights, FeatureShape } from './ensemble.ts';
import { ensembleSizes, foldWeights, type EnsembleSizes } from './fold.ts';
import type { FeatureMaps } from './gather.ts';
import { classIds, interpreterGraph, weightInputs } from './interpreterGraph.ts';
import { featureLevels, type LabelSize } from './levels.ts';
import { framePlace, type LabelFrame } from './labelFrame.ts';
import { cpuPlan, wholePlan } from './tilePlan.ts';

/** What an interpreter session is built for. Interpreters of one form share it: their weights are its inputs. */
export interface InterpreterForm {
  readonly featureShapes: readonly FeatureShape[];
  readonly sizes: EnsembleSizes;
  /** Permanent class ids by output index. */
  readonly classes: readonly number[];
  readonly frame: LabelFrame;
}

/** Labels of one image and how sure the ensemble is of them. */
export interface Interpreted {
  /** Permanent class ids, row-major. */
  readonly labels: Uint8Array;
  /** Jensen–Shannon divergence in nats, row-major. */
  readonly uncertainty: Float32Array;
}

export function interpreterForm(
  architecture: EnsembleArchitecture,
  weights: EnsembleWeights,
  frame: LabelFrame,
): InterpreterForm {
  const { featureShapes, classes } = architecture;
  return { featureShapes, sizes: ensembleSizes(weights), classes, frame };
}

/**
 * The ensemble as a session that takes one image's feature maps (half precision, as they are kept) and the weights, so
 * that an interpreter that was trained again needs no new session. Data sets go through the factory, whose weights are
 * inside, instead.
 */
export class InterpreterSession {
  readonly form: InterpreterForm;
  readonly #session: Session;

  private constructor(form: InterpreterForm, session: Session) {
    this.form = form;
    this.#session = session;
  }

  static async create(form: InterpreterForm, options: SessionOptions): Promise<InterpreterSession> {
    const { featureShapes, sizes, classes, frame } = form;
    const labelSize = wholeSize(frame);
    const { left, top } = framePlace(frame);
    const features = featureShapes.map(({ name, channels, height, width }) =>
      cast(input(name, 'float16', [1, channels, height, width]), 'float32'),
    );
    const weights = weightInputs(sizes, featureLevels(featureShapes, labelSize));
    const plan = options.provider === 'cpu' ? cpuPlan(labelSize) : wholePlan(labelSize);
    const { votes, uncertainty } = interpreterGraph(features, weights, {
      ...labelSize,
      part: { left, top, width: frame.width, height: frame.height },
      sizes,
      plan,
    });
    const model = buildModel({
      name: 'interpreter',
      outputs: { labels: classIds(votes, classes), uncertainty },
      microsoftOps: options.provider === 'cpu' || options.provider === 'cuda',
    });
    return new InterpreterSession(form, await Session.create(encodeModel(model), { ...options, planMemory: false }));
  }

  /** @param weights of {@link foldedFor}: folding takes longer than it is worth to do again for each image */
  async run(features: FeatureMaps, weights: ReadonlyMap<string, TensorOf<'float32'>>): Promise<Interpreted> {
    const maps = this.form.featureShapes.map(({ name }) => [name, features.get(name)!] as const);
    const result = await this.#session.run({ ...Object.fromEntries(maps), ...Object.fromEntries(weights) });
    const labels = result['labels'];
    if (labels?.dtype !== 'uint8') throw new Error('The labels are not bytes.');
    return { labels: labels.data, uncertainty: float32Data(result['uncertainty'], 'uncertainty') };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** An interpreter's weights as a session of this form takes them. */
export function foldedFor(form: InterpreterForm, weights: EnsembleWeights): ReadonlyMap<string, TensorOf<'float32'>> {
  return foldWeights(weights, form.featureShapes, wholeSize(form.frame));
}

/** The label map of the generator's whole image. */
function wholeSize(frame: LabelFrame): LabelSize {
  const { side } = framePlace(frame);
  return { height: side, width: side };
}
