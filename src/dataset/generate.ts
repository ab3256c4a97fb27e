import type { DataSetWriter } from './dataSetWriter.ts';
import type { PreparedImage } from './preparedImage.ts';
import { batchesOfShard } from './shard.ts';

/** One batch: its images are always computed all together, so that their bytes don't depend on what is missing. */
export interface BatchRequest {
  readonly ids: readonly number[];
  /** Those of `ids` that are not on disk yet. */
  readonly wanted: readonly number[];
}

/** Where a data set's images come from: this process, or others that work side by side. */
export interface LabelSource {
  /** How many batches to ask for before the first is there: rows are written in order, so as many may wait in memory. */
  readonly concurrency: number;
  /** The wanted images, in the order of `wanted`. */
  label(request: BatchRequest): Promise<readonly PreparedImage[]>;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /** At first and after every batch: images on disk and all images, of this shard, those of earlier runs included. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The batches of the writer's shard that are not wholly on disk. */
export function missingBatches({ settings, shard, done }: DataSetWriter): BatchRequest[] {
  const { count, batch } = settings;
  return batchesOfShard(shard, count, batch)
    .map((first) => Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i))
    .map((ids) => ({ ids, wanted: ids.filter((id) => !done.has(id)) }))
    .filter(({ wanted }) => wanted.length > 0);
}

/**
 * Generates the images of the writer's shard that are not there yet, and writes them in their order whatever the order
 * they get ready in. Image i of a seed has the same bytes in whatever run, shard or process it is made (on the same
 * provider, runtime and kind of processor): batches are aligned to the global index and always computed whole.
 * @returns how many images were made
 * @throws the signal's reason when it aborts, looked at between batches: those that are under way then are dropped;
 * and what the source or the writer throws. Either way the writer may be closed: nothing is being written any more.
 */
export async function generate(
  writer: DataSetWriter,
  source: LabelSource,
  { signal, onProgress }: GenerateOptions = {},
): Promise<number> {
  const { settings, shard } = writer;
  const requests = missingBatches(writer);
  const total = batchesOfShard(shard, settings.count, settings.batch).reduce(
    (sum, first) => sum + Math.min(settings.batch, settings.count - first),
    0,
  );
  let finished = total - requests.reduce((sum, { ids }) => sum + ids.length, 0);
  let made = 0;
  onProgress?.(finished, total);

  const write = async (images: readonly PreparedImage[], { ids }: BatchRequest): Promise<void> => {
    await writer.append(images);
    made += images.length;
    finished += ids.length;
    onProgress?.(finished, total);
  };
  const underWay: { readonly request: BatchRequest; readonly images: Promise<readonly PreparedImage[]> }[] = [];
  let writing = Promise.resolve();
  const writeOldest = async (): Promise<void> => {
    const { request, images } = underWay.shift()!;
    const ready = await images;
    await writing;
    writing = write(ready, request);
    noStray(writing);
  };

  try {
    for (const request of requests) {
      if (underWay.length >= source.concurrency) await writeOldest();
      signal?.throwIfAborted();
      const images = source.label(request);
      noStray(images);
      underWay.push({ request, images });
    }
    while (underWay.length > 0) {
      await writeOldest();
      if (underWay.length > 0) signal?.throwIfAborted();
    }
    await writing;
  } finally {
    await writing.catch(() => undefined);
  }
  return made;
}

/** A promise that is awaited later: without this its failure meanwhile would end the process. */
function noStray(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
