import {
  add,
  clamp,
  concat,
  conv,
  div,
  leakyRelu,
  matMul,
  mul,
  neg,
  range,
  reduceMean,
  reduceSum,
  reshape,
  rsqrt,
  scalar,
  scale,
  sin,
  slice,
  sqrt,
  square,
  sub,
  transpose,
} from '../../engine/ops.ts';
import { float32 } from '../../engine/tensor.ts';
import { constant, type Value } from '../../engine/value.ts';
import { layerName } from '../featureMap.ts';
import { modulatedConvolution, styleInput, styleOf } from '../modulation.ts';
import type { Lookup, Synthesis } from '../synthesis.ts';
import type { Stylegan3Architecture, Stylegan3Layer } from './architecture.ts';
import { downsample, upsample } from './filter.ts';
import { layerKey } from './parameters.ts';

// Karras et al. 2021 and NVlabs/stylegan3 training/networks_stylegan3.py.

/**
 * The synthesis network. Its image and its features are those of a batch of one: the original divides styles by their mean over the
 * whole batch, which demodulation cancels.
 * @param ws [N, style layers, wSize]
 */
export function synthesis3(architecture: Stylegan3Architecture, weight: Lookup, ws: Value): Synthesis {
  const features = new Map<string, Value>();
  let x = waves(architecture, weight, styleInput(ws, 0));
  architecture.layers.forEach((layer, i) => {
    x = synthesisLayer(layer, layerKey(i), weight, x, styleInput(ws, i + 1));
    if (!layer.isToRgb) features.set(layerName(i), withoutMargin(x, layer.samplingRate));
  });
  return { image: scale(x, architecture.outputScale), features };
}

/**
 * SynthesisInput: sine waves, rotated and shifted by w.
 * @param w [N, wSize]
 * @returns [N, C, size, size]
 */
function waves(
  { input: { channels, size, samplingRate, bandwidth } }: Stylegan3Architecture,
  weight: Lookup,
  w: Value,
): Value {
  const [count] = w.shape as [number];
  const affine = styleOf(weight, 'input', w);
  const part = (i: number) => slice(affine, [range(1, i, i + 1)]);
  const norm = sqrt(add(square(part(0)), square(part(1))));
  const [cosine, sine, dx, dy] = [0, 1, 2, 3].map((i) => div(part(i), norm)) as [Value, Value, Value, Value];

  // transforms = R·T·transform: of its first two rows the 2×2 part turns the frequencies, the rest shifts the phases.
  const one = add(mul(cosine, scalar(0)), scalar(1));
  const zero = mul(cosine, scalar(0));
  const matrix = (...entries: Value[]) => reshape(concat(entries, 1), [count, 3, 3]);
  const rotation = matrix(cosine, neg(sine), zero, sine, cosine, zero, zero, zero, one);
  const translation = matrix(one, zero, neg(dx), zero, one, neg(dy), zero, zero, one);
  const transform = matMul(matMul(rotation, translation), reshape(weight('input.transform'), [1, 3, 3]));
  const linear = slice(transform, [range(1, 0, 2), range(2, 0, 2)]);
  const shift = slice(transform, [range(1, 0, 2), range(2, 2, 3)]);

  const stored = reshape(weight('input.freqs'), [1, channels, 2]);
  const phases = add(reshape(weight('input.phases'), [1, 1, channels]), transpose(matMul(stored, shift), [0, 2, 1]));
  const frequencies = matMul(stored, linear);
  // Waves that the rotation took out of the band fade away.
  const length = sqrt(reduceSum(square(frequencies), [2]));
  const beyond = scale(sub(length, scalar(bandwidth)), 1 / (samplingRate / 2 - bandwidth));
  const amplitude = reshape(unitInterval(sub(scalar(1), beyond)), [count, 1, channels]);

  const angle = add(matMul(constant(pixelGrid(size, samplingRate)), transpose(frequencies, [0, 2, 1])), phases);
  const waves = mul(sin(scale(angle, 2 * Math.PI)), amplitude);
  const mixed = matMul(waves, scale(weight('input.weight'), 1 / Math.sqrt(channels)), { transB: true });
  return transpose(reshape(mixed, [count, size, size, channels]), [0, 3, 1, 2]);
}

/** x between 0 and 1. */
function unitInterval(x: Value): Value {
  return add(clamp(sub(x, scalar(0.5)), 0.5), scalar(0.5));
}

/** Where the pixels' centres are, [1, size·size, 2] as x, y: the image's square has the side `samplingRate` pixels and is 1 wide. */
function pixelGrid(size: number, samplingRate: number) {
  const at = Array.from({ length: size }, (_, i) => ((2 * i + 1) / size - 1) * ((0.5 * size) / samplingRate));
  return float32(
    [1, size * size, 2],
    at.flatMap((y) => at.flatMap((x) => [x, y])),
  );
}

/** SynthesisLayer: modulated convolution, and the activation between up- and downsampling (filtered_lrelu). */
function synthesisLayer(layer: Stylegan3Layer, name: string, weight: Lookup, x: Value, w: Value): Value {
  const { isToRgb, kernel, outputs, inputs } = layer;
  const affine = styleOf(weight, name, w);
  const raw = weight(`${name}.weight`);
  // Magnitudes near 1 before demodulation, so that its epsilon means the same in every layer.
  const style = isToRgb
    ? scale(affine, 1 / Math.sqrt(inputs * kernel * kernel))
    : mul(affine, rsqrt(reduceMean(square(affine), [1], true)));
  const kernels = isToRgb ? raw : mul(raw, rsqrt(reduceMean(square(raw), [1, 2, 3], true)));
  const gain = reshape(rsqrt(weight(`${name}.magnitude`)), [1, 1, 1, 1]);
  const y = modulatedConvolution(mul(x, gain), kernels, style, {
    demodulate: !isToRgb,
    convolve: (modulated) => conv(modulated, kernels, { pads: [kernel - 1, kernel - 1, kernel - 1, kernel - 1] }),
  });
  const biased = add(y, reshape(weight(`${name}.bias`), [1, outputs, 1, 1]));
  const fine = upsample(biased, layer.upTaps ? weight(`${name}.up`) : undefined, layer.up, layer.padding);
  const active = isToRgb ? fine : scale(leakyRelu(fine, 0.2), Math.SQRT2);
  const limited = layer.clamp === null ? active : clamp(active, layer.clamp);
  return downsample(limited, layer.downTaps ? weight(`${name}.down`) : undefined, layer.down);
}

/** The image's part of a map. */
function withoutMargin(x: Value, resolution: number): Value {
  const margin = (x.shape[2]! - resolution) / 2;
  return margin === 0 ? x : slice(x, [range(2, margin, margin + resolution), range(3, margin, margin + resolution)]);
}
