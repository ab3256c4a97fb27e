import type { Tensor } from '../engine/tensor.ts';
import { UserError } from '../base/userError.ts';
import { tensorflowNetwork } from './networkPickle.ts';
import { Malformed } from './pickle/malformed.ts';
import { numpyArray } from './pickle/numpyArray.ts';
import { PickleObject, PickleTuple, type PickleValue } from './pickle/pickleValue.ts';
import { printable } from '../base/printable.ts';

/** A network of NVIDIA's TensorFlow programs as they pickle it: variables and settings, all data. */
export class TensorflowNetwork {
  readonly #state: ReadonlyMap<PickleValue, PickleValue>;

  private constructor(state: ReadonlyMap<PickleValue, PickleValue>) {
    this.#state = state;
  }

  /** undefined for what is no such network. */
  static of(value: PickleValue | undefined): TensorflowNetwork | undefined {
    const isNetwork = value instanceof PickleObject && value.type === tensorflowNetwork;
    return isNetwork && value.state instanceof Map ? new TensorflowNetwork(value.state) : undefined;
  }

  /** 3: StyleGAN 1; 4: StyleGAN 2. */
  get version(): PickleValue | undefined {
    return this.#state.get('version');
  }

  /** What the network was built with. */
  setting(name: string): PickleValue | undefined {
    const settings = this.#state.get('static_kwargs');
    return settings instanceof Map ? settings.get(name) : undefined;
  }

  component(name: string): TensorflowNetwork | undefined {
    const components = this.#state.get('components');
    return TensorflowNetwork.of(components instanceof Map ? components.get(name) : undefined);
  }

  /**
   * The network's own variables by name, as float32 (integers stay what they are).
   * @param fileBytes size of the file, which bounds how many values can be meant
   * @throws UserError that names `file` and the variable.
   */
  variables(file: string, fileBytes: number): Map<string, Tensor> {
    const list = this.#state.get('variables');
    const tensors = new Map<string, Tensor>();
    let left = Math.max(fileBytes, 2 ** 20);
    for (const pair of Array.isArray(list) ? list : []) {
      const [name, value] = pair instanceof PickleTuple ? pair.items : [];
      if (typeof name !== 'string') continue;
      try {
        const tensor = numpyArray(value, left);
        left -= tensor.data.length;
        tensors.set(name, tensor);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        throw new UserError(`${file} can't be read: its variable ${printable(name)} ${error.message}.`, {
          cause: error,
        });
      }
    }
    return tensors;
  }
}

/** [I, O] → [O, I], or HWIO → OIHW: TensorFlow's order of axes to PyTorch's. */
export function fromTensorflow(tensor: Tensor, { flip = false } = {}): Tensor {
  const { shape } = tensor;
  if (tensor.dtype !== 'float32' || (shape.length !== 2 && shape.length !== 4)) return tensor;
  const [rows, columns, inputs, outputs] = (shape.length === 2 ? [1, 1, ...shape] : shape) as [
    number,
    number,
    number,
    number,
  ];
  const data = new Float32Array(tensor.data.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = ((flip ? rows - 1 - y : y) * columns + (flip ? columns - 1 - x : x)) * inputs * outputs;
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < outputs; o++)
          data[((o * inputs + i) * rows + y) * columns + x] = tensor.data[from + i * outputs + o]!;
    }
  }
  return { dtype: 'float32', shape: shape.length === 2 ? [outputs, inputs] : [outputs, inputs, rows, columns], data };
}
