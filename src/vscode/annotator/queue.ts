import type { QueueState, SampleStatus } from '../../messages/annotatorMessages.ts';

/** What the queue needs to know of a sample. */
export interface Queued {
  readonly path: string;
  readonly status: SampleStatus;
}

export type Destination = 'next' | 'previous' | 'nextUnreviewed' | 'nextUncertain';

/**
 * Where a sample stands among the project's, discarded ones left out; undefined when it is none of them.
 * @param samples in the queue's order
 */
export function queueState(samples: readonly Queued[], path: string): QueueState | undefined {
  const place = samples.findIndex((sample) => sample.path === path);
  if (place < 0) return undefined;
  const kept = samples.filter(inQueue);
  // A discarded one stands where it stood.
  const before = samples.slice(0, place).filter(inQueue).length;
  return {
    position: Math.min(before + 1, Math.max(kept.length, 1)),
    total: kept.length,
    reviewed: kept.filter(({ status }) => status === 'reviewed').length,
  };
}

/**
 * The sample to open next; undefined when there is no other one.
 * @param samples in the queue's order
 * @param from the open sample; undefined: begin at the front
 * @param scores of samples by path, larger is more uncertain; one without a score is never the most uncertain
 */
export function sampleAt(
  samples: readonly Queued[],
  from: string | undefined,
  to: Destination,
  scores: ReadonlyMap<string, number> = new Map(),
): string | undefined {
  const place = samples.findIndex(({ path }) => path === from);
  const after = samples.slice(place + 1).filter(inQueue);
  const before = samples.slice(0, Math.max(place, 0)).filter(inQueue);
  switch (to) {
    case 'next':
      return after[0]?.path;
    case 'previous':
      return before.at(-1)?.path;
    case 'nextUnreviewed':
      // From the end it goes on at the front: what was skipped comes again.
      return [...after, ...before].find(({ status }) => status === 'open')?.path;
    case 'nextUncertain': {
      const ranked = samples
        .filter(({ path, status }) => status === 'open' && scores.has(path))
        .sort((a, b) => scores.get(b.path)! - scores.get(a.path)!);
      const next = ranked[ranked.findIndex(({ path }) => path === from) + 1] ?? ranked[0];
      return next?.path === from ? undefined : next?.path;
    }
  }
}

function inQueue({ status }: Queued): boolean {
  return status !== 'discarded';
}
