import { exportDataSet } from '../../dataset/export/exportDataSet.ts';
import { itemsOfDataSet } from '../../dataset/export/itemsOfDataSet.ts';
import type { JobRunner } from '../runner.ts';

/** Writes a data set in the format of other people's programs. */
export const run: JobRunner<'export'> = async (options, { signal, progress }) => {
  const { missing, ...dataSet } = await itemsOfDataSet(options.dataset, { keptOnly: options.keptOnly });
  const { folder, format, samples } = await exportDataSet(
    {
      ...dataSet,
      format: options.format,
      folder: options.out,
      keptOnly: options.keptOnly,
      split: options.split,
      seed: options.seed,
      mergeClasses: options.mergeClasses,
      options: { holes: options.holes },
    },
    { signal, progress: (done, total) => progress({ stage: 'exporting', done, total, unit: 'images' }) },
  );
  const warnings = missing > 0 ? [`${missing} more images of the data set are not generated yet.`] : [];
  return { out: folder, format, samples, warnings };
};
