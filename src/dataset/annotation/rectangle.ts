/** Whole pixels of an image: what must be drawn again. Never empty. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle around both. */
export function around(a: Rectangle | undefined, b: Rectangle | undefined): Rectangle | undefined {
  if (!a || !b) return a ?? b;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** With a border of `by` pixels on each side, as far as the image goes. */
export function grown(
  { x, y, width, height }: Rectangle,
  by: number,
  image: { readonly width: number; readonly height: number },
): Rectangle {
  const [left, top] = [Math.max(0, x - by), Math.max(0, y - by)];
  return {
    x: left,
    y: top,
    width: Math.min(image.width, x + width + by) - left,
    height: Math.min(image.height, y + height + by) - top,
  };
}
