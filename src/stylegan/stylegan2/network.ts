import {
  add,
  clamp,
  concat,
  conv,
  convTranspose,
  expand,
  leakyRelu,
  mul,
  range,
  reshape,
  scale,
  slice,
  transpose,
} from '../../engine/ops.ts';
import { float32 } from '../../engine/tensor.ts';
import { constant, type Value } from '../../engine/value.ts';
import { layerName } from '../featureMap.ts';
import { modulatedConvolution, styleInput, styleOf } from '../modulation.ts';
import type { Lookup, Synthesis } from '../synthesis.ts';
import { makesImage, stylegan2Layers, type Stylegan2Architecture, type Stylegan2Layer } from './architecture.ts';

// Karras et al. 2020 and stylegan2-ada-pytorch training/networks.py, SynthesisNetwork.

/** The one low-pass filter of StyleGAN 2 along one axis; it is applied to rows and columns. */
export const resampleFilter = [1, 3, 3, 1].map((tap) => tap / 8);

/**
 * The synthesis network.
 * @param ws [N, style layers, wSize]
 * @param noise one [N or 1, 1, r, r] for each synthesis layer
 */
export function synthesis2(
  architecture: Stylegan2Architecture,
  weight: Lookup,
  ws: Value,
  noise: readonly Value[],
): Synthesis {
  const { blocks, structure, clamp: limit } = architecture;
  const [count] = ws.shape as [number];
  const features = new Map<string, Value>();
  const layers = stylegan2Layers(architecture);
  const limited = (x: Value, gain = 1) => (limit === null ? x : clamp(x, limit * gain));

  /** Style `index` is also the index of the layer. @param branch gain of a residual branch */
  const layer = (x: Value, index: number, branch = 1): Value => {
    // The gain behind the activation is put before it, on vectors: a leaky ReLU of gain·x is gain times that of x.
    const gain = Math.SQRT2 * branch;
    const { name, outputs, up } = layers[index] as Stylegan2Layer;
    const w = weight(`${name}.weight`);
    const style = styleOf(weight, name, styleInput(ws, index));
    const y = modulatedConvolution(
      x,
      w,
      style,
      up ? { gain, convolve: (modulated) => upsampledConvolution(modulated, w) } : { gain },
    );
    const noisy = add(y, mul(noise[index]!, reshape(scale(weight(`${name}.noise`), gain), [1, 1, 1, 1])));
    const biased = add(noisy, reshape(scale(weight(`${name}.bias`), gain), [1, outputs, 1, 1]));
    const active = limited(leakyRelu(biased, 0.2), branch);
    features.set(layerName(index), active);
    return active;
  };
  const toRgb = (x: Value, resolution: number, styleIndex: number): Value => {
    const name = `synthesis.${resolution}.torgb`;
    const w = weight(`${name}.weight`);
    const style = scale(styleOf(weight, name, styleInput(ws, styleIndex)), 1 / Math.sqrt(w.shape[1]!));
    const y = modulatedConvolution(x, w, style, { demodulate: false });
    return limited(add(y, reshape(weight(`${name}.bias`), [1, architecture.imageChannels, 1, 1])));
  };

  let x = expand(weight('synthesis.4.const'), [count, blocks[0]!.channels, 4, 4]);
  let image: Value | undefined;
  blocks.forEach(({ resolution }, block) => {
    const last = 2 * block;
    if (block === 0) x = layer(x, 0);
    else if (structure === 'resnet') {
      const skip = residual(x, weight(`synthesis.${resolution}.skip.weight`));
      x = add(skip, layer(layer(x, last - 1), last, Math.SQRT1_2));
    } else x = layer(layer(x, last - 1), last);
    image &&= upsampled(image);
    if (!makesImage(architecture, block)) return;
    // The image's style is that of the next block's first layer.
    const rgb = toRgb(x, resolution, last + 1);
    image = image ? add(image, rgb) : rgb;
  });
  return { image: image!, features };
}

/** Transposed convolution with stride 2, then the low-pass filter: [N, I, H, W] → [N, O, 2H, 2W]. */
function upsampledConvolution(x: Value, w: Value): Value {
  const [count, , height, width] = x.shape as [number, number, number, number];
  const [outputs, , rows, columns] = w.shape as [number, number, number, number];
  // onnxruntime unfolds every output channel's taps for the whole map at once (300 MB at 1024²): a few channels at a time give the same.
  const unfolded = count * outputs * rows * columns * height * width;
  const parts = Math.min(outputs, 2 ** Math.max(0, Math.ceil(Math.log2(unfolded / mostUnfolded))));
  const size = Math.ceil(outputs / parts);
  const starts = Array.from({ length: Math.ceil(outputs / size) }, (_, i) => i * size);
  const maps = starts.map((start) => upsampledPart(x, slice(w, [range(0, start, Math.min(outputs, start + size))])));
  return maps.length === 1 ? maps[0]! : concat(maps, 1);
}

/** 100 MB. */
const mostUnfolded = 25e6;

function upsampledPart(x: Value, w: Value): Value {
  const y = convTranspose(x, transpose(w, [1, 0, 2, 3]), { stride: 2 });
  const channels = w.shape[0]!;
  // Of the zeros that stride 2 inserts three in four pixels are, hence the gain of 2 for each axis.
  return conv(y, expand(filter(2), [channels, 1, 4, 4]), { pads: [1, 1, 1, 1], groups: channels });
}

/** Twice the resolution by zero insertion and the low-pass filter. */
function upsampled(x: Value): Value {
  const channels = x.shape[1]!;
  return convTranspose(x, expand(filter(2), [channels, 1, 4, 4]), { stride: 2, pads: [1, 1, 1, 1], groups: channels });
}

/** The shortcut of a residual block. */
function residual(x: Value, w: Value): Value {
  const gain = Math.SQRT1_2 / Math.sqrt(w.shape[1]!);
  return upsampled(conv(x, scale(w, gain)));
}

function filter(gain: number): Value {
  const taps = resampleFilter.map((tap) => gain * tap);
  return constant(
    float32(
      [1, 1, 4, 4],
      taps.flatMap((a) => taps.map((b) => a * b)),
    ),
  );
}
