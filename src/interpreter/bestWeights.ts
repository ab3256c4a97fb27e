import { float32, float32Data, sizeOf, type Tensor } from '../engine/tensor.ts';
import { WEIGHT_NAMES, type WeightName } from './ensemble.ts';
import type { CurvePoint } from './trainingCurve.ts';
import type { TrainingState } from './trainingGraph.ts';

/** Each member's best weights so far; a member that ran out of patience keeps what it has. */
export class BestWeights {
  readonly #weights = new Map<WeightName, Tensor>();
  readonly #records: { step: number; loss: number; accuracy: number; waited: number }[];
  readonly #patience: number;

  constructor(state: TrainingState, members: number, patience: number) {
    for (const name of WEIGHT_NAMES) {
      const { shape } = state[name]!;
      this.#weights.set(name, float32(shape, float32Data(state[name]).slice()));
    }
    this.#records = Array.from({ length: members }, () => ({ step: 0, loss: Infinity, accuracy: 0, waited: 0 }));
    this.#patience = patience;
  }

  keep(state: TrainingState, { step, heldOutLoss, heldOutAccuracy }: CurvePoint): void {
    this.#records.forEach((record, member) => {
      if (record.waited >= this.#patience) return;
      record.waited++;
      if (!(heldOutLoss[member]! < record.loss)) return;
      Object.assign(record, { step, loss: heldOutLoss[member]!, accuracy: heldOutAccuracy[member]!, waited: 0 });
      for (const [name, kept] of this.#weights) {
        const size = sizeOf(kept.shape.slice(1));
        const values = float32Data(state[name]).subarray(member * size, (member + 1) * size);
        float32Data(kept).set(values, member * size);
      }
    });
  }

  get allStopped(): boolean {
    return this.#records.every(({ waited }) => waited >= this.#patience);
  }

  weights(): ReadonlyMap<WeightName, Tensor> {
    return this.#weights;
  }

  records(): readonly { readonly step: number; readonly loss: number; readonly accuracy: number }[] {
    return this.#records.map(({ step, loss, accuracy }) => ({ step, loss, accuracy }));
  }
}
