import type { Value } from '../engine/value.ts';

/** The weight or bias of a name. */
export type Lookup = (name: string) => Value;

export interface Synthesis {
  /** [N, image channels, R, R], nominally in [−1, 1]. */
  readonly image: Value;
  /** Feature maps by their names, [N, channels, r, r]. */
  readonly features: ReadonlyMap<string, Value>;
}
