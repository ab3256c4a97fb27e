/** One tensor of a generator. */
export interface ParameterSlot {
  /** Our name of it, in every file that we write. */
  readonly name: string;
  /** What a person would call the part that it belongs to. */
  readonly part: string;
  readonly shape: readonly number[];
  /** What the axes count. */
  readonly axes: readonly string[];
}

const dense = ['outputs', 'inputs'];
const convolution = ['output channels', 'input channels', 'kernel rows', 'kernel columns'];

/** `{name}.weight` [outputs, inputs] and `{name}.bias` [outputs]. */
export function denseSlots(name: string, part: string, outputs: number, inputs: number): ParameterSlot[] {
  return [
    { name: `${name}.weight`, part, shape: [outputs, inputs], axes: dense },
    vectorSlot(`${name}.bias`, `${part} bias`, outputs),
  ];
}

/** `{name}.weight` [outputs, inputs, kernel, kernel]. */
export function convolutionSlot(
  name: string,
  part: string,
  outputs: number,
  inputs: number,
  kernel: number,
): ParameterSlot {
  return { name: `${name}.weight`, part, shape: [outputs, inputs, kernel, kernel], axes: convolution };
}

export function vectorSlot(name: string, part: string, length: number): ParameterSlot {
  return { name, part, shape: [length], axes: ['values'] };
}
