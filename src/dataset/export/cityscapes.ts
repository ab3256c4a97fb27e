import { rgbOf } from '../classes.ts';
import { UNLABELLED } from '../labelMap.ts';
import { encodeLabelPng, encodeRgbPng } from '../png.ts';
import { distinctColours } from './distinctColours.ts';
import type { ExportFormat } from './exportFormat.ts';

/** The "city": the format wants one. */
const CITY = 'generated';

/**
 * Cityscapes' names (cityscapesScripts, README): `{type}/{split}/{city}/{city}_{seq}_{frame}_{type}_{what}.png`. As there,
 * id 0 is "unlabeled" and 255 is the train id of what is not counted; so labelId is the class id + 1, which just fits.
 */
export const cityscapes: ExportFormat = {
  name: 'cityscapes',
  description: 'Cityscapes names: leftImg8bit and gtFine with labelIds, labelTrainIds and color',
  notes: () => [
    `- \`leftImg8bit/<part>/${CITY}/*_leftImg8bit.png\`: the images.`,
    `- \`gtFine/<part>/${CITY}/*_gtFine_labelIds.png\`: the class id + 1; 0 is "unlabeled", as in Cityscapes.`,
    '- `*_gtFine_labelTrainIds.png`: the classes counted from 0 without gaps; 255 is not counted.',
    '- `*_gtFine_color.png`: the colours, black where nothing is labelled. Where two classes have one colour, the second got the next shade.',
    '- `labels.json`: the table of all of these. There are no instances (`instanceIds`), since the labels are semantic.',
  ],
  async write(samples, { folder, classes }) {
    const colours = distinctColours(classes, [rgbOf('#000000')]);
    const table = [
      { name: 'unlabeled', classId: UNLABELLED, labelId: 0, trainId: 255, color: [0, 0, 0] },
      ...classes.map(({ id, name }, index) => ({
        name,
        classId: id,
        labelId: id + 1,
        trainId: index,
        color: colours.get(id)!,
      })),
    ];
    const labelIds = new Uint8Array(256);
    const trainIds = new Uint8Array(256);
    for (const { classId, labelId, trainId } of table) {
      labelIds[classId] = labelId;
      trainIds[classId] = trainId;
    }
    for await (const { id, split, image, labels } of samples) {
      const { width, height, data } = labels;
      // Cityscapes' frame numbers have six digits; larger ids go on in the sequence number.
      const digits = (n: number) => String(n).padStart(6, '0');
      const name = `${CITY}_${digits(Math.floor(id / 1e6))}_${digits(id % 1e6)}`;
      const truth = `gtFine/${split}/${CITY}/${name}_gtFine`;
      const rgb = new Uint8Array(data.length * 3);
      data.forEach((classId, i) => rgb.set(colours.get(classId) ?? [0, 0, 0], i * 3));
      await folder.write(`leftImg8bit/${split}/${CITY}/${name}_leftImg8bit.png`, image);
      await folder.write(
        `${truth}_labelIds.png`,
        encodeLabelPng({ width, height, data: data.map((c) => labelIds[c]!) }),
      );
      await folder.write(
        `${truth}_labelTrainIds.png`,
        encodeLabelPng({ width, height, data: data.map((c) => trainIds[c]!) }),
      );
      await folder.write(`${truth}_color.png`, encodeRgbPng({ width, height, data: rgb }));
    }
    await folder.write('labels.json', `${JSON.stringify(table, null, 2)}\n`);
  },
};
