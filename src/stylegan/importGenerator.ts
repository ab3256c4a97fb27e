import { UserError } from '../base/userError.ts';
import { encodeModel } from '../engine/onnx/codec.ts';
import { buildModel } from '../engine/graph.ts';
import { normals } from '../engine/philox.ts';
import { Session } from '../engine/session.ts';
import { float32, float32Data, sizeOf, type Tensor, type TensorOf } from '../engine/tensor.ts';
import { noiseResolutions } from './architecture.ts';
import type { StyleganFacts, StyleganGenerator } from './generator.ts';
import { mappingGraph } from './generatorGraph.ts';
import { parameterShapes, type StyleganNetwork } from './generatorParameters.ts';
import { noiseName } from './noiseName.ts';
import { seededNoise, streams } from './latents.ts';
import { readNpy, readNpz } from './npy.ts';
import { readCheckpoint } from './readCheckpoint.ts';

/** A file's contents, and the name that errors give it. */
export interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ImportOptions {
  readonly checkpoint: NamedBytes;
  /** What the generator shall be called. */
  readonly name: string;
  readonly attribution?: string | undefined;
  /** `.npy` of [wSize]. Without it the checkpoint's own, or the mean of mapping(z) over 10,000 z is taken. */
  readonly wAvg?: NamedBytes | undefined;
  /** `.npz` of one [1, 1, r, r] for each layer with noise, in order. Without it the checkpoint's own, or drawn from `seed`. */
  readonly noise?: NamedBytes | undefined;
  /** Of a conditional generator. */
  readonly chosenClass?: number | undefined;
  /** The part of the square image that is one. */
  readonly crop?: StyleganFacts['crop'];
  /** For what the files do not hold. */
  readonly seed: number;
}

/** The paper's recipe takes 8,000 z or more. */
const wAvgSamples = 10_000;

/**
 * Makes a generator of ours from somebody else's checkpoint of a StyleGAN.
 * @throws UserError that names the file and what is wrong with it.
 */
export async function importGenerator(options: ImportOptions): Promise<StyleganGenerator> {
  const { checkpoint, name, seed } = options;
  const read = readCheckpoint(checkpoint.bytes, checkpoint.file, { chosenClass: options.chosenClass });
  const { architecture, parameters, sha256 } = read;
  checkCrop(options, architecture.resolution);
  const network: StyleganNetwork = { architecture, parameters };
  const expected = parameterShapes(architecture);
  const wAvg = options.wAvg
    ? vector(readNpy(options.wAvg.bytes, options.wAvg.file), expected.get('w_avg')!, options.wAvg.file)
    : (read.wAvg ?? (await meanW(network, seed)));
  const noise = options.noise
    ? readNoise(network, options.noise)
    : (read.noise?.map((layer, i) => [noiseName(i), layer] as const) ?? drawnNoise(network, seed));
  const facts: StyleganFacts = {
    name,
    format: read.format,
    assumed: read.assumed,
    ...(options.attribution === undefined ? {} : { attribution: options.attribution }),
    source: { file: checkpoint.file, sha256 },
    wAvg: options.wAvg || read.wAvg ? { from: 'file' } : { from: 'mapping', samples: wAvgSamples, seed },
    noise: options.noise || read.noise ? { from: 'file' } : { from: 'seed', seed },
    ...(options.crop ? { crop: options.crop } : {}),
  };
  return { architecture, parameters: new Map([...parameters, ['w_avg', wAvg], ...noise]), facts };
}

function checkCrop({ crop, checkpoint }: ImportOptions, resolution: number): void {
  if (!crop) return;
  const { x, y, width, height } = crop;
  if (width === 0 || height === 0 || x + width > resolution || y + height > resolution)
    throw new UserError(
      `${checkpoint.file} makes images of ${resolution}×${resolution} pixels, in which ${width}×${height} at ${x}, ${y} is no part.`,
    );
}

async function meanW(network: StyleganNetwork, seed: number): Promise<TensorOf<'float32'>> {
  const { zSize, wSize } = network.architecture;
  const batch = 1000;
  const model = buildModel({ name: 'mapping', outputs: { w: mappingGraph(network, batch) } });
  const session = await Session.create(encodeModel(model), { provider: 'cpu', cpuFallback: 'allow' });
  const sum = new Float64Array(wSize);
  for (let start = 0; start < wAvgSamples; start += batch) {
    const z = normals(seed, streams.meanW, start * zSize, batch * zSize);
    const { w } = await session.run({ z: float32([batch, zSize], z) });
    float32Data(w, 'w').forEach((value, i) => (sum[i % wSize]! += value));
  }
  await session.release();
  return float32(
    [wSize],
    sum.map((total) => total / wAvgSamples),
  );
}

function readNoise({ architecture }: StyleganNetwork, { file, bytes }: NamedBytes): [string, TensorOf<'float32'>][] {
  const arrays = [...readNpz(bytes, file)].sort(([a], [b]) => (a < b ? -1 : 1));
  const resolutions = noiseResolutions(architecture);
  if (arrays.length !== resolutions.length) {
    throw new UserError(
      `${file} holds ${arrays.length} arrays; this generator has ${resolutions.length} noise inputs.`,
    );
  }
  return arrays.map(([name, tensor], layer) => {
    const resolution = resolutions[layer]!;
    return [noiseName(layer), vector(tensor, [1, 1, resolution, resolution], `${file}: ${name}`)];
  });
}

function drawnNoise({ architecture }: StyleganNetwork, seed: number): [string, TensorOf<'float32'>][] {
  return noiseResolutions(architecture).map((resolution, layer) => [
    noiseName(layer),
    float32([1, 1, resolution, resolution], seededNoise(seed, layer, resolution)),
  ]);
}

function vector(tensor: Tensor, shape: readonly number[], what: string): TensorOf<'float32'> {
  const fits = tensor.dtype === 'float32' && tensor.data.length === sizeOf(shape);
  if (!fits)
    throw new UserError(
      `${what} is ${tensor.dtype} [${tensor.shape.join(', ')}], expected floats [${shape.join(', ')}].`,
    );
  return float32(shape, tensor.data);
}
