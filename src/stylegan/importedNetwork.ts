import type { TensorOf } from '../engine/tensor.ts';
import type { StyleganArchitecture } from './architecture.ts';
import type { Parameters } from './checkedParameters.ts';

/** A generator as a checkpoint holds it. */
export interface ImportedNetwork<A extends StyleganArchitecture = StyleganArchitecture> {
  readonly architecture: A;
  readonly parameters: Parameters;
  /** [wSize], where the file has it. */
  readonly wAvg?: TensorOf<'float32'>;
  /** One [1, 1, r, r] for each layer that adds noise, where the file has it. */
  readonly noise?: readonly TensorOf<'float32'>[];
  /** What the file does not say and was assumed: one sentence each. */
  readonly assumed: readonly string[];
}
