import { UNLABELLED, type LabelMap } from '../labelMap.ts';

/**
 * A closed ring of pixel CORNERS, flat `[x0, y0, x1, y1, …]`, not repeated at the end: pixel (x, y) is the square from
 * (x, y) to (x + 1, y + 1). Every edge is horizontal or vertical, every point is a turn.
 */
export type Ring = readonly number[];

/** The smallest box around a region, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All pixels of one class that hang together over edges or corners. */
export interface Region {
  readonly classId: number;
  /** Area in pixels. */
  readonly area: number;
  readonly box: Box;
  /** Clockwise on the screen: the region is on the right-hand side of the way. */
  readonly outer: Ring;
  /** Anticlockwise: here too the region is on the right-hand side. */
  readonly holes: readonly Ring[];
}

/** The regions of a label map, in the order of their first pixel. */
export interface Regions {
  readonly width: number;
  readonly height: number;
  readonly regions: readonly Region[];
  /** For each pixel the index of its region; −1 where nothing is labelled. */
  readonly owner: Int32Array;
}

interface OpenRegion {
  classId: number;
  area: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  outer?: Ring;
  holes: Ring[];
}

/**
 * Cuts a label map into connected regions and walks the exact outline of each.
 *
 * Regions are 8-connected (so a diagonal line one pixel wide is one region and not a row of specks), hence what is
 * around them, holes too, is 4-connected. The rings run along the cracks between pixels, so filling the outer ring and
 * taking the holes out (even-odd or non-zero) gives back exactly the pixels of the region.
 */
export function traceRegions(labels: LabelMap): Regions {
  const { width, height } = labels;
  const { owner, regions } = connect(labels);
  const walked = new Uint8Array(width * height); // the top edges of pixels that a ring has already passed
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const index = owner[i]!;
      if (index < 0 || walked[i] || (y > 0 && owner[i - width] === index)) continue;
      const ring = walk(owner, width, height, x, y, walked);
      const region = regions[index]!;
      // In reading order the first edge of a region without a ring is its topmost one: that is the outer ring.
      if (region.outer) region.holes.push(ring);
      else region.outer = ring;
    }
  }
  return {
    width,
    height,
    owner,
    regions: regions.map(({ classId, area, left, top, right, bottom, outer, holes }) => ({
      classId,
      area,
      box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 },
      outer: outer!,
      holes,
    })),
  };
}

/** Flood fill over the eight neighbours. */
function connect({ width, height, data }: LabelMap): { owner: Int32Array; regions: OpenRegion[] } {
  const owner = new Int32Array(width * height).fill(-1);
  const stack = new Int32Array(width * height); // every pixel is pushed once at most
  const regions: OpenRegion[] = [];
  for (let start = 0; start < data.length; start++) {
    const classId = data[start]!;
    if (classId === UNLABELLED || owner[start]! >= 0) continue;
    const index = regions.length;
    const region: OpenRegion = { classId, area: 0, left: width, top: height, right: 0, bottom: 0, holes: [] };
    regions.push(region);
    owner[start] = index;
    stack[0] = start;
    for (let depth = 1; depth > 0;) {
      const i = stack[--depth]!;
      const x = i % width;
      const y = (i - x) / width;
      region.area++;
      region.left = Math.min(region.left, x);
      region.right = Math.max(region.right, x);
      region.top = Math.min(region.top, y);
      region.bottom = Math.max(region.bottom, y);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const n = ny * width + nx;
          if (data[n] !== classId || owner[n]! >= 0) continue;
          owner[n] = index;
          stack[depth++] = n;
        }
      }
    }
  }
  return { owner, regions };
}

// Directions in clockwise order on the screen: right, down, left, up.
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;
// Seen from a corner in that direction: the pixel ahead on the left-hand and on the right-hand side.
const LEFT_X = [0, 0, -1, -1] as const;
const LEFT_Y = [-1, 0, 0, -1] as const;
const RIGHT_X = [0, -1, -1, 0] as const;
const RIGHT_Y = [0, 0, -1, -1] as const;

/** Follows the crack from the top edge of pixel (startX, startY) to the right until it closes. */
function walk(
  owner: Int32Array,
  width: number,
  height: number,
  startX: number,
  startY: number,
  walked: Uint8Array,
): Ring {
  const region = owner[startY * width + startX]!;
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && owner[y * width + x] === region;
  const ring: number[] = [];
  let x = startX;
  let y = startY;
  let direction = 0;
  do {
    if (direction === 0) walked[y * width + x] = 1;
    x += STEP_X[direction]!;
    y += STEP_Y[direction]!;
    // Turning left first keeps pixels together that meet in a corner: 8-connected.
    if (inside(x + LEFT_X[direction]!, y + LEFT_Y[direction]!)) direction = (direction + 3) % 4;
    else if (inside(x + RIGHT_X[direction]!, y + RIGHT_Y[direction]!)) continue;
    else direction = (direction + 1) % 4;
    ring.push(x, y);
  } while (x !== startX || y !== startY || direction !== 0);
  return ring;
}
