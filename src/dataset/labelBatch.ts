import type { Labeller } from '../interpreter/labeller.ts';
import type { Architecture } from '../stylegan/architecture.ts';
import { psiPerLayer } from '../stylegan/generator.ts';
import { latentZ } from '../stylegan/latents.ts';
import type { DataSetSettings } from './dataSetSettings.ts';
import type { BatchRequest, LabelSource } from './generate.ts';
import { imageFromTensor } from './image.ts';
import { prepareImage, type PreparedImage } from './preparedImage.ts';

/** What is the same for all batches of a data set. Plain data, so that it can go to another process. */
export interface LabellingTask {
  readonly settings: DataSetSettings;
  /** Length of the generator's latents. */
  readonly zSize: number;
  /** Truncation of each style layer. */
  readonly psi: Float32Array;
}

export function labellingTask(settings: DataSetSettings, architecture: Architecture): LabellingTask {
  const { psi, layers } = settings.truncation;
  return { settings, zSize: architecture.zSize, psi: psiPerLayer(architecture, psi, layers) };
}

/** Computes a batch and prepares those of its images that are wanted, in their order. */
export async function labelBatch(
  labeller: Labeller,
  { settings, zSize, psi }: LabellingTask,
  { ids, wanted }: BatchRequest,
): Promise<readonly PreparedImage[]> {
  const { seed, batch, width, height } = settings;
  if (labeller.batch !== batch) throw new Error(`The labeller makes ${labeller.batch} at a time, not ${batch}.`);
  const labelled = await labeller.label(
    ids.map((id) => latentZ(seed, id, zSize)),
    psi,
  );
  return ids.flatMap((id, i) => {
    if (!wanted.includes(id)) return [];
    const { image, labels, uncertainty } = labelled[i]!;
    const picture = imageFromTensor(image, width, height);
    return [prepareImage({ id, image: picture, labels: { width, height, data: labels }, uncertainty }, settings)];
  });
}

/** Labels in this process, one batch after the other. */
export function labelHere(labeller: Labeller, task: LabellingTask): LabelSource {
  return { concurrency: 1, label: (request) => labelBatch(labeller, task, request) };
}
