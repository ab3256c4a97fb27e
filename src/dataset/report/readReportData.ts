import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { largestUncertainty } from '../../interpreter/uncertainty.ts';
import { readDataSet } from '../dataSetFolder.ts';
import { picturePath, type Picture } from '../dataSetLayout.ts';
import type { DataSetRow } from '../dataSetRow.ts';
import type { DataSetSettings } from '../dataSetSettings.ts';
import { decodeGrey16Png, decodeLabelPng, decodeRgbPng } from '../png.ts';
import { readSelection } from '../selection.ts';
import { statistics } from '../statistics.ts';
import { uncertaintyFromGrey } from '../uncertaintyImage.ts';
import { chooseImages, reportScore } from './chooseImages.ts';
import type { ReportData, ReportImage } from './reportData.ts';
import { shrinkFactor, shrinkImage, shrinkLabels, shrinkValues } from './shrink.ts';

/** The largest side of a picture in the report: 36 images of 512 or 1024 pixels would make a file of fifty megabytes. */
const largestSide = 256;

/** What a data set's folder itself says. */
export type ReportedDataSet = Omit<ReportData, 'title' | 'training' | 'measured' | 'versions'>;

/**
 * Reads what the report shows of a data set, finished or not; of the pictures only those of the contact sheet.
 * @param onImage Called after each picture with how many are read and how many there are.
 * @throws UserError for a folder that is no data set and for damaged files; the signal's reason when it aborts.
 */
export async function readReportData(
  folder: string,
  { signal, onImage }: { readonly signal?: AbortSignal; readonly onImage?: (done: number, total: number) => void } = {},
): Promise<ReportedDataSet> {
  const [{ settings, rows, missing, runtimes }, selection] = await Promise.all([
    readDataSet(folder),
    readSelection(folder),
  ]);
  const { filter, fateOf } = selection;
  const chosen = chooseImages(rows, selection, settings.seed);
  const score = reportScore(filter);
  const total = chosen.random.length + chosen.uncertain.length;
  let done = 0;
  const read = async (list: readonly DataSetRow[]): Promise<readonly ReportImage[]> => {
    const images: ReportImage[] = [];
    for (const row of list) {
      signal?.throwIfAborted();
      const pictures = await readPictures(folder, row.id, settings);
      images.push({ id: row.id, score: row[score], fate: fateOf(row.id), ...pictures });
      onImage?.(++done, total);
    }
    return images;
  };
  return {
    settings,
    filter,
    missing,
    runtimes,
    statistics: statistics(rows, settings.classes, selection),
    random: await read(chosen.random),
    uncertain: await read(chosen.uncertain),
  };
}

async function readPictures(
  folder: string,
  id: number,
  { width, height, interpreter, classes }: DataSetSettings,
): Promise<Pick<ReportImage, 'image' | 'labels' | 'uncertainty'>> {
  const decoded = async <T extends { readonly width: number; readonly height: number }>(
    picture: Picture,
    decode: (bytes: Uint8Array, name: string) => T,
  ): Promise<T> => {
    const path = picturePath(folder, picture, id);
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
    });
    const result = decode(bytes, path);
    if (result.width !== width || result.height !== height)
      throw new UserError(
        `${path} has ${result.width}×${result.height} pixels, but the data set's images have ${width}×${height}: it is not of this data set.`,
      );
    return result;
  };
  const image = await decoded('images', decodeRgbPng);
  const labels = await decoded('labels', decodeLabelPng);
  const grey = await decoded('uncertainty', decodeGrey16Png);
  const uncertainty = uncertaintyFromGrey(grey.data, largestUncertainty(interpreter.members, classes.length));
  const factor = shrinkFactor(image, largestSide);
  if (factor === 1) return { image, labels, uncertainty };
  return {
    image: shrinkImage(image, factor),
    labels: shrinkLabels(labels, factor),
    uncertainty: shrinkValues(uncertainty, width, height, factor),
  };
}
