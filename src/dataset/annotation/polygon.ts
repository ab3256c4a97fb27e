import type { Area } from './area.ts';
import type { Point } from './brush.ts';

/**
 * The pixels whose centres lie in a closed polygon (the last point joins the first): polygon and lasso alike.
 *
 * By the non-zero rule: a lasso that crosses itself on the way home would leave holes under the even-odd rule, and nobody means these.
 * A centre that lies exactly on an edge belongs to the side on the right or below, so polygons that share an edge neither overlap nor
 * leave a gap.
 * @param points image pixels with fractions, also outside of the image
 */
export function polygonArea(points: readonly Point[], width: number, height: number): Area {
  const mask = new Uint8Array(width * height);
  /** By row: where edges cross the line through the pixel centres, and whether they go down (1) or up (−1). */
  const crossings: { readonly x: number; readonly turn: 1 | -1 }[][] = Array.from({ length: height }, () => []);
  for (const [i, a] of points.entries()) {
    const b = points[(i + 1) % points.length]!;
    const [upper, lower, turn] = a.y < b.y ? ([a, b, 1] as const) : ([b, a, -1] as const);
    // Rows with upper.y ≤ y + 1/2 < lower.y.
    const end = Math.min(height, Math.ceil(lower.y - 0.5));
    for (let y = Math.max(0, Math.ceil(upper.y - 0.5)); y < end; y++) {
      const share = (y + 0.5 - upper.y) / (lower.y - upper.y);
      crossings[y]!.push({ x: upper.x + share * (lower.x - upper.x), turn });
    }
  }
  let [left, right, top, bottom] = [width, 0, height, -1];
  for (const [y, row] of crossings.entries()) {
    row.sort((p, q) => p.x - q.x);
    let winding = 0;
    for (const [i, { x, turn }] of row.entries()) {
      winding += turn;
      if (winding === 0 || i + 1 === row.length) continue;
      const from = Math.max(0, Math.ceil(x - 0.5));
      const to = Math.min(width, Math.ceil(row[i + 1]!.x - 0.5));
      if (from >= to) continue;
      mask.fill(1, y * width + from, y * width + to);
      left = Math.min(left, from);
      right = Math.max(right, to);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  const box = bottom < 0 ? undefined : { x: left, y: top, width: right - left, height: bottom - top + 1 };
  return { width, height, mask, box };
}
