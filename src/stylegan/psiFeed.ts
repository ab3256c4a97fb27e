import { float32, type Tensor } from '../engine/tensor.ts';

/** What a graph from z or w is fed besides: `psi` [style layers]; nothing where there are no style layers. */
export function psiFeed(psi: Float32Array): Readonly<Record<string, Tensor>> {
  return psi.length === 0 ? {} : { psi: float32([psi.length], psi) };
}
