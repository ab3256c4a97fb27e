import {
  add,
  conv,
  matMul,
  mul,
  range,
  reduceSum,
  reshape,
  rsqrt,
  scalar,
  scale,
  slice,
  square,
} from '../engine/ops.ts';
import type { Value } from '../engine/value.ts';
import type { Lookup } from './synthesis.ts';

/** The rows of layer `layer`: [N, wSize] of ws [N, L, wSize]. */
export function styleInput(ws: Value, layer: number): Value {
  const [count, , size] = ws.shape as [number, number, number];
  return reshape(slice(ws, [range(1, layer, layer + 1)]), [count, size]);
}

/** A style by the affine layer of `name`: [N, I]. The gain 1/√wSize is that of "equalised learning rates". */
export function styleOf(weight: Lookup, name: string, w: Value): Value {
  const dense = matMul(w, scale(weight(`${name}.style.weight`), 1 / Math.sqrt(w.shape[1]!)), { transB: true });
  return add(dense, weight(`${name}.style.bias`));
}

/**
 * Convolution whose weights are modulated by a style and, unless told otherwise, demodulated: Karras et al. 2020, section 2.2, in the
 * form that scales the maps instead of the weights, so that a batch shares one convolution.
 * @param x [N, I, H, W]
 * @param w [O, I, k, k]
 * @param style [N, I]
 * @param gain of the demodulated maps: as a factor of the demodulation it costs nothing
 * @param convolve What to do with the modulated x and w; an ordinary convolution of the same size when left out.
 */
export function modulatedConvolution(
  x: Value,
  w: Value,
  style: Value,
  {
    demodulate = true,
    gain = 1,
    convolve = (modulated) => conv(modulated, w, { pads: samePads(w) }),
  }: { readonly demodulate?: boolean; readonly gain?: number; readonly convolve?: (modulated: Value) => Value } = {},
): Value {
  const [count, inputs] = style.shape as [number, number];
  const y = convolve(mul(x, reshape(style, [count, inputs, 1, 1])));
  if (!demodulate) return y;
  const energy = matMul(square(style), reduceSum(square(w), [2, 3]), { transB: true });
  const factors = rsqrt(add(energy, scalar(1e-8)));
  return mul(y, reshape(gain === 1 ? factors : scale(factors, gain), [count, w.shape[0]!, 1, 1]));
}

function samePads(w: Value): readonly [number, number, number, number] {
  const pad = Math.floor(w.shape[2]! / 2);
  return [pad, pad, pad, pad];
}
