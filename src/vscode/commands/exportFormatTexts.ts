import { l10n } from 'vscode';
import type { EXPORT_FORMATS } from '../../jobs/jobTable.ts';

type Format = (typeof EXPORT_FORMATS)[number];

/** What each format is called and what it is for. */
export function exportFormatTexts(): Readonly<Record<Format, { readonly label: string; readonly detail: string }>> {
  return {
    voc: {
      label: 'PASCAL VOC',
      detail: l10n.t('Indexed PNG masks and lists of names; most segmentation code reads it.'),
    },
    coco: {
      label: 'COCO',
      detail: l10n.t('One JSON with polygons and boxes; for detectors and instance segmentation.'),
    },
    yolo: { label: 'YOLO', detail: l10n.t('A text file of polygons for each image; for Ultralytics.') },
    cityscapes: {
      label: 'Cityscapes',
      detail: l10n.t('Folders and label ids as in Cityscapes; for MMSegmentation and its like.'),
    },
    huggingface: {
      label: 'Hugging Face',
      detail: l10n.t('An image folder with metadata that the datasets library loads.'),
    },
    webdataset: { label: 'WebDataset', detail: l10n.t('Tar files to stream from; for training on many machines.') },
  };
}
