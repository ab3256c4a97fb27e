import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../base/userError.ts';
import { readDataSet } from '../dataSetFolder.ts';
import { picturePath } from '../dataSetLayout.ts';
import { decodeLabelPng } from '../png.ts';
import { readSelection } from '../selection.ts';
import type { ExportItem, ExportRequest } from './exportDataSet.ts';

/** What an export takes from a generated data set, and how many of its images are not generated yet. */
export type DataSetItems = Pick<ExportRequest, 'items' | 'classes' | 'attribution'> & { readonly missing: number };

/**
 * The images of a generated data set as items of an export. Pictures are read when they are written.
 * @param keptOnly Whether the export leaves out what the filter dropped or a person rejected: then there must be a filter of these images.
 * @throws UserError for a damaged data set, and for a missing or outdated filter.
 */
export async function itemsOfDataSet(folder: string, { keptOnly = false } = {}): Promise<DataSetItems> {
  const [{ settings, rows, missing }, { filter, fateOf }] = await Promise.all([
    readDataSet(folder),
    readSelection(folder),
  ]);
  if (keptOnly && filter?.images !== rows.length)
    throw new UserError(
      `${folder} ${filter ? `has a filter of ${filter.images} images, but there are ${rows.length}` : 'has no filter.json'}: run "dgan generate" to its end, which filters, or export without --kept-only.`,
    );
  const items = rows.map(({ id }): ExportItem => {
    const path = picturePath(folder, 'labels', id);
    return {
      id,
      image: picturePath(folder, 'images', id),
      labels: async () => decodeLabelPng(await readPicture(path), path),
      kept: fateOf(id) === 'kept',
    };
  });
  return { items, classes: settings.classes, attribution: settings.attribution ?? '', missing };
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`Could not read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
