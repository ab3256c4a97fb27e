import { foreignOutputs, type ForeignGraph } from '../../../src/engine/foreignGraph.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { encodeModel } from '../../../src/engine/onnx/codec.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from '../../../src/engine/onnx/model.ts';
import { concat } from '../../../src/engine/ops.ts';
import { float32, type Tensor } from '../../../src/engine/tensor.ts';
import { input } from '../../../src/engine/value.ts';
import { featureNames, styleLayerCount } from '../../../src/stylegan/architecture.ts';
import { generatorGraph } from '../../../src/stylegan/generatorGraph.ts';
import type { StyleganNetwork } from '../../../src/stylegan/generatorParameters.ts';

export const onnxNode = (
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, OnnxAttribute> = {},
  domain = '',
): OnnxNode => ({
  opType,
  name: outputs[0] ?? opType,
  inputs,
  outputs,
  attributes,
  ...(domain === '' ? {} : { domain }),
});

/** The network as somebody else would hand it out: z in, image and feature maps out, not truncated, in the opset of their exporter. */
export function exported(
  network: StyleganNetwork,
  {
    opset = 20,
    names: { latent = 'z', image = 'image', feature = (name: string) => name } = {},
    batch = 1,
  }: {
    readonly opset?: number;
    readonly names?: { latent?: string; image?: string; feature?: (name: string) => string };
    readonly batch?: number | string;
  } = {},
): OnnxModel {
  const psi = new Float32Array(styleLayerCount(network.architecture)).fill(1);
  const { outputs, features } = generatorGraph(network, { batch: 1, latent: 'z', noise: 'constant', psi });
  const maps = featureNames(network.architecture, 'paper').map((name) => [feature(name), features.get(name)!] as const);
  // An output that nobody asks for, which sets the opset.
  const idle: ForeignGraph = {
    opset,
    nodes: [onnxNode('Neg', ['idle in'], ['idle out'])],
    initializers: new Map([['idle weights', float32([1000])]]),
    input: 'idle in',
    inputShape: [1, 7],
    outputs: new Map([['idle out', [1, 7]]]),
  };
  const spare = foreignOutputs(idle, concat([input('spare', 'float32', [1, 7])], 1)).get('idle out')!;
  const model = buildModel({
    name: 'theirs',
    outputs: { [image]: outputs.image, ...Object.fromEntries(maps), spare_out: spare },
  });
  const freeBatch = ({ name, dtype, shape }: OnnxGraph['inputs'][number]) => ({
    name: name === 'z' ? latent : name,
    dtype,
    shape: [batch, ...shape.slice(1)],
  });
  const renamed = (node: OnnxNode) => ({ ...node, inputs: node.inputs.map((name) => (name === 'z' ? latent : name)) });
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.map(renamed),
      inputs: model.graph.inputs.map(freeBatch),
      outputs: model.graph.outputs.map(freeBatch),
    },
  };
}

/**
 * A generator that fits on one screen: z [1, 4] → h = z·w [1, 4, 1, 1] repeated to 4×4 → `f4` [1, 4, 4, 4] → `img` [1, 3, 8, 8].
 * @param change what is otherwise
 */
export function tinyModel(change: Partial<OnnxGraph> & { readonly opset?: number } = {}): Uint8Array {
  const { opset = 17, ...graph } = change;
  return encodeModel({
    irVersion: 8,
    opsets: [{ domain: '', version: opset }],
    producer: 'them',
    graph: { ...tinyGraph(), ...graph },
    metadata: {},
  });
}

export function tinyGraph(): OnnxGraph {
  const initializers = new Map<string, Tensor>([
    [
      'w',
      float32(
        [4, 4],
        Array.from({ length: 16 }, (_, i) => Math.sin(i + 1)),
      ),
    ],
    [
      'k',
      float32(
        [3, 4, 1, 1],
        Array.from({ length: 12 }, (_, i) => Math.cos(2 * i + 1) / 4),
      ),
    ],
    [
      'pattern',
      float32(
        [1, 1, 4, 4],
        Array.from({ length: 16 }, (_, i) => Math.cos(i)),
      ),
    ],
    ['scales', float32([4], [1, 1, 2, 2])],
    ['shape', { dtype: 'int64', shape: [4], data: BigInt64Array.of(1n, 4n, 1n, 1n) }],
  ]);
  return {
    name: 'tiny',
    nodes: [
      onnxNode('MatMul', ['z', 'w'], ['styles']),
      onnxNode('Reshape', ['styles', 'shape'], ['columns']),
      onnxNode('Mul', ['columns', 'pattern'], ['f4']),
      onnxNode('Conv', ['f4', 'k'], ['rgb']),
      onnxNode('Tanh', ['rgb'], ['small']),
      onnxNode('Resize', ['small', '', 'scales'], ['img'], {
        mode: { kind: 'string', value: 'nearest' },
        coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
        nearest_mode: { kind: 'string', value: 'floor' },
      }),
    ],
    inputs: [{ name: 'z', dtype: 'float32', shape: [1, 4] }],
    outputs: [
      { name: 'img', dtype: 'float32', shape: [1, 3, 8, 8] },
      { name: 'f4', dtype: 'float32', shape: [1, 4, 4, 4] },
    ],
    initializers,
  };
}
