import type { Tensor, TensorOf } from '../engine/tensor.ts';
import { UserError } from '../base/userError.ts';
import { printable } from '../base/printable.ts';
import type { ParameterSlot } from './parameterSlot.ts';

/** Weights by canonical name, as they stand in the checkpoint (no gains applied). */
export type Parameters = ReadonlyMap<string, TensorOf<'float32'>>;

/** Tensors by canonical name, of any type and shape yet. */
export type FoundTensors = ReadonlyMap<string, Tensor>;

/**
 * The tensors of all slots, each of the shape that its neighbours ask for.
 * @throws UserError that names `file` and the part which is missing or of another size.
 */
export function checkedParameters(found: FoundTensors, slots: readonly ParameterSlot[], file: string): Parameters {
  return new Map(slots.map((slot) => [slot.name, checkedParameter(found, slot, file)]));
}

/** The tensor of one slot; errors as in {@link checkedParameters}. */
export function checkedParameter(found: FoundTensors, slot: ParameterSlot, file: string): TensorOf<'float32'> {
  const { name, part, shape, axes } = slot;
  const tensor = found.get(name);
  if (!tensor) throw missingPart(file, part);
  if (tensor.dtype !== 'float32')
    throw new UserError(`${file}: ${part} holds ${tensor.dtype} values, expected floats.`);
  if (tensor.shape.length !== shape.length) {
    throw new UserError(`${file}: ${part} has the shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}].`);
  }
  const axis = shape.findIndex((length, i) => tensor.shape[i] !== length);
  if (axis >= 0) {
    throw new UserError(
      `${file}: ${part} has ${tensor.shape[axis]!} ${axes[axis] ?? 'values'}, expected ${shape[axis]!}.`,
    );
  }
  if (!allFinite(tensor.data)) {
    throw new UserError(
      `${file}: ${part} (${name}) holds values that are no finite numbers; the file is damaged or its training diverged.`,
    );
  }
  return tensor;
}

/** One size of a tensor that must have `rank` of them. */
export function sizeIn(found: FoundTensors, name: string, axis: number, rank: number, file: string): number {
  const tensor = found.get(name);
  if (!tensor) throw missingPart(file, name);
  if (tensor.shape.length !== rank || tensor.shape.includes(0)) {
    throw new UserError(`${file}: ${name} has the shape [${tensor.shape.join(', ')}], expected ${rank} sizes.`);
  }
  return tensor.shape[axis]!;
}

/** @throws UserError for names that a generator of the family does not have: what they would do is unknown. */
export function refuseUnknown(unknown: readonly string[], family: string, file: string): void {
  if (unknown.length === 0) return;
  const first = unknown.slice(0, 3).map(printable).join(', ');
  const more = unknown.length > 3 ? ` and ${unknown.length - 3} more` : '';
  throw new UserError(`${file} holds tensors that a ${family} generator does not have: ${first}${more}.`);
}

/** StyleGANs end at 1024²; noise of more than 4096² could not be drawn from a seed. */
const largestResolution = 4096;

/** 4, 8, … without a gap, as far as `has` says yes. */
export function resolutionsFrom4(found: ReadonlySet<number>, file: string): readonly number[] {
  const resolutions = [4];
  while (found.has(resolutions.at(-1)! * 2)) resolutions.push(resolutions.at(-1)! * 2);
  const next = resolutions.at(-1)! * 2;
  if (resolutions.at(-1)! > largestResolution)
    throw new UserError(
      `${file} makes images of ${resolutions.at(-1)!}×${resolutions.at(-1)!} pixels; up to ${largestResolution}² are known.`,
    );
  if (!found.has(4)) throw new UserError(`${file}: synthesis block 4x4 is missing.`);
  if (Math.max(...found) > next) throw new UserError(`${file}: synthesis block ${next}x${next} is missing.`);
  return resolutions;
}

/** @throws UserError for a generator that makes neither grey nor colour images. */
export function imageChannels(channels: number, file: string): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  throw new UserError(`${file}: its images have ${channels} channels; 1 (grey) and 3 (colour) are known.`);
}

export function missingPart(file: string, part: string): UserError {
  return new UserError(`${file}: ${part} is missing; the file is damaged, or holds only a part of a generator.`);
}

/** A plain loop: a large generator has tens of millions of values. */
function allFinite(values: Float32Array): boolean {
  // 0·x is 0 for finite x and NaN for all others.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0;
}
