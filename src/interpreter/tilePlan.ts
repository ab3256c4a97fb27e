import type { LabelSize } from './levels.ts';

/** How the label map is cut up so that full-resolution work stays in cache. Every plan gives the same labels. */
export interface TilePlan {
  /** Rows of the label map that are worked on at a time, rounded to whole rows of the `PhaseGrid`. */
  readonly rows: number;
}

/** Everything at once: for GPUs, which hide memory latency by themselves. */
export function wholePlan({ height }: LabelSize): TilePlan {
  return { rows: height };
}

/** A plan for the CPU, by what was measured at 64² and 512². */
export function cpuPlan({ width }: LabelSize): TilePlan {
  return { rows: Math.ceil(32768 / width) };
}
