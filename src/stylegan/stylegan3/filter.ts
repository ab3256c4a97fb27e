import { conv, convTranspose, expand, pad, range, reshape, scale, slice } from '../../engine/ops.ts';
import type { Value } from '../../engine/value.ts';

// upfirdn2d of NVIDIA's torch_utils/ops/upfirdn2d.py. Its filters are symmetric, so convolution and correlation are the same.

/** Of the upsampled map: left, right, top, bottom; negative ones crop. */
export type Padding = readonly [left: number, right: number, top: number, bottom: number];

/**
 * Inserts zeros to `up` times the size, pads, and filters with gain up².
 * @param x [N, C, H, W]
 * @param filter [T] for both axes or [T, T]; undefined: none
 * @returns [N, C, up·H + top + bottom − T + 1, …]
 */
export function upsample(x: Value, filter: Value | undefined, up: number, [left, right, top, bottom]: Padding): Value {
  if (!filter) {
    if (up !== 1) throw new Error('Upsampling needs a filter.');
    return padOrCrop(x, top, left, bottom, right);
  }
  const channels = x.shape[1]!;
  const taps = filter.shape[0]!;
  const perAxis = filter.shape.length === 1;
  const scaled = scale(filter, perAxis ? up : up * up);
  const passes: readonly (readonly [rows: number, columns: number])[] = perAxis
    ? [
        [taps, 1],
        [1, taps],
      ]
    : [[taps, taps]];
  const spread = passes.reduce((y, [rows, columns]) => {
    const kernel = perChannel(scaled, channels, rows, columns);
    return convTranspose(y, kernel, { stride: [rows > 1 ? up : 1, columns > 1 ? up : 1], groups: channels });
  }, x);
  // A transposed convolution keeps T − 1 pixels before the first that upfirdn2d with padding 0 keeps, and drops up − 1 zeros behind the last.
  const [before, after] = [1 - taps, up - taps];
  return padOrCrop(spread, top + before, left + before, bottom + after, right + after);
}

/**
 * Filters and keeps every `down`th pixel.
 * @param filter [T] for both axes or [T, T]; undefined: none
 */
export function downsample(x: Value, filter: Value | undefined, down: number): Value {
  const channels = x.shape[1]!;
  if (!filter) {
    if (down !== 1) throw new Error('Downsampling needs a filter.');
    return x;
  }
  const taps = filter.shape[0]!;
  if (filter.shape.length === 2)
    return conv(x, perChannel(filter, channels, taps, taps), { stride: down, groups: channels });
  const rows = conv(x, perChannel(filter, channels, taps, 1), { stride: [down, 1], groups: channels });
  return conv(rows, perChannel(filter, channels, 1, taps), { stride: [1, down], groups: channels });
}

function perChannel(filter: Value, channels: number, rows: number, columns: number): Value {
  return expand(reshape(filter, [1, 1, rows, columns]), [channels, 1, rows, columns]);
}

function padOrCrop(x: Value, top: number, left: number, bottom: number, right: number): Value {
  const padded = pad(x, [0, 0, Math.max(0, top), Math.max(0, left)], [0, 0, Math.max(0, bottom), Math.max(0, right)]);
  const [height, width] = padded.shape.slice(2) as [number, number];
  if ([top, left, bottom, right].every((n) => n >= 0)) return padded;
  return slice(padded, [
    range(2, Math.max(0, -top), height - Math.max(0, -bottom)),
    range(3, Math.max(0, -left), width - Math.max(0, -right)),
  ]);
}
