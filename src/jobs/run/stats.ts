import { readDataSet } from '../../dataset/dataSetFolder.ts';
import { readSelection } from '../../dataset/selection.ts';
import { statistics } from '../../dataset/statistics.ts';
import type { JobRunner } from '../runner.ts';

/** Counts a data set from its index; no picture is read. */
export const run: JobRunner<'stats'> = async ({ dataset }) => {
  const { settings, rows, missing } = await readDataSet(dataset);
  const selection = await readSelection(dataset);
  const { images, kept, rejected, classes, scores } = statistics(rows, settings.classes, selection);
  return {
    dataset,
    images,
    missing,
    kept,
    rejected,
    classes: classes.map(({ id, name, pixels, share, images: inImages }) => ({
      id,
      name,
      pixels,
      share,
      images: inImages,
    })),
    scores: scores.map(({ score, mean, quantiles, histogram }) => ({
      score,
      mean,
      quantiles: [...quantiles],
      histogram: { edges: [...histogram.edges], counts: [...histogram.counts], cut: histogram.cut },
    })),
  };
};
