import {
  add,
  concat,
  expand,
  leakyRelu,
  matMul,
  mul,
  range,
  reduceMean,
  reshape,
  rsqrt,
  scalar,
  scale,
  slice,
  square,
} from '../../engine/ops.ts';
import type { Value } from '../../engine/value.ts';
import type { Condition } from '../condition.ts';
import { denseSlots, type ParameterSlot } from '../parameterSlot.ts';

// stylegan2-ada-pytorch training/networks.py, MappingNetwork; StyleGAN 3 has the same one. The names of the parameters are canonical.

/** The sizes of a mapping network. */
export interface MappingSizes {
  readonly zSize: number;
  readonly wSize: number;
  readonly mappingLayers: number;
  readonly mappingWidth: number;
  readonly condition: Condition;
}

const learningRate = 0.01;

/** `mapping.{i}.{weight,bias}`; `mapping.embed.{weight,bias}` of a conditional one. */
export function mappingSlots({ zSize, wSize, mappingLayers, mappingWidth, condition }: MappingSizes): ParameterSlot[] {
  const layers = Array.from({ length: mappingLayers }, (_, i) => {
    const inputs = i === 0 ? zSize + (condition?.width ?? 0) : mappingWidth;
    return denseSlots(`mapping.${i}`, `mapping layer ${i}`, i === mappingLayers - 1 ? wSize : mappingWidth, inputs);
  });
  const embed = condition ? denseSlots('mapping.embed', 'class embedding', condition.width, condition.classes) : [];
  return [...embed, ...layers.flat()];
}

/**
 * @param z [N, zSize]
 * @returns w [N, wSize]
 */
export function mapping2({ mappingLayers, condition }: MappingSizes, weight: (name: string) => Value, z: Value): Value {
  let x = normalized(z);
  if (condition) {
    const { classes, chosen, width } = condition;
    // The product with a one-hot row is a column of the weights.
    const column = slice(weight('mapping.embed.weight'), [range(1, chosen, chosen + 1)]);
    const embedding = add(
      scale(reshape(column, [1, width]), 1 / Math.sqrt(classes)),
      reshape(weight('mapping.embed.bias'), [1, width]),
    );
    x = concat([x, expand(normalized(embedding), [z.shape[0]!, width])], 1);
  }
  for (let i = 0; i < mappingLayers; i++) {
    const gain = learningRate / Math.sqrt(x.shape[1]!);
    const y = matMul(x, scale(weight(`mapping.${i}.weight`), gain), { transB: true });
    x = scale(leakyRelu(add(y, scale(weight(`mapping.${i}.bias`), learningRate)), 0.2), Math.SQRT2);
  }
  return x;
}

/** Divided by the root of the mean square of each row. */
function normalized(x: Value): Value {
  return mul(x, rsqrt(add(reduceMean(square(x), [1], true), scalar(1e-8))));
}
