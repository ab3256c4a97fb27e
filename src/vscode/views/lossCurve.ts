import type { LossPoint } from '../../jobs/lossPoint.ts';

export interface CurveStyle {
  readonly width: number;
  readonly height: number;
  /** `#rrggbb` */
  readonly stroke: string;
  readonly strokeWidth: number;
  /** Colour of the two axes; none without. */
  readonly axes?: string;
}

/** The held-out loss over the steps as a small SVG picture; on a logarithmic scale, as losses fall over decades. */
export function lossCurveSvg(points: readonly LossPoint[], style: CurveStyle): string {
  const { width, height, stroke, strokeWidth, axes } = style;
  const losses = points.map(({ loss }) => loss);
  const scale = losses.every((loss) => loss > 0) ? Math.log : (loss: number): number => loss;
  const heights = losses.map(scale);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const [first, last] = [points[0]?.step ?? 0, points.at(-1)?.step ?? 0];
  const margin = strokeWidth + (axes === undefined ? 0 : 4);
  const place = (value: number, from: number, to: number, length: number): number =>
    margin + (to > from ? (value - from) / (to - from) : 0.5) * (length - 2 * margin);
  const at = points.map(({ step }, i) => {
    const x = place(step, first, last, width);
    const y = height - place(heights[i]!, low, high, height);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  // One measurement alone: a dot, which a line of no length with round ends is.
  const line = at.length === 1 ? `M${at[0]!}h0` : at.length === 0 ? '' : `M${at.join('L')}`;
  const path = (d: string, colour: string, thick: number): string =>
    `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${thick}" stroke-linecap="round" stroke-linejoin="round"/>`;
  const frame = axes === undefined ? '' : path(`M2 2V${height - 2}H${width - 2}`, axes, 1);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `${frame}${path(line, stroke, strokeWidth)}</svg>`
  );
}
