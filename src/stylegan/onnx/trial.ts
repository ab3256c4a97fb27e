import * as z from 'zod';
import { Session } from '../../engine/session.ts';
import { float32, type Tensor } from '../../engine/tensor.ts';
import { latentZ } from '../latents.ts';
import { imageName, latentName } from './architecture.ts';

/** What came out of a model when it was run: of one latent twice, and of another. */
export const trialSchema = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      /** Of the first run; undefined where no floats came out. */
      shape: z.array(z.number()).optional(),
      /** Whether all values of both latents are finite numbers. */
      finite: z.boolean(),
    }),
  ),
  image: z.object({
    /** Of the first one. */
    smallest: z.number(),
    largest: z.number(),
    /** Whether the same latent gave the same image. */
    repeats: z.boolean(),
    /** Whether the other latent gave another one. */
    varies: z.boolean(),
  }),
});
export type Trial = z.output<typeof trialSchema>;

/**
 * Runs a model, `z` [1, zSize] → `image` and others. It may be anything, and not even the runtime is safe from that (a Resize by a
 * tensor of the wrong shape overwrites the stack of onnxruntime 1.30), so this is best done in a process of its own.
 * @param model bytes or path
 */
export type TryOut = (model: Uint8Array, zSize: number) => Promise<Trial>;

export async function tryOut(model: Uint8Array | string, zSize: number): Promise<Trial> {
  const session = await Session.create(model, {
    provider: 'cpu',
    cpuFallback: 'allow',
    keepMemory: false,
    planMemory: false,
  });
  try {
    const run = (index: number, fetches?: readonly string[]): Promise<Record<string, Tensor>> =>
      session.run({ [latentName]: float32([1, zSize], latentZ(0, index, zSize)) }, fetches);
    const first = summary(await run(0));
    const { image: again } = summary(await run(0, [imageName]));
    const other = summary(await run(1));
    let [smallest, largest] = [Infinity, -Infinity];
    for (const value of first.image) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    return {
      outputs: first.outputs.map((output, i) => ({ ...output, finite: output.finite && other.outputs[i]!.finite })),
      image: {
        smallest,
        largest,
        // Random noise shows well above what threads could change.
        repeats: first.image.every((x, i) => Math.abs(x - again[i]!) < 1e-5),
        varies: first.image.some((x, i) => x !== other.image[i]),
      },
    };
  } finally {
    await session.release();
  }
}

/** What is kept of a run; its feature maps take hundreds of megabytes at 1024². */
function summary(result: Readonly<Record<string, Tensor>>): Pick<Trial, 'outputs'> & { readonly image: Float32Array } {
  return {
    outputs: Object.entries(result).map(([name, tensor]) => ({
      name,
      ...(tensor.dtype === 'float32' ? { shape: [...tensor.shape] } : {}),
      finite: floats(tensor).every(Number.isFinite),
    })),
    image: floats(result[imageName]),
  };
}

function floats(tensor: Tensor | undefined): Float32Array {
  return tensor?.dtype === 'float32' ? tensor.data : new Float32Array();
}
