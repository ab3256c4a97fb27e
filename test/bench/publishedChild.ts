import { buildModel } from '../../src/engine/graph.ts';
import { encodeModel } from '../../src/engine/onnx/codec.ts';
import { Session, type SessionOptions } from '../../src/engine/session.ts';
import { float32, sizeOf, type Tensor, type TensorOf } from '../../src/engine/tensor.ts';
import { input, parameter, type Value } from '../../src/engine/value.ts';
import {
  defaultHidden,
  initialWeights,
  WEIGHT_NAMES,
  type EnsembleArchitecture,
  type WeightName,
} from '../../src/interpreter/ensemble.ts';
import { Labeller } from '../../src/interpreter/labeller.ts';
import { literalGraph } from '../../src/interpreter/literalGraph.ts';
import { featureMaps, type Stylegan1Architecture } from '../../src/stylegan/architecture.ts';
import { psiPerLayer } from '../../src/stylegan/generator.ts';
import { generatorGraph } from '../../src/stylegan/generatorGraph.ts';
import { parameterShapes, type GeneratorNetwork } from '../../src/stylegan/generatorParameters.ts';
import { LITERAL_ROWS, RESOLUTION, type Measured, type Task } from './published.ts';

const members = 10;
const options: SessionOptions = { provider: 'cpu', cpuFallback: 'allow' };

/** The StyleGAN 1 of the paper at 512²: channels 512 up to 32², then halved with every doubling. */
const architecture: Stylegan1Architecture = {
  family: 'stylegan1',
  resolution: RESOLUTION,
  zSize: 512,
  wSize: 512,
  mappingLayers: 8,
  mappingWidth: 512,
  imageChannels: 3,
  blocks: [4, 8, 16, 32, 64, 128, 256, 512].map((resolution, i) => ({
    resolution,
    channels: Math.min(512, 16384 / resolution),
    upsampling: i === 0 ? 'none' : resolution < 128 ? 'nearest' : 'fused',
    blur: i > 0,
  })),
  epsilon: 1e-8,
};

/** Uniform numbers of variance 1: StyleGAN stores its weights so. */
function randomTensor(shape: readonly number[]): TensorOf<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * Math.sqrt(3) * (Math.random() - 0.5)),
  );
}

function network(): GeneratorNetwork {
  const shapes = [...parameterShapes(architecture)];
  return { architecture, parameters: new Map(shapes.map(([name, shape]) => [name, randomTensor(shape)])) };
}

function ensemble(classes: number): EnsembleArchitecture {
  return {
    members,
    features: 'paper',
    featureShapes: featureMaps(architecture, 'paper').map(({ name, channels, resolution }) => ({
      name,
      channels,
      height: resolution,
      width: resolution,
    })),
    hidden: defaultHidden(classes),
    classes: Array.from({ length: classes }, (_, k) => k),
    dropout: 'none',
  };
}

/** Loads what a task needs and gives back what one run of it is. */
async function prepare({ kind, classes }: Task): Promise<() => Promise<unknown>> {
  const psi = psiPerLayer(architecture, 0.7, 8);
  const z = randomTensor([1, architecture.zSize]);
  switch (kind) {
    case 'bare': {
      const { outputs } = generatorGraph(network(), { batch: 1, latent: 'z', noise: 'constant' });
      const model = encodeModel(buildModel({ name: 'bare', outputs: { image: outputs.image }, microsoftOps: true }));
      const session = await Session.create(model, options);
      return () => session.run({ z, psi: float32([psi.length], psi) });
    }
    case 'labelled': {
      const trained = { architecture: ensemble(classes), weights: initialWeights(ensemble(classes), 0) };
      const labeller = await Labeller.create({ network: network(), ensemble: trained }, 1, options);
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
