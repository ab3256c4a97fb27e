import { buildModel } from '../../src/engine/graph.ts';
import { encodeModel } from '../../src/engine/onnx/codec.ts';
import { Session, type SessionOptions } from '../../src/engine/session.ts';
import { float32, type Tensor } from '../../src/engine/tensor.ts';
import { input, parameter, type Value } from '../../src/engine/value.ts';
import {
  initialWeights,
  WEIGHT_NAMES,
  type EnsembleArchitecture,
  type WeightName,
} from '../../src/interpreter/ensemble.ts';
import { Labeller } from '../../src/interpreter/labeller.ts';
import { literalGraph } from '../../src/interpreter/literalGraph.ts';
import { psiPerLayer } from '../../src/stylegan/generator.ts';
import { generatorGraph } from '../../src/stylegan/generatorGraph.ts';
import { featureShapes } from '../../src/interpreter/featureShapes.ts';
import { labelFrame } from '../../src/interpreter/labelFrame.ts';
import { configF, configFNetwork } from './configF.ts';
import { LITERAL_ROWS, RESOLUTION, type Measured, type Task } from './published.ts';
import { architecture, ensemble, network, randomTensor } from './publishedNetwork.ts';

const options: SessionOptions = { provider: 'cpu', cpuFallback: 'allow' };

/** Loads what a task needs and gives back what one run of it is. */
async function prepare({ kind, classes, network: which }: Task): Promise<() => Promise<unknown>> {
  const large = which === 'configF';
  const psi = psiPerLayer(large ? configF : architecture, 0.7, 8);
  const z = randomTensor([1, architecture.zSize]);
  const parts = large ? configFNetwork() : network();
  switch (kind) {
    case 'bare': {
      const { outputs } = generatorGraph(parts, { batch: 1, latent: 'z', noise: 'constant' });
      const model = encodeModel(buildModel({ name: 'bare', outputs: { image: outputs.image }, microsoftOps: true }));
      const session = await Session.create(model, options);
      return () => session.run({ z, psi: float32([psi.length], psi) });
    }
    case 'labelled': {
      const shapes = large ? { featureShapes: featureShapes(configF, 'paper') } : {};
      const members = { ...ensemble(classes), ...shapes };
      const trained = { architecture: members, weights: initialWeights(members, 0) };
      // As a project labels it: 1024² at 512².
      const frame = labelFrame({ resolution: parts.architecture.resolution });
      const labeller = await Labeller.create({ network: parts, ensemble: trained, frame }, 1, options);
      return () => labeller.label([z.data], psi);
    }
    case 'literal':
      return literalStrip(ensemble(classes));
  }
}

async function literalStrip(trained: EnsembleArchitecture): Promise<() => Promise<unknown>> {
  const weights = initialWeights(trained, 0);
  const values = Object.fromEntries(WEIGHT_NAMES.map((name) => [name, parameter(name, weights.get(name)!)]));
  const features = trained.featureShapes.map(({ name, channels, height, width }) =>
    input(name, 'float32', [1, channels, height, width]),
  );
  const logits = literalGraph(features, values as Record<WeightName, Value>, {
    height: RESOLUTION,
    width: RESOLUTION,
    rows: { start: 240, end: 240 + LITERAL_ROWS },
  });
  const model = encodeModel(buildModel({ name: 'literal', outputs: { logits }, microsoftOps: true }));
  const session = await Session.create(model, options);
  const feeds = Object.fromEntries(
    features.map(({ shape }, i): [string, Tensor] => [trained.featureShapes[i]!.name, randomTensor(shape)]),
  );
  return () => session.run(feeds);
}

let run: (() => Promise<unknown>) | undefined;

/** The first message is the task; each one behind asks for a run. */
async function answer(message: Task | 'run'): Promise<Measured> {
  const start = performance.now();
  const processor = process.cpuUsage();
  if (message !== 'run') run = await prepare(message);
  else await run?.();
  const { user, system } = process.cpuUsage(processor);
  return {
    milliseconds: performance.now() - start,
    processorMilliseconds: (user + system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

process.on('message', (message: Task | 'run') => {
  void answer(message).then((measured) => process.send?.(measured));
});
process.send?.('ready');
