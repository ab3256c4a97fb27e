import { epochOrder } from './epochOrder.ts';
import { splitPool } from './heldOut.ts';
import type { PixelPool } from './pixelPool.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/** One member's pixels in its own order. */
export class MemberOrder {
  readonly id: number;
  readonly split;
  readonly stepsPerEpoch: number;
  readonly #settings: TrainingSettings;
  readonly #pool: PixelPool;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(id: number, pool: PixelPool, settings: TrainingSettings) {
    this.id = id;
    this.#settings = settings;
    this.#pool = pool;
    this.split = splitPool(pool, settings.heldOut, settings.seed, id);
    this.stepsPerEpoch = Math.max(1, Math.floor(this.split.train.length / settings.batch));
  }

  /** Indices into the pool of step 0, 1, …: each epoch goes through the pixels in a new order. */
  batch(step: number): Uint32Array {
    const { batch, evenShare, seed } = this.#settings;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = epochOrder(this.#pool, this.split.train, evenShare, { seed, member: this.id, step: epoch });
    }
    const start = (step % this.stepsPerEpoch) * batch;
    // A pool smaller than a batch is gone through more than once.
    return Uint32Array.from({ length: batch }, (_, i) => this.#order[(start + i) % this.#order.length]!);
  }
}
