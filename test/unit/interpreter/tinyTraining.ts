import { ADAM } from '../../../src/engine/optimizers.ts';
import { Session, type ProviderName } from '../../../src/engine/session.ts';
import { float32, float32Data, int32, type Tensor } from '../../../src/engine/tensor.ts';
import { initialWeights, type EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { dropoutMask } from '../../../src/interpreter/trainingFeeds.ts';
import { initialState, nextState, stepCorrections, trainingModel } from '../../../src/interpreter/trainingGraph.ts';

export const TINY: EnsembleArchitecture = {
  members: 3,
  features: 'paper',
  featureShapes: [
    { name: 'S00', channels: 4, height: 4, width: 4 },
    { name: 'S01', channels: 3, height: 8, width: 8 },
  ],
  hidden: [6, 5],
  classes: [0, 3, 200],
  dropout: [0.5, 0.25],
};

export const TINY_STEPS = 5;
export const TINY_BATCH = 8;
const channels = 7;

/** Five steps' inputs with dropout, the same everywhere. */
export function tinyFeeds(): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  const { members } = TINY;
  for (let step = 0; step < TINY_STEPS; step++) {
    const size = members * TINY_BATCH;
    const values = Array.from({ length: size * channels }, (_, i) => 2 * Math.sin(1.3 * i + step));
    feeds[`features.${step}`] = float32([members, TINY_BATCH, channels], values);
    feeds[`labels.${step}`] = int32(
      [members, TINY_BATCH],
      Array.from({ length: size }, (_, i) => (values[i * channels]! > 0.5 ? 2 : i % 2)),
    );
    TINY.hidden.forEach((units, layer) => {
      const mask = float32([members, TINY_BATCH, units]);
      dropoutMask(mask.data, 0.5, { seed: 1, purpose: layer === 0 ? 'dropout1' : 'dropout2', member: 0, step });
      feeds[`mask${layer + 1}.${step}`] = mask;
    });
  }
  const corrections = Array.from({ length: TINY_STEPS }, (_, step) => stepCorrections(step + 1)).flat();
  return { ...feeds, corrections: float32([TINY_STEPS, 2], corrections) };
}

/** Five training steps in one run. */
export async function tinyTraining(provider: ProviderName): Promise<Record<string, Float32Array>> {
  const model = trainingModel(TINY, {
    steps: TINY_STEPS,
    batch: TINY_BATCH,
    featureType: 'float32',
    adam: ADAM,
    microsoftOps: provider === 'cpu',
  });
  const session = await Session.create(model, { provider, cpuFallback: 'forbid' });
  const outputs = await session.run({ ...tinyFeeds(), ...initialState(initialWeights(TINY, 7)) });
  await session.release();
  const all = { loss: outputs['loss']!, ...nextState(outputs) };
  return Object.fromEntries(Object.entries(all).map(([name, tensor]) => [name, float32Data(tensor, name)]));
}
