import type { Labeller } from '../interpreter/labeller.ts';
import type { Architecture } from '../stylegan/architecture.ts';
import { psiPerLayer } from '../stylegan/generator.ts';
import { latentZ } from '../stylegan/latents.ts';
import type { DataSetWriter } from './dataSetWriter.ts';
import { imageFromTensor } from './image.ts';
import { batchesOfShard } from './shard.ts';

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /** After every batch: images done and all images, of this shard, those of earlier runs included. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Generates the images of the writer's shard that are not there yet. Image i of a seed has the same bytes in whatever
 * run, shard or order it is made (on the same provider, runtime and kind of processor): batches are aligned to the
 * global index and always computed whole.
 * @returns how many images were made
 * @throws the signal's reason when it aborts; it is looked at between batches
 */
export async function generate(
  writer: DataSetWriter,
  labeller: Labeller,
  architecture: Architecture,
  { signal, onProgress }: GenerateOptions = {},
): Promise<number> {
  const { settings, shard, done } = writer;
  const { seed, count, batch, truncation, width, height } = settings;
  if (labeller.batch !== batch) throw new Error(`The labeller makes ${labeller.batch} at a time, not ${batch}.`);
  const psi = psiPerLayer(architecture, truncation.psi, truncation.layers);
  const batches = batchesOfShard(shard, count, batch).map((first) =>
    Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i),
  );
  const total = batches.reduce((sum, ids) => sum + ids.length, 0);
  let finished = 0;
  let made = 0;
  let writing = Promise.resolve();
  for (const ids of batches) {
    const missing = ids.filter((id) => !done.has(id));
    if (missing.length > 0) {
      signal?.throwIfAborted();
      const labelled = await labeller.label(
        ids.map((id) => latentZ(seed, id, architecture.zSize)),
        psi,
      );
      const images = ids.flatMap((id, i) => {
        if (!missing.includes(id)) return [];
        const { image, labels, uncertainty } = labelled[i]!;
        const picture = imageFromTensor(image, width, height);
        return [{ id, image: picture, labels: { width, height, data: labels }, uncertainty }];
      });
      await writing;
      writing = writer.append(images);
      // Not awaited before the next batch is computed; without this a failure meanwhile would end the process.
      writing.catch(() => undefined);
      made += images.length;
    }
    finished += ids.length;
    onProgress?.(finished, total);
  }
  await writing;
  return made;
}
