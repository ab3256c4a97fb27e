import { UserError } from '../../base/userError.ts';
import type { LabelClass } from '../classes.ts';
import { UNLABELLED } from '../labelMap.ts';
import { encodePalettePng } from '../png.ts';
import { distinctColours, type Rgb } from './distinctColours.ts';
import type { ExportFormat } from './exportFormat.ts';
import { quotedName } from './mergeClasses.ts';
import type { SplitName } from './split.ts';

/** VOC's colour of index 255, the border around objects ("void"). */
const VOID: Rgb = [224, 224, 192];

/**
 * Pascal VOC's folders with CVAT's labelmap.txt ("Segmentation mask 1.1"). The palette index is the class id, 255 is
 * void; readers that go by index (torchvision, MMSegmentation) and readers that go by colour (CVAT, Datumaro) see the same.
 */
export const voc: ExportFormat = {
  name: 'voc',
  description: 'Pascal VOC / CVAT segmentation masks: indexed PNGs in the palette, labelmap.txt, image sets',
  notes: () => [
    '- `JPEGImages/*.png`: the images, lossless as the generator made them. (Readers that insist on `.jpg` names must be told `.png`.)',
    '- `SegmentationClass/*.png`: the class id is the palette index; 255 is VOC\'s "void": not labelled, not counted.',
    '- `labelmap.txt`: `name:r,g,b::` for each class and for void. Where two classes have one colour, the second got the next shade.',
    '- `ImageSets/Segmentation/train.txt`, `val.txt`, `trainval.txt` (and `test.txt`): names without ending.',
  ],
  async write(samples, { folder, classes, splits }) {
    const colours = distinctColours(classes, [VOID]);
    const labelMapText = labelMapLines(classes, colours);
    const palette = Array.from({ length: 256 }, (_, id): Rgb =>
      id === UNLABELLED ? VOID : (colours.get(id) ?? [0, 0, 0]),
    );
    const names: Record<SplitName, string[]> = { train: [], val: [], test: [] };
    for await (const { name, split, image, labels } of samples) {
      await folder.write(`JPEGImages/${name}.png`, image);
      await folder.write(`SegmentationClass/${name}.png`, encodePalettePng({ ...labels, palette }));
      names[split].push(name);
    }
    const list = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
    await folder.write('labelmap.txt', labelMapText);
    // VOC's readers look for all three, so val.txt is there (and empty) without a split too.
    await folder.write('ImageSets/Segmentation/train.txt', list(names.train));
    await folder.write('ImageSets/Segmentation/val.txt', list(names.val));
    await folder.write('ImageSets/Segmentation/trainval.txt', list([...names.train, ...names.val].sort()));
    if (splits.includes('test')) await folder.write('ImageSets/Segmentation/test.txt', list(names.test));
  },
};

function labelMapLines(classes: readonly LabelClass[], colours: ReadonlyMap<number, Rgb>): string {
  const bad = classes.find(({ name }) => /[:\r\n]|^#/.test(name) || name === 'void');
  if (bad)
    throw new UserError(
      `The class "${bad.name}" has a name that labelmap.txt cannot hold (a colon, a line break, "#" at the beginning, or "void"); rename it for this export: --merge-classes '${quotedName(bad.name)}=new name'.`,
    );
  return [
    '# label:color_rgb:parts:actions',
    ...classes.map(({ id, name }) => `${name}:${colours.get(id)!.join(',')}::`),
    `void:${VOID.join(',')}::`,
    '',
  ].join('\n');
}
