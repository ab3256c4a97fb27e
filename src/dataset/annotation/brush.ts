/** A brush as the person sets it. */
export interface Brush {
  readonly shape: 'circle' | 'square';
  /** In image pixels, a whole number from 1 on: so many pixels are painted across at a standstill. */
  readonly diameter: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Where the middle of the brush comes to lie for a cursor at (x, y), in image pixels: the nearest pixel centre for odd diameters, the
 * nearest pixel corner for even ones. So a brush of one pixel always paints the pixel under the cursor, and a dab looks the same
 * wherever it is. The outline under the cursor is to be drawn around this point.
 */
export function brushCentre({ x, y }: Point, { diameter }: Brush): Point {
  return diameter % 2 === 1
    ? { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 }
    : { x: Math.round(x), y: Math.round(y) };
}

/**
 * The rows of pixels that a brush covers on the straight way from one centre to another: the pixels whose centre is at most half a
 * diameter from the way, in Euclid's distance for a circle, in the larger of both coordinates for a square. Such a shape is convex, so
 * each row is one run.
 *
 * Everything is in half pixels, where centres (2x + 1) and ways are whole numbers: whether a pixel belongs is decided exactly.
 */
export class SweptBrush {
  readonly #shape: Brush['shape'];
  readonly #radius: number;
  readonly #ax: number;
  readonly #ay: number;
  readonly #bx: number;
  readonly #by: number;

  constructor({ shape, diameter }: Brush, from: Point, to: Point) {
    this.#shape = shape;
    this.#radius = diameter;
    this.#ax = 2 * from.x;
    this.#ay = 2 * from.y;
    this.#bx = 2 * to.x;
    this.#by = 2 * to.y;
  }

  /** First and last row that can hold covered pixels, whether the image has them or not. */
  get rows(): { readonly first: number; readonly last: number } {
    return {
      first: Math.ceil((Math.min(this.#ay, this.#by) - this.#radius - 1) / 2),
      last: Math.floor((Math.max(this.#ay, this.#by) + this.#radius - 1) / 2),
    };
  }

  /** Whether the centre of pixel (x, y) is covered. */
  covers(x: number, y: number): boolean {
    const r = this.#radius;
    const [dx, dy] = [this.#bx - this.#ax, this.#by - this.#ay];
    const [px, py] = [2 * x + 1 - this.#ax, 2 * y + 1 - this.#ay];
    const cross = dx * py - dy * px;
    if (this.#shape === 'square')
      // The separating axes of a square swept along a line: the two coordinates and the line's normal.
      return (
        px >= Math.min(0, dx) - r &&
        px <= Math.max(0, dx) + r &&
        py >= Math.min(0, dy) - r &&
        py <= Math.max(0, dy) + r &&
        Math.abs(cross) <= r * (Math.abs(dx) + Math.abs(dy))
      );
    const along = dx * px + dy * py;
    const length = dx * dx + dy * dy;
    if (along <= 0) return px * px + py * py <= r * r;
    if (along >= length) return (px - dx) ** 2 + (py - dy) ** 2 <= r * r;
    return cross * cross <= r * r * length;
  }

  /**
   * The covered pixels of row y among columns 0 … width − 1, as first and last + 1; the same twice when there are none.
   * Estimated in floats, then both ends are moved to where {@link covers} changes.
   */
  run(y: number, width: number): readonly [from: number, to: number] {
    const [left, right] = this.#estimate(2 * y + 1);
    if (left > right) return [0, 0];
    let from = Math.max(0, Math.ceil((left - 1) / 2) - 1);
    let to = Math.min(width, Math.floor((right - 1) / 2) + 2);
    while (from < to && !this.covers(from, y)) from++;
    while (to > from && !this.covers(to - 1, y)) to--;
    return from < to ? [from, to] : [0, 0];
  }

  /** The stretch of the horizontal line at `y` that lies in the shape, in half pixels; left > right when there is none. */
  #estimate(y: number): readonly [left: number, right: number] {
    const r = this.#radius;
    const [ax, ay, bx, by] = [this.#ax, this.#ay, this.#bx, this.#by];
    const [dx, dy] = [bx - ax, by - ay];
    // A hair more than exact, so that rounding never loses the outermost pixel.
    const slack = 1e-6;
    let [left, right] = [Infinity, -Infinity];
    const include = (from: number, to: number): void => {
      left = Math.min(left, from - slack);
      right = Math.max(right, to + slack);
    };
    if (this.#shape === 'square') {
      // The part of the way that is within r of this row.
      let [start, end] = [0, 1];
      if (dy === 0) {
        if (Math.abs(y - ay) > r) return [left, right];
      } else {
        const [t0, t1] = [(y - r - ay) / dy, (y + r - ay) / dy];
        start = Math.max(0, Math.min(t0, t1) - slack);
        end = Math.min(1, Math.max(t0, t1) + slack);
        if (start > end) return [left, right];
      }
      const [x0, x1] = [ax + start * dx, ax + end * dx];
      include(Math.min(x0, x1) - r, Math.max(x0, x1) + r);
      return [left, right];
    }
    for (const [cx, cy] of [
      [ax, ay],
      [bx, by],
    ] as const) {
      const h = r * r - (y - cy) ** 2;
      if (h >= 0) include(cx - Math.sqrt(h), cx + Math.sqrt(h));
    }
    const length = Math.hypot(dx, dy);
    if (length === 0) return [left, right];
    // The band between the two circles: |cross| ≤ r·length and 0 ≤ along ≤ length².
    let [low, high] = [-Infinity, Infinity];
    const clip = (slope: number, offset: number, min: number, max: number): void => {
      // min ≤ slope · (x − ax) + offset ≤ max
      if (slope === 0) {
        if (offset < min || offset > max) high = -Infinity;
        return;
      }
      const [p, q] = [(min - offset) / slope, (max - offset) / slope];
      low = Math.max(low, Math.min(p, q));
      high = Math.min(high, Math.max(p, q));
    };
    const py = y - ay;
    clip(-dy, dx * py, -r * length, r * length);
    clip(dx, dy * py, 0, length * length);
    if (low <= high) include(ax + low, ax + high);
    return [left, right];
  }
}
