import { closest } from 'fastest-levenshtein';
import { UserError } from '../../base/userError.ts';
import { cityscapes } from './cityscapes.ts';
import { coco } from './coco.ts';
import type { ExportFormat } from './exportFormat.ts';
import { huggingFace } from './huggingFace.ts';
import { voc } from './voc.ts';
import { webDataset } from './webDataset.ts';
import { yolo } from './yolo.ts';

/** All formats that a data set can be exported to. */
export const exportFormats: readonly ExportFormat[] = [voc, coco, yolo, cityscapes, huggingFace, webDataset];

/** @throws UserError for an unknown name, with the nearest and the list. */
export function formatNamed(name: string): ExportFormat {
  const names = exportFormats.map((format) => format.name);
  const found = exportFormats[names.indexOf(name)];
  if (found) return found;
  throw new UserError(
    `There is no export format "${name}"; did you mean "${closest(name, names)}"? There are: ${names.join(', ')}.`,
  );
}
