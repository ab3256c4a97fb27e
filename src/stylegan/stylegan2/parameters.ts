import { convolutionSlot, denseSlots, vectorSlot, type ParameterSlot } from '../parameterSlot.ts';
import { makesImage, stylegan2Layers, type Stylegan2Architecture } from './architecture.ts';
import { mappingSlots } from './mapping.ts';

/**
 * All tensors of a StyleGAN 2 generator, with PyTorch's axes and NVIDIA's scale: weights without their gains, which the graph applies.
 *
 * Those of {@link mappingSlots}; `synthesis.4.const` [1, C, 4, 4]; per layer `synthesis.{R}.conv{0,1}` `.weight` [O, I, 3, 3], `.bias`,
 * `.noise` [1], `.style.{weight,bias}`; `synthesis.{R}.torgb` alike, 1×1; in a residual network `synthesis.{R}.skip.weight` [O, I, 1, 1].
 */
export function stylegan2Parameters(architecture: Stylegan2Architecture): readonly ParameterSlot[] {
  const { blocks, wSize, imageChannels, structure } = architecture;
  const layers = stylegan2Layers(architecture).flatMap(({ name, part, inputs, outputs }) => [
    convolutionSlot(name, part, outputs, inputs, 3),
    vectorSlot(`${name}.bias`, `${part} bias`, outputs),
    vectorSlot(`${name}.noise`, `${part} noise strength`, 1),
    ...denseSlots(`${name}.style`, `${part} style`, inputs, wSize),
  ]);
  const ends = blocks.flatMap(({ resolution, channels }, index) => {
    const name = `synthesis.${resolution}`;
    const part = `synthesis block ${resolution}x${resolution}`;
    const before = blocks[index - 1];
    const skip =
      structure === 'resnet' && before
        ? [convolutionSlot(`${name}.skip`, `${part} skip`, channels, before.channels, 1)]
        : [];
    if (!makesImage(architecture, index)) return skip;
    return [
      ...skip,
      convolutionSlot(`${name}.torgb`, `${part} torgb`, imageChannels, channels, 1),
      vectorSlot(`${name}.torgb.bias`, `${part} torgb bias`, imageChannels),
      ...denseSlots(`${name}.torgb.style`, `${part} torgb style`, channels, wSize),
    ];
  });
  const constant: ParameterSlot = {
    name: 'synthesis.4.const',
    part: 'synthesis block 4x4 const',
    shape: [1, blocks[0]!.channels, 4, 4],
    axes: ['images', 'channels', 'rows', 'columns'],
  };
  return [...mappingSlots(architecture), constant, ...layers, ...ends];
}
