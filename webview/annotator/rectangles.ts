import type { LabelEdit } from '../../src/dataset/annotation/labelEdit.ts';
import type { Rectangle } from '../../src/dataset/annotation/rectangle.ts';

/** The smallest rectangle of whole pixels around the pixels of an edit, in an image `width` wide. */
export function rectangleOfEdit({ starts, lengths }: LabelEdit, width: number): Rectangle | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (let i = 0; i < starts.length; i++) {
    const first = starts[i]!;
    const last = first + lengths[i]! - 1;
    const [firstRow, lastRow] = [Math.floor(first / width), Math.floor(last / width)];
    top = Math.min(top, firstRow);
    bottom = Math.max(bottom, lastRow + 1);
    // A run that goes over the end of a row touches both edges.
    left = Math.min(left, firstRow === lastRow ? first % width : 0);
    right = Math.max(right, firstRow === lastRow ? (last % width) + 1 : width);
  }
  return left < right ? { x: left, y: top, width: right - left, height: bottom - top } : undefined;
}

/** What of a rectangle with any bounds lies in `width × height`, in whole pixels; undefined when nothing does. */
export function clipped(rectangle: Rectangle, width: number, height: number): Rectangle | undefined {
  const left = Math.max(0, Math.floor(rectangle.x));
  const top = Math.max(0, Math.floor(rectangle.y));
  const right = Math.min(width, Math.ceil(rectangle.x + rectangle.width));
  const bottom = Math.min(height, Math.ceil(rectangle.y + rectangle.height));
  return left < right && top < bottom ? { x: left, y: top, width: right - left, height: bottom - top } : undefined;
}
