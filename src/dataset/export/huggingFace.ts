import { encodeLabelPng } from '../png.ts';
import { classTable } from './classTable.ts';
import type { ExportFormat } from './exportFormat.ts';
import type { SplitName } from './split.ts';
import { closeAll, type TextFile } from './exportFolder.ts';

/** How `datasets` finds the parts by the names of folders. */
const FOLDERS: Readonly<Record<SplitName, string>> = { train: 'train', val: 'validation', test: 'test' };

/**
 * Hugging Face's `imagefolder` (docs: "Create an image dataset"): metadata.jsonl beside the data of each part; columns
 * that end in `file_name` are loaded as images, so `load_dataset` gives `image` and `label`.
 */
export const huggingFace: ExportFormat = {
  name: 'huggingface',
  description: 'Hugging Face imagefolder: metadata.jsonl with file_name and label_file_name',
  readmeHead: () => '---\npretty_name: Generated segmentation data set\ntask_categories:\n- image-segmentation\n---\n',
  notes: () => [
    '- `load_dataset("imagefolder", data_dir="this folder")` gives the columns `image`, `label`, `id`, `kept`.',
    '- A value of a label image is the class id; 255 is not labelled. `classes.json` has the names.',
  ],
  async write(samples, { folder, classes, splits }) {
    const files = new Map<SplitName, TextFile>();
    try {
      for (const split of splits) files.set(split, await folder.openText(`${FOLDERS[split]}/metadata.jsonl`));
      for await (const { id, name, split, image, labels, kept } of samples) {
        const row = { file_name: `images/${name}.png`, label_file_name: `labels/${name}.png`, id, kept };
        await folder.write(`${FOLDERS[split]}/${row.file_name}`, image);
        await folder.write(`${FOLDERS[split]}/${row.label_file_name}`, encodeLabelPng(labels));
        await files.get(split)!.append(`${JSON.stringify(row)}\n`);
      }
    } finally {
      await closeAll(files.values());
    }
    await folder.write('classes.json', classTable(classes));
  },
};
