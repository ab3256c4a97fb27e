import { UserError } from '../base/userError.ts';
import { persistentModule } from './networkPickle.ts';
import { PickleObject, type PickleValue } from './pickle/pickleValue.ts';
import { TorchTensor } from './torch/torchTensor.ts';

type Dict = ReadonlyMap<PickleValue, PickleValue>;

/** How deep modules may lie within each other; StyleGAN's are four deep. */
const deepest = 16;

/** A module of PyTorch as NVIDIA's `torch_utils.persistence` pickles it: data; the source text in it is never run. */
export class NvidiaModule {
  /** `Generator`, `SynthesisLayer`, … */
  readonly className: string;
  readonly #state: Dict;

  private constructor(className: string, state: Dict) {
    this.className = className;
    this.#state = state;
  }

  /** undefined for what is no such module. */
  static of(value: PickleValue | undefined): NvidiaModule | undefined {
    const meta = value instanceof PickleObject && value.type === persistentModule ? value.args[0] : undefined;
    if (!(meta instanceof Map)) return undefined;
    const [className, state] = [meta.get('class_name'), meta.get('state')];
    return typeof className === 'string' && state instanceof Map ? new NvidiaModule(className, state) : undefined;
  }

  /** An attribute of the object. */
  get(name: string): PickleValue | undefined {
    return this.#state.get(name);
  }

  child(name: string): NvidiaModule | undefined {
    return this.children().get(name);
  }

  children(): ReadonlyMap<string, NvidiaModule> {
    const modules = this.#state.get('_modules');
    return new Map(
      [...(modules instanceof Map ? modules : [])].flatMap(([name, value]) => {
        const module = NvidiaModule.of(value);
        return typeof name === 'string' && module ? [[name, module] as const] : [];
      }),
    );
  }

  /**
   * The parameters and buffers of this module and those in it, by dotted name.
   * @throws UserError when modules lie in each other without end.
   */
  tensors(file: string): Map<string, TorchTensor> {
    const found = new Map<string, TorchTensor>();
    const collect = (module: NvidiaModule, prefix: string, depth: number): void => {
      if (depth > deepest) throw new UserError(`${file} can't be read: its modules lie in each other without end.`);
      for (const kind of ['_parameters', '_buffers']) {
        const dict = module.get(kind);
        for (const [name, value] of dict instanceof Map ? dict : [])
          if (typeof name === 'string' && value instanceof TorchTensor) found.set(prefix + name, value);
      }
      for (const [name, child] of module.children()) collect(child, `${prefix}${name}.`, depth + 1);
    };
    collect(this, '', 0);
    return found;
  }
}
