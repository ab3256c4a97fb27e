import type { ParameterSlot } from '../parameterSlot.ts';
import type { Stylegan1Architecture } from './architecture.ts';

/** A tensor with its key in `karras2019stylegan-*.for_g_all.pt`. */
export interface Stylegan1Slot extends ParameterSlot {
  readonly checkpointKey: string;
}

const vector = ['values'];
const dense = ['outputs', 'inputs'];
const convolution = ['output channels', 'input channels', 'kernel rows', 'kernel columns'];

/**
 * All tensors of a generator in the order of its layers, with PyTorch's axes. Values are those of the checkpoint: weights
 * without their gains (√2/√fan-in and the like), which the graph applies.
 *
 * `mapping.{i}.{weight,bias}`; `synthesis.4.const`, `synthesis.4.bias`; `synthesis.{R}.up.{weight,bias}` for R > 4;
 * `synthesis.{R}.conv.{weight,bias}`; `synthesis.{R}.noise{0,1}.weight` and `synthesis.{R}.style{0,1}.{weight,bias}` of the
 * block's two AdaIN layers; `torgb.{weight,bias}`.
 */
export function stylegan1Parameters(architecture: Stylegan1Architecture): readonly Stylegan1Slot[] {
  const { zSize, wSize, mappingWidth, mappingLayers, imageChannels, blocks } = architecture;
  const slots: Stylegan1Slot[] = [];
  const slot = (name: string, checkpointKey: string, part: string, shape: number[], axes: string[]): void =>
    void slots.push({ name, checkpointKey, part, shape, axes });
  const weightAndBias = (name: string, key: string, part: string, shape: number[], axes: string[]): void => {
    slot(`${name}.weight`, `${key}.weight`, part, shape, axes);
    slot(`${name}.bias`, `${key}.bias`, `${part} bias`, [shape[0]!], vector);
  };

  for (let i = 0; i < mappingLayers; i++) {
    const shape = [i === mappingLayers - 1 ? wSize : mappingWidth, i === 0 ? zSize : mappingWidth];
    weightAndBias(`mapping.${i}`, `g_mapping.dense${i}`, `mapping layer ${i}`, shape, dense);
  }
  blocks.forEach(({ resolution, channels }, index) => {
    const name = `synthesis.${resolution}`;
    const key = `g_synthesis.blocks.${resolution}x${resolution}`;
    const part = `synthesis block ${resolution}x${resolution}`;
    const before = blocks[index - 1];
    if (before) {
      weightAndBias(
        `${name}.up`,
        `${key}.conv0_up`,
        `${part} conv0_up`,
        [channels, before.channels, 3, 3],
        convolution,
      );
    } else {
      slot(
        `${name}.const`,
        `${key}.const`,
        `${part} const`,
        [1, channels, 4, 4],
        ['images', 'channels', 'rows', 'columns'],
      );
      slot(`${name}.bias`, `${key}.bias`, `${part} bias`, [channels], vector);
    }
    const conv = before ? 'conv1' : 'conv';
    weightAndBias(`${name}.conv`, `${key}.${conv}`, `${part} ${conv}`, [channels, channels, 3, 3], convolution);
    for (const layer of [0, 1]) {
      const epilogue = `${key}.epi${layer + 1}`;
      slot(
        `${name}.noise${layer}.weight`,
        `${epilogue}.top_epi.noise.weight`,
        `${part} epi${layer + 1} noise`,
        [channels],
        vector,
      );
      const style = `${part} epi${layer + 1} style`;
      weightAndBias(`${name}.style${layer}`, `${epilogue}.style_mod.lin`, style, [2 * channels, wSize], dense);
    }
  });
  weightAndBias('torgb', 'g_synthesis.torgb', 'torgb', [imageChannels, blocks.at(-1)!.channels, 1, 1], convolution);
  return slots;
}
