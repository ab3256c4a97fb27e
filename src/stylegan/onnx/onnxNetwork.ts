import { printable } from '../../base/printable.ts';
import { UserError } from '../../base/userError.ts';
import { foreignOpsets, type ForeignGraph } from '../../engine/foreignGraph.ts';
import { IR_VERSION } from '../../engine/graph.ts';
import type { OnnxModel } from '../../engine/onnx/model.ts';
import { featureName, imageName, latentName, type OnnxArchitecture } from './architecture.ts';
import { allNodes } from './neededParts.ts';
import { fedInputs } from './ports.ts';

/**
 * Somebody else's generator: z [1, zSize] → `image` [1, channels, R, R] and the feature maps `F00`, …, all float32. A batch is as many
 * copies of it: whether it would compute several images at once the same way as one can't be known.
 */
export interface OnnxNetwork {
  readonly architecture: OnnxArchitecture;
  readonly graph: ForeignGraph;
}

/** The network as a model of its own. Equal networks give equal bytes. */
export function onnxModel(
  { graph }: OnnxNetwork,
  { name, metadata = {} }: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> },
): OnnxModel {
  const usesMicrosoftOps = [...allNodes(graph.nodes)].some(({ domain }) => domain === 'com.microsoft');
  return {
    irVersion: IR_VERSION,
    opsets: [
      { domain: '', version: graph.opset },
      ...(usesMicrosoftOps ? [{ domain: 'com.microsoft', version: 1 }] : []),
    ],
    producer: 'datasetgan',
    graph: {
      name,
      nodes: graph.nodes,
      inputs: [{ name: graph.input, dtype: 'float32', shape: graph.inputShape }],
      outputs: Array.from(graph.outputs, ([output, shape]) => ({ name: output, dtype: 'float32', shape })),
      initializers: graph.initializers,
    },
    metadata,
  };
}

/**
 * The network of a file that `onnxModel` made.
 * @throws UserError that names `file` when the graph is not what the architecture says: somebody else may have written it.
 */
export function onnxNetworkOf(model: OnnxModel, architecture: OnnxArchitecture, file: string): OnnxNetwork {
  const { graph } = model;
  checkOperations(model, graph.nodes, file);
  const inputShape = [1, architecture.zSize];
  const outputs = outputShapes(architecture);
  const ports = [...fedInputs(graph), ...graph.outputs];
  const expected = new Map([[latentName, inputShape], ...outputs]);
  const fits =
    ports.length === expected.size &&
    ports.every(({ name, dtype, shape }) => dtype === 'float32' && expected.get(name)?.join() === shape.join());
  if (!fits) throw new UserError(`${file}: its inputs and outputs are not those that it says; import the model again.`);
  return {
    architecture,
    graph: {
      opset: opsetOf(model),
      nodes: graph.nodes,
      initializers: graph.initializers,
      input: latentName,
      inputShape,
      outputs,
    },
  };
}

/** Of one image. */
export function outputShapes({ resolution, imageChannels, features }: OnnxArchitecture): Map<string, number[]> {
  return new Map([
    [imageName, [1, imageChannels, resolution, resolution]],
    ...features.map((map, i): [string, number[]] => [
      featureName(i),
      [1, map.channels, map.resolution, map.resolution],
    ]),
  ]);
}

const random = /^(Random(Normal|Uniform)(Like)?|Bernoulli|Multinomial)$/;

/**
 * Whether all nodes are such as may stand in models of ours.
 * @throws UserError that names `file`
 */
export function checkOperations(model: OnnxModel, nodes: OnnxModel['graph']['nodes'], file: string): void {
  const opset = opsetOf(model);
  const { oldest, newest }: Record<'oldest' | 'newest', number> = foreignOpsets;
  if (opset < oldest || opset > newest)
    throw new UserError(
      `${file} is written for opset ${opset} of ONNX, and ${oldest} to ${newest} are read: export it again with opset 17, or change it with onnx.version_converter.`,
    );
  for (const { opType, domain = '' } of allNodes(nodes)) {
    if (domain !== '' && domain !== 'com.microsoft')
      throw new UserError(
        `${file} uses the operation ${printable(opType)} of ${printable(domain)}, which no plain ONNX runtime has: export it with standard operations only.`,
      );
    if (random.test(opType))
      throw new UserError(
        `${file} draws random numbers as it runs (${opType}), so an image and its labels would not belong together: export it with constant noise (noise_mode 'const').`,
      );
    // They could run for ever, and no generator needs them.
    if (opType === 'Loop' || opType === 'Scan')
      throw new UserError(`${file} holds a loop (${opType}), which is not run: export it with its loops unrolled.`);
  }
}

export function opsetOf({ opsets }: OnnxModel): number {
  return opsets.find(({ domain }) => domain === '')?.version ?? 0;
}
