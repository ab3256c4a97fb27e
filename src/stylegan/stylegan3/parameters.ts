import { convolutionSlot, denseSlots, vectorSlot, type ParameterSlot } from '../parameterSlot.ts';
import { mappingSlots } from '../stylegan2/mapping.ts';
import type { Stylegan3Architecture } from './architecture.ts';

/**
 * All tensors of a StyleGAN 3 generator as NVIDIA's files hold them.
 *
 * Those of the mapping network; `input.weight` [C, C], `input.style.{weight,bias}` (4 outputs: rotation and translation),
 * `input.transform` [3, 3], `input.freqs` [C, 2], `input.phases` [C]; per layer `layer{i}` `.weight` [O, I, k, k], `.bias`,
 * `.style.{weight,bias}`, `.magnitude` [1] (mean square of its input in training), and `.up` and `.down`, its filters.
 */
export function stylegan3Parameters(architecture: Stylegan3Architecture): readonly ParameterSlot[] {
  const { input, layers, wSize } = architecture;
  const { channels } = input;
  const matrix = (name: string, part: string, shape: number[]): ParameterSlot => ({
    name,
    part,
    shape,
    axes: ['rows', 'columns'],
  });
  return [
    ...mappingSlots(architecture),
    matrix('input.weight', 'synthesis input', [channels, channels]),
    ...denseSlots('input.style', 'synthesis input affine', 4, wSize),
    matrix('input.transform', 'synthesis input transform', [3, 3]),
    matrix('input.freqs', 'synthesis input frequencies', [channels, 2]),
    vectorSlot('input.phases', 'synthesis input phases', channels),
    ...layers.flatMap(({ inputs, outputs, kernel, upTaps, downTaps }, i) => {
      const name = layerKey(i);
      const part = `synthesis layer ${i}`;
      const filter = (which: string, taps: readonly number[] | null): ParameterSlot[] =>
        taps === null
          ? []
          : [{ name: `${name}.${which}`, part: `${part} ${which} filter`, shape: taps, axes: ['rows', 'columns'] }];
      return [
        convolutionSlot(name, part, outputs, inputs, kernel),
        vectorSlot(`${name}.bias`, `${part} bias`, outputs),
        ...denseSlots(`${name}.style`, `${part} style`, inputs, wSize),
        vectorSlot(`${name}.magnitude`, `${part} magnitude`, 1),
        ...filter('up', upTaps),
        ...filter('down', downTaps),
      ];
    }),
  ];
}

/** Name of the parameters of layer `i`. */
export function layerKey(i: number): string {
  return `layer${String(i).padStart(2, '0')}`;
}
