import { DROPPED, REJECTED, type GalleryRows } from './galleryRows.ts';

export interface ScoreHistogram {
  /** Bins + 1 edges of equal width, in nats; the last bin is closed. */
  readonly edges: Float64Array;
  readonly kept: Uint32Array;
  /** By the filter or by hand. */
  readonly leftOut: Uint32Array;
  /** The most images in one bin. */
  readonly most: number;
}

/**
 * How the images' uncertainty is spread. The outermost hundredth at the upper end shares the last bin where it would squeeze all
 * the others: one image that went wrong must not hide how the rest differ.
 */
export function scoreHistogram({ scores, fates }: GalleryRows, bins: number): ScoreHistogram {
  const sorted = Float32Array.from(scores).sort();
  const least = sorted[0] ?? 0;
  const largest = sorted.at(-1) ?? 1;
  const usual = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? largest;
  const top = largest - least > 2 * (usual - least) && usual > least ? least + 1.25 * (usual - least) : largest;
  const width = (top - least) / bins || 1 / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => least + i * width);
  if (sorted.length > 0) edges[bins] = Math.max(largest, edges[bins]!);
  const kept = new Uint32Array(bins);
  const leftOut = new Uint32Array(bins);
  for (let place = 0; place < scores.length; place++) {
    const bin = binOf(edges, scores[place]!);
    const column = fates[place] === DROPPED || fates[place] === REJECTED ? leftOut : kept;
    column[bin]!++;
  }
  const most = kept.reduce((found, count, i) => Math.max(found, count + leftOut[i]!), 0);
  return { edges, kept, leftOut, most };
}

/** The bin of a score; scores beyond the ends fall into the outermost. */
function binOf(edges: Float64Array, score: number): number {
  const bins = edges.length - 1;
  const width = edges[1]! - edges[0]!;
  let bin = Math.max(0, Math.min(bins - 1, Math.floor((score - edges[0]!) / width)));
  // The division may round across an edge; the edges are what the handles say.
  while (bin > 0 && score < edges[bin]!) bin--;
  while (bin < bins - 1 && score >= edges[bin + 1]!) bin++;
  return bin;
}

/** The range of bins that a range of scores selects. `end` is not in it. */
export function binRange(
  edges: Float64Array,
  from: number | undefined,
  to: number | undefined,
): { readonly first: number; readonly end: number } {
  const bins = edges.length - 1;
  const first = from === undefined ? 0 : nearestEdge(edges, from);
  const end = to === undefined ? bins : nearestEdge(edges, to);
  return { first: Math.min(first, bins - 1), end: Math.max(end, Math.min(first, bins - 1) + 1) };
}

function nearestEdge(edges: Float64Array, value: number): number {
  let best = 0;
  for (let i = 1; i < edges.length; i++) if (Math.abs(edges[i]! - value) <= Math.abs(edges[best]! - value)) best = i;
  return best;
}
