import type { ProviderName } from '../../engine/session.ts';

/**
 * Who computes a data set's batches: this process, with so many threads (the provider's choice when absent), or several
 * others with one thread each.
 */
export type LabellingPlan =
  { readonly kind: 'here'; readonly threads?: number } | { readonly kind: 'processes'; readonly processes: number };

export interface LabellingFacts {
  readonly provider: ProviderName;
  /** Width and height of the images. */
  readonly resolution: number;
  /** Threads to keep busy, as the person said; else all cores. */
  readonly threads: number;
  /** Batches to be computed. */
  readonly batches: number;
  /** The machine's memory in bytes. */
  readonly memory: number;
}

/** Up to here operations are too small to share: at 64² a second thread brings a fifth, a second process doubles. */
const SMALL = 128;
/** Room for one process, generously: at 64² it takes a quarter of it. */
const MEMORY_PER_PROCESS = 2 ** 30;

/**
 * Small images on the CPU are computed in processes side by side, one thread each; large ones, whose operations are worth
 * sharing and whose working memory must not be there several times, in this process. A GPU has one queue.
 */
export function labellingPlan({ provider, resolution, threads, batches, memory }: LabellingFacts): LabellingPlan {
  if (provider !== 'cpu') return { kind: 'here' };
  if (resolution > SMALL) return { kind: 'here', threads };
  const processes = Math.min(threads, batches, Math.floor(memory / MEMORY_PER_PROCESS));
  // One thread here too, so that the arithmetic is that of the processes.
  return processes > 1 ? { kind: 'processes', processes } : { kind: 'here', threads: 1 };
}
