import type { ExportFormat } from './exportFormat.ts';
import { holeFreeRings } from './holeFreeRings.ts';
import { traceRegions } from './regions.ts';

/**
 * Ultralytics' YOLO segmentation format (docs.ultralytics.com, "Instance Segmentation Datasets Overview"). Holes cannot
 * be said: a region with holes is cut open along bridges of no width, so that it stays one instance.
 */
export const yolo: ExportFormat = {
  name: 'yolo',
  description: 'YOLO segmentation (Ultralytics): one .txt of polygons per image, data.yaml',
  notes: ({ splits }) => [
    '- `images/<part>/*.png`, `labels/<part>/*.txt`: one line `class x1 y1 x2 y2 …` for each connected region; coordinates are divided by width and height, (0, 0) is the upper left CORNER of the first pixel and (1, 1) the lower right corner of the last.',
    '- `class` counts the classes from 0 in the order of `data.yaml`; it is not the class id where ids have gaps. Pixels that nobody labelled are in no line; an image without labels has an empty file.',
    '- A region with holes is one polygon, cut open along bridges of no width; filled, it leaves the holes free.',
    ...(splits.length === 1
      ? [
          '- The data set is not split: `val` points to the training images, because Ultralytics wants one. Export with `--split 90/10` to validate.',
        ]
      : []),
  ],
  async write(samples, { folder, classes, splits }) {
    const indexOf = new Map(classes.map(({ id }, index) => [id, index]));
    for await (const { name, split, image, labels } of samples) {
      const traced = traceRegions(labels);
      const rings = holeFreeRings(traced);
      const lines = traced.regions.map(({ classId }, r) => {
        const points = rings[r]!.map((value, k) => share(value, k % 2 === 0 ? labels.width : labels.height));
        return `${indexOf.get(classId)!} ${points.join(' ')}\n`;
      });
      await folder.write(`images/${split}/${name}.png`, image);
      await folder.write(`labels/${split}/${name}.txt`, lines.join(''));
    }
    const val = splits.includes('val') ? 'val' : 'train';
    // No `path`: Ultralytics then takes the folder of this file. JSON strings are YAML strings.
    await folder.write(
      'data.yaml',
      [
        'train: images/train',
        `val: images/${val}`,
        ...(splits.includes('test') ? ['test: images/test'] : []),
        'names:',
        ...classes.map(({ name }, index) => `  ${index}: ${JSON.stringify(name)}`),
        '',
      ].join('\n'),
    );
  },
};

/** Ten decimals hold k/1024 exactly; zeros at the end are left out. */
function share(value: number, size: number): string {
  return String(Number((value / size).toFixed(10)));
}
