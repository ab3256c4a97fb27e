import type { Region, Regions, Ring } from './regions.ts';

/**
 * Each region as ONE ring without holes, for formats that cannot say a hole. A ring with holes is cut open: from the
 * leftmost edge of each hole a bridge of no width runs left along the pixel grid to the next ring, is walked there and
 * back, and takes the hole into the outline. Filling the result (even-odd or non-zero) gives back exactly the region.
 * No two neighbouring points are equal.
 */
export function holeFreeRings({ width, height, regions }: Regions): readonly Ring[] {
  const stride = width + 1;
  const nodeAt = new Int32Array(stride * (height + 1)).fill(-1); // corner → a node of a ring that passes it
  let base = 0; // nodes of earlier regions lie below it: their marks are stale and the array needs no clearing
  return regions.map((region) => {
    if (region.holes.length === 0) return region.outer;
    const { ring, nodes } = cutOpen(region, nodeAt, stride, base);
    base += nodes;
    return ring;
  });
}

function cutOpen(region: Region, nodeAt: Int32Array, stride: number, base: number): { ring: Ring; nodes: number } {
  // One node for each corner that a ring passes, linked in the order of the way.
  const corner: number[] = [];
  const next: number[] = [];
  const addRing = (ring: Ring): number => {
    const first = corner.length;
    for (let k = 0; k < ring.length; k += 2) {
      const to = (k + 2) % ring.length;
      const dx = Math.sign(ring[to]! - ring[k]!);
      const dy = Math.sign(ring[to + 1]! - ring[k + 1]!);
      for (let x = ring[k]!, y = ring[k + 1]!; x !== ring[to] || y !== ring[to + 1]; x += dx, y += dy) {
        const node = corner.length;
        corner.push(y * stride + x);
        next.push(node + 1);
        nodeAt[y * stride + x] = base + node;
      }
    }
    next[corner.length - 1] = first;
    return first;
  };
  const start = addRing(region.outer);
  const anchors = region.holes.map((hole) => leftmostNode(corner, addRing(hole), stride));

  for (const anchor of anchors) {
    // What the bridge meets is strictly left of the hole's leftmost edge, so it is another ring, and bridges form a tree.
    let at = corner[anchor]! - 1;
    while (nodeAt[at]! < base) at--;
    const met = nodeAt[at]! - base;
    // … → met → anchor' → around the hole → anchor → met' → …
    const anchorCopy = corner.length;
    const metCopy = anchorCopy + 1;
    corner.push(corner[anchor]!, corner[met]!);
    next.push(next[anchor]!, next[met]!);
    next[met] = anchorCopy;
    next[anchor] = metCopy;
  }

  const way: number[] = [];
  let node = start;
  do {
    way.push(corner[node]! % stride, Math.floor(corner[node]! / stride));
    node = next[node]!;
  } while (node !== start);
  return { ring: withoutStraightPoints(way), nodes: corner.length };
}

/** The node with the smallest x among those from `first` to the end, the topmost of them. */
function leftmostNode(corner: readonly number[], first: number, stride: number): number {
  let best = first;
  for (let node = first + 1; node < corner.length; node++) {
    const difference = (corner[node]! % stride) - (corner[best]! % stride);
    if (difference < 0 || (difference === 0 && corner[node]! < corner[best]!)) best = node;
  }
  return best;
}

/** Drops the points at which the way goes straight on; where it turns back (the end of a bridge) they stay. */
function withoutStraightPoints(way: readonly number[]): Ring {
  const ring: number[] = [];
  const { length } = way;
  for (let k = 0; k < length; k += 2) {
    const before = (k + length - 2) % length;
    const after = (k + 2) % length;
    const straight =
      Math.sign(way[k]! - way[before]!) === Math.sign(way[after]! - way[k]!) &&
      Math.sign(way[k + 1]! - way[before + 1]!) === Math.sign(way[after + 1]! - way[k + 1]!);
    if (!straight) ring.push(way[k]!, way[k + 1]!);
  }
  return ring;
}
