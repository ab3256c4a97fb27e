import { float32, float32Data, type Tensor } from '../../engine/tensor.ts';
import { OpenQuestion } from '../../base/openQuestion.ts';
import { UserError } from '../../base/userError.ts';
import {
  checkedParameter,
  checkedParameters,
  imageChannels,
  resolutionsFrom4,
  sizeIn,
  type FoundTensors,
} from '../checkedParameters.ts';
import type { Condition } from '../condition.ts';
import type { ImportedNetwork } from '../importedNetwork.ts';
import { noiseName } from '../noiseName.ts';
import { vectorSlot } from '../parameterSlot.ts';
import { stylegan2Layers, type Stylegan2Architecture } from './architecture.ts';
import { resampleFilter } from './network.ts';
import { stylegan2Parameters } from './parameters.ts';

/** What shapes do not tell. */
export interface Stylegan2Facts {
  readonly structure: Stylegan2Architecture['structure'];
  readonly clamp: number | null;
  /** The chosen class of a conditional network. */
  readonly chosenClass?: number | undefined;
  readonly assumed: readonly string[];
}

/**
 * A StyleGAN 2 generator from its tensors under canonical names; `w_avg` and `noise.00` … are taken when they are there.
 * @throws UserError that names `file` and the part which is missing or does not fit.
 */
export function assembleStylegan2(found: FoundTensors, facts: Stylegan2Facts, file: string): ImportedNetwork {
  const size = (name: string, axis: number, rank: number) => sizeIn(found, name, axis, rank, file);
  const resolutions = resolutionsFrom4(resolutionsIn(found), file);
  const blocks = resolutions.map((resolution) => ({
    resolution,
    channels: size(`synthesis.${resolution}.conv1.weight`, 0, 4),
  }));
  const last = resolutions.at(-1)!;
  const mapping = mappingSizes(found, facts.chosenClass, file);
  const architecture: Stylegan2Architecture = {
    family: 'stylegan2',
    resolution: last,
    ...mapping,
    imageChannels: imageChannels(size(`synthesis.${last}.torgb.weight`, 0, 4), file),
    structure: facts.structure,
    blocks,
    clamp: facts.clamp,
  };
  const noise = stylegan2Layers(architecture).flatMap(({ resolution, part }, layer) => {
    const slot = {
      name: noiseName(layer),
      part: `${part} noise`,
      shape: [1, 1, resolution, resolution],
      axes: ['', '', 'rows', 'columns'],
    };
    return found.has(slot.name) ? [checkedParameter(found, slot, file)] : [];
  });
  const whole = noise.length === stylegan2Layers(architecture).length;
  return {
    architecture,
    parameters: checkedParameters(found, stylegan2Parameters(architecture), file),
    ...(found.has('w_avg') ? { wAvg: checkedParameter(found, vectorSlot('w_avg', 'w_avg', mapping.wSize), file) } : {}),
    ...(whole ? { noise } : {}),
    assumed: facts.assumed,
  };
}

/** The sizes of the mapping network of StyleGAN 2 and 3. */
export function mappingSizes(
  found: FoundTensors,
  chosenClass: number | undefined,
  file: string,
): { zSize: number; wSize: number; mappingLayers: number; mappingWidth: number; condition: Condition } {
  const size = (name: string, axis: number) => sizeIn(found, name, axis, 2, file);
  const numbers = [...found.keys()].flatMap((key) => /^mapping\.(\d{1,3})\./.exec(key)?.[1] ?? []);
  const mappingLayers = 1 + Math.max(-1, ...numbers.map(Number));
  const condition = found.has('mapping.embed.weight')
    ? chosenCondition(size('mapping.embed.weight', 1), size('mapping.embed.weight', 0), chosenClass, file)
    : null;
  if (condition === null && chosenClass !== undefined)
    throw new UserError(`${file} is not conditional: it has no classes to choose from.`);
  return {
    zSize: size('mapping.0.weight', 1) - (condition?.width ?? 0),
    wSize: size(`mapping.${Math.max(0, mappingLayers - 1)}.weight`, 0),
    mappingLayers,
    mappingWidth: size('mapping.0.weight', 0),
    condition,
  };
}

function chosenCondition(classes: number, width: number, chosen: number | undefined, file: string): Condition {
  if (chosen === undefined)
    throw new OpenQuestion(
      `${file} is conditional: choose one of its ${classes} classes with --class 0 … ${classes - 1}.`,
      { kind: 'class', classes },
    );
  if (chosen >= classes)
    throw new UserError(`${file} has the classes 0 to ${classes - 1}; there is no class ${chosen}.`);
  return { classes, width, chosen };
}

function resolutionsIn(found: FoundTensors): ReadonlySet<number> {
  return new Set([...found.keys()].flatMap((key) => /^synthesis\.(\d{1,5})\./.exec(key)?.[1] ?? []).map(Number));
}

/**
 * @param gain of the stored kernel: 1, or 4 where it already makes up for inserted zeros
 * @throws UserError when it is another filter than StyleGAN 2's [1,3,3,1], which the graph applies.
 */
export function checkResampleFilter(kernel: Tensor, gain: number, key: string, file: string): void {
  const expected = resampleFilter.flatMap((a) => resampleFilter.map((b) => gain * a * b));
  const data = kernel.dtype === 'float32' ? kernel.data : [];
  if (data.length !== 16 || expected.some((value, i) => !(Math.abs(data[i]! - value) < 1e-5)))
    throw new UserError(`${file}: ${key} is not the filter of StyleGAN 2 ([1,3,3,1]), which is the only one known.`);
}

/** The same values under another shape. */
export function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  return tensor.dtype === 'float32' ? float32(shape, float32Data(tensor)) : tensor;
}
