import { GraphError, shapeText } from './value.ts';

/** The shape of an elementwise op on `a` and `b` (numpy's broadcasting rule). */
export function broadcastShapes(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new GraphError(`${op}: shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/** Axis −1 … −rank counted from the end. */
export function normalAxis(op: string, axis: number, shape: readonly number[]): number {
  const positive = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= shape.length) {
    throw new GraphError(`${op}: ${shapeText(shape)} has no axis ${axis}.`);
  }
  return positive;
}

export function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

/** One axis of a slice: elements start, start + step, … before end (after end for a negative step). Python's rule, all in range. */
export interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export function rangeLength({ start, end, step }: Range): number {
  return Math.max(0, Math.ceil((end - start) / step));
}

/** Zero padding of the two spatial axes: top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

export interface ConvolutionAttributes {
  /** Of rows and columns. */
  readonly strides: readonly [number, number];
  readonly pads: Pads;
  readonly groups: number;
}

/** Output shape of a 2-d convolution of x [N, C, H, W] with w [O, C/groups, kh, kw]. */
export function convolutionShape(
  x: readonly number[],
  w: readonly number[],
  { strides, pads, groups }: ConvolutionAttributes,
): number[] {
  const [n, c, h, width] = fourAxes('conv', x, w, x);
  const [o, i, kh, kw] = fourAxes('conv', x, w, w);
  if (c !== i * groups || o % groups !== 0) {
    throw new GraphError(`conv: weights ${shapeText(w)} in ${groups} group(s) do not fit an input ${shapeText(x)}.`);
  }
  const [top, left, bottom, right] = pads;
  const rows = Math.floor((h + top + bottom - kh) / strides[0]) + 1;
  const columns = Math.floor((width + left + right - kw) / strides[1]) + 1;
  if (rows < 1 || columns < 1)
    throw new GraphError(`conv: kernel ${shapeText(w)} is larger than the padded input ${shapeText(x)}.`);
  return [n, o, rows, columns];
}

/** Output shape of a 2-d transposed convolution of x [N, C, H, W] with w [C, O/groups, kh, kw]. */
export function transposedConvolutionShape(
  x: readonly number[],
  w: readonly number[],
  { strides, pads, groups }: ConvolutionAttributes,
): number[] {
  const [n, c, h, width] = fourAxes('convTranspose', x, w, x);
  const [i, o, kh, kw] = fourAxes('convTranspose', x, w, w);
  if (c !== i || c % groups !== 0) {
    throw new GraphError(
      `convTranspose: weights ${shapeText(w)} in ${groups} group(s) do not fit an input ${shapeText(x)}.`,
    );
  }
  const [top, left, bottom, right] = pads;
  const rows = (h - 1) * strides[0] + kh - top - bottom;
  const columns = (width - 1) * strides[1] + kw - left - right;
  if (rows < 1 || columns < 1)
    throw new GraphError(`convTranspose: pads ${pads.join(', ')} leave nothing of ${shapeText(x)}.`);
  return [n, o * groups, rows, columns];
}

function fourAxes(
  op: string,
  x: readonly number[],
  w: readonly number[],
  shape: readonly number[],
): [number, number, number, number] {
  if (shape.length !== 4)
    throw new GraphError(`${op}: input ${shapeText(x)} and weights ${shapeText(w)} must both have four axes.`);
  return shape as [number, number, number, number] & readonly number[];
}
