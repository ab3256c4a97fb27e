import type { OnnxGraph, OnnxModel, OnnxNode } from '../../../src/engine/onnx/model.ts';
import { float32 } from '../../../src/engine/tensor.ts';

/** A model around a graph, for tests. */
export function modelOf(graph: Partial<OnnxGraph>, version = 17): OnnxModel {
  return {
    irVersion: 8,
    opsets: [{ domain: '', version }],
    producer: 'datasetgan',
    graph: { name: 'test', nodes: [], inputs: [], outputs: [], initializers: new Map(), ...graph },
    metadata: {},
  };
}

/** x [1, 3, 8, 8] → 3×3 convolution → y [1, 4, 8, 8]. */
export function convModel(): OnnxModel {
  const weights = Float32Array.from({ length: 4 * 3 * 9 }, (_, i) => Math.sin(i));
  const conv: OnnxNode = {
    opType: 'Conv',
    name: 'conv',
    inputs: ['x', 'w'],
    outputs: ['y'],
    attributes: { pads: { kind: 'ints', value: [1, 1, 1, 1] } },
  };
  return modelOf({
    nodes: [conv],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, 8, 8] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4, 8, 8] }],
    initializers: new Map([['w', float32([4, 3, 3, 3], weights)]]),
  });
}
