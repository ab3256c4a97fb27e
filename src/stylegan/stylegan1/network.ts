import {
  add,
  conv,
  convTranspose,
  expand,
  instanceNorm,
  leakyRelu,
  matMul,
  mul,
  pad,
  range,
  reduceMean,
  reshape,
  rsqrt,
  scalar,
  scale,
  slice,
  square,
  transpose,
  upsampleNearest,
} from '../../engine/ops.ts';
import { float32 } from '../../engine/tensor.ts';
import { constant, type Value } from '../../engine/value.ts';
import { layerName } from '../featureMap.ts';
import type { Lookup, Synthesis } from '../synthesis.ts';
import { convolutionName, type Stylegan1Architecture, type Stylegan1Block } from './architecture.ts';

// Karras et al. 2019, section 2 and NVlabs/stylegan training/networks_stylegan.py; the names of the parameters are
// those of parameters.ts. Gains are applied here ("equalised learning rate"), so stored weights are the trained ones.

const slope = 0.2;
const mappingRate = 0.01;

/**
 * The mapping network G_mapping.
 * @param z [N, zSize]
 * @returns w [N, wSize]
 */
export function mapping1({ mappingLayers }: Stylegan1Architecture, weight: Lookup, z: Value): Value {
  let x = mul(z, rsqrt(add(reduceMean(square(z), [1], true), scalar(1e-8))));
  for (let i = 0; i < mappingLayers; i++) {
    const gain = (Math.SQRT2 / Math.sqrt(x.shape[1]!)) * mappingRate;
    const y = matMul(x, scale(weight(`mapping.${i}.weight`), gain), { transB: true });
    x = leakyRelu(add(y, scale(weight(`mapping.${i}.bias`), mappingRate)), slope);
  }
  return x;
}

/**
 * The synthesis network G_synthesis.
 * @param ws [N, style layers, wSize]: one w for each AdaIN layer
 * @param noise one [N or 1, 1, r, r] for each AdaIN layer
 */
export function synthesis1(
  architecture: Stylegan1Architecture,
  weight: Lookup,
  ws: Value,
  noise: readonly Value[],
): Synthesis {
  const [count] = ws.shape as [number];
  const features = new Map<string, Value>();

  const epilogue = (x: Value, block: Stylegan1Block, which: 0 | 1, layer: number): Value => {
    const name = `synthesis.${block.resolution}`;
    const channels = block.channels;
    const strength = reshape(weight(`${name}.noise${which}.weight`), [1, channels, 1, 1]);
    const noisy = leakyRelu(add(x, mul(strength, noise[layer]!)), slope);
    const normal = instanceNorm(noisy, architecture.epsilon);
    const w = reshape(slice(ws, [range(1, layer, layer + 1)]), [count, architecture.wSize]);
    const dense = matMul(w, scale(weight(`${name}.style${which}.weight`), 1 / Math.sqrt(architecture.wSize)), {
      transB: true,
    });
    const style = reshape(add(dense, weight(`${name}.style${which}.bias`)), [count, 2, channels, 1, 1]);
    const part = (i: number) => reshape(slice(style, [range(1, i, i + 1)]), [count, channels, 1, 1]);
    const y = add(mul(normal, add(part(0), scalar(1))), part(1));
    features.set(layerName(layer), y);
    return y;
  };

  let x: Value | undefined;
  architecture.blocks.forEach((block, index) => {
    const name = `synthesis.${block.resolution}`;
    const bias = (of: string) => reshape(weight(of), [1, block.channels, 1, 1]);
    const first = x
      ? add(upsampled(block, x, weight(`${name}.up.weight`)), bias(`${name}.up.bias`))
      : expand(add(weight(`${name}.const`), bias(`${name}.bias`)), [count, block.channels, 4, 4]);
    const middle = epilogue(first, block, 0, 2 * index);
    const raw = add(
      conv(middle, gained(weight(`${name}.conv.weight`)), { pads: [1, 1, 1, 1] }),
      bias(`${name}.conv.bias`),
    );
    features.set(convolutionName(2 * index + 1), raw);
    x = epilogue(raw, block, 1, 2 * index + 1);
  });
  const toRgb = weight('torgb.weight');
  const rgb = conv(x!, scale(toRgb, 1 / Math.sqrt(toRgb.shape[1]!)));
  return { image: add(rgb, reshape(weight('torgb.bias'), [1, architecture.imageChannels, 1, 1])), features };
}

/** He's gain √2/√fan-in of a 3×3 convolution [O, I, 3, 3]. */
function gained(w: Value): Value {
  return scale(w, Math.SQRT2 / Math.sqrt(9 * w.shape[1]!));
}

/** Twice the resolution, then the blur; the bias comes after it. */
function upsampled(block: Stylegan1Block, x: Value, w: Value): Value {
  const y =
    block.upsampling === 'fused'
      ? fusedUpsampling(x, gained(w))
      : conv(upsampleNearest(x, 2), gained(w), { pads: [1, 1, 1, 1] });
  return block.blur ? blurred(y) : y;
}

/** "fused_scale" of NVlabs/stylegan: a stride-2 transposed convolution whose 4×4 kernel is the sum of four shifted 3×3 ones. */
function fusedUpsampling(x: Value, w: Value): Value {
  const shifted = [0, 1].flatMap((dy) => [0, 1].map((dx) => pad(w, [0, 0, dy, dx], [0, 0, 1 - dy, 1 - dx])));
  const fourByFour = shifted.reduce((a, b) => add(a, b));
  return convTranspose(x, transpose(fourByFour, [1, 0, 2, 3]), { stride: 2, pads: [1, 1, 1, 1] });
}

/** [1,2,1]⊗[1,2,1]/16 on each channel, zeros around. */
function blurred(x: Value): Value {
  const channels = x.shape[1]!;
  const binomial = [1, 2, 1].flatMap((a) => [1, 2, 1].map((b) => (a * b) / 16));
  const kernel = constant(float32([1, 1, 3, 3], binomial));
  return conv(x, expand(kernel, [channels, 1, 3, 3]), { pads: [1, 1, 1, 1], groups: channels });
}
