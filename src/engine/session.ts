import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import { availableParallelism } from 'node:os';
import type { Tensor } from './tensor.ts';

/** The execution providers that some build of onnxruntime-node has. */
export type ProviderName = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

export type OptimizationLevel = 'disabled' | 'basic' | 'extended' | 'all';

export interface SessionOptions {
  readonly provider: ProviderName;
  /** Threads within one operation; all cores unless told. */
  readonly threads?: number;
  /** May operations that the provider lacks run on the CPU? 'forbid' makes `create` fail instead. */
  readonly cpuFallback: 'allow' | 'forbid';
  readonly optimization?: OptimizationLevel;
  /**
   * Whether memory of one run is kept for the next (it is unless told): quicker where runs follow each other, wasteful for
   * the few runs of a large graph.
   */
  readonly keepMemory?: boolean;
  /** Whether the memory of a run is laid out ahead as one block (it is unless told); a large graph then holds more of it. */
  readonly planMemory?: boolean;
  /** Session configuration of onnxruntime, for example `{'session.disable_prepacking': '1'}`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** What `Session` needs of an ONNX Runtime package; onnxruntime-node and onnxruntime-web both have it. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array | string, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Loads onnxruntime-node. Nothing else in the house imports it, so only a process that runs graphs pays for it. */
export async function nodeRuntime(): Promise<typeof import('onnxruntime-node')> {
  const runtime = await import('onnxruntime-node');
  // Every error comes as an exception as well; the log would only repeat it between progress bars.
  runtime.env.logLevel = 'fatal';
  float16AsBits(runtime);
  return runtime;
}

/**
 * onnxruntime makes a Float16Array of float16 data where there is one (Node 24, VS Code's too), but its native half reads that as empty
 * ("not enough space"). It looks for it when the first tensor is made: at that moment there is none.
 */
function float16AsBits({ Tensor }: Runtime): void {
  const scope = globalThis as { Float16Array?: unknown };
  const own = Object.getOwnPropertyDescriptor(scope, 'Float16Array');
  if (own === undefined) return;
  delete scope.Float16Array;
  new Tensor('uint8', new Uint8Array(1), [1]);
  Object.defineProperty(scope, 'Float16Array', own);
}

/** A model that is loaded and ready to run on one execution provider. */
export class Session {
  readonly provider: ProviderName;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;

  private constructor(runtime: Runtime, session: InferenceSession, provider: ProviderName) {
    this.#runtime = runtime;
    this.#session = session;
    this.provider = provider;
  }

  /**
   * @param model the bytes of an .onnx file, or its path, which spares a copy of the weights
   * @throws when the provider doesn't start or the model is wrong. A provider that the build lacks is dropped by
   *   onnxruntime in silence, so ask `supportedProviders` before (`providers.ts` does).
   */
  static async create(model: Uint8Array | string, options: SessionOptions, runtime?: Runtime): Promise<Session> {
    const used = runtime ?? (await nodeRuntime());
    const session = await used.InferenceSession.create(model, ortOptions(options));
    return new Session(used, session, options.provider);
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * Runs the graph. Inputs are used in place: don't change their arrays until the promise resolves.
   * The run itself holds the JavaScript thread.
   * @param fetches the outputs to compute; all of them unless told
   */
  async run(feeds: Readonly<Record<string, Tensor>>, fetches?: readonly string[]): Promise<Record<string, Tensor>> {
    const inputs = mapValues(feeds, (tensor) => toOrt(tensor, this.#runtime));
    const outputs = await this.#session.run(inputs, fetches ?? this.outputNames);
    return mapValues(outputs, fromOrt);
  }

  /** Frees the native memory now rather than when the garbage collector comes by. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

function ortOptions(options: SessionOptions): InferenceSession.SessionOptions {
  const forbid = options.cpuFallback === 'forbid' && options.provider !== 'cpu';
  return {
    executionProviders: [options.provider],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    graphOptimizationLevel: options.optimization ?? 'all',
    enableCpuMemArena: options.keepMemory ?? true,
    enableMemPattern: options.planMemory ?? true,
    logSeverityLevel: 3,
    extra: {
      // Spinning threads would burn the cores between runs, which the editor needs.
      'session.intra_op.allow_spinning': '0',
      ...(forbid ? { 'session.disable_cpu_ep_fallback': '1' } : {}),
      ...options.config,
    },
  };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
}

function toOrt(tensor: Tensor, runtime: Runtime): OrtTensor {
  switch (tensor.dtype) {
    case 'float16':
      return new runtime.Tensor('float16', tensor.data, tensor.shape);
    case 'bool':
      return new runtime.Tensor('bool', tensor.data, tensor.shape);
    case 'float32':
      return new runtime.Tensor('float32', tensor.data, tensor.shape);
    case 'float64':
      return new runtime.Tensor('float64', tensor.data, tensor.shape);
    case 'int64':
      return new runtime.Tensor('int64', tensor.data, tensor.shape);
    case 'int32':
      return new runtime.Tensor('int32', tensor.data, tensor.shape);
    case 'uint8':
      return new runtime.Tensor('uint8', tensor.data, tensor.shape);
  }
}

function fromOrt(tensor: OrtTensor, name: string): Tensor {
  const shape = tensor.dims;
  const data: unknown = tensor.data;
  switch (tensor.type) {
    case 'float32':
      if (data instanceof Float32Array) return { dtype: 'float32', shape, data };
      break;
    case 'float64':
      if (data instanceof Float64Array) return { dtype: 'float64', shape, data };
      break;
    case 'float16':
      if (ArrayBuffer.isView(data)) {
        // A Float16Array where the engine has one; we keep to the bits.
        const bits = new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2);
        return { dtype: 'float16', shape, data: bits };
      }
      break;
    case 'int64':
      if (data instanceof BigInt64Array) return { dtype: 'int64', shape, data };
      break;
    case 'int32':
      if (data instanceof Int32Array) return { dtype: 'int32', shape, data };
      break;
    case 'uint8':
      if (data instanceof Uint8Array) return { dtype: 'uint8', shape, data };
      break;
    case 'bool':
      if (data instanceof Uint8Array) return { dtype: 'bool', shape, data };
      break;
    default:
  }
  throw new Error(`The output '${name}' is ${tensor.type}, which no tensor of ours holds.`);
}
