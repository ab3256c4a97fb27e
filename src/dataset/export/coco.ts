import { compressRuns, regionRuns } from './cocoRle.ts';
import type { ExportFormat } from './exportFormat.ts';
import { closeAll, type TextFile } from './exportFolder.ts';
import { holeFreeRings } from './holeFreeRings.ts';
import { traceRegions } from './regions.ts';
import type { SplitName } from './split.ts';

/**
 * COCO instances (cocodataset.org, "Data format"). One annotation for each connected region of a class, as trainers of
 * instance segmentation expect; semantic trainers paint all annotations of a category and get the same map back. A part
 * never hides in another's annotation, so many parts are many polygons.
 */
export const coco: ExportFormat = {
  name: 'coco',
  description: 'COCO instances: polygons, run lengths where a region has holes',
  notes: ({ options }) => [
    '- `images/<part>/*.png`, `annotations/instances_<part>.json`.',
    '- `category_id` is the class id + 1, because many trainers take 0 for the background. Pixels that nobody labelled have no annotation.',
    '- One annotation for each connected region (over edges and corners). Polygons run along the edges of the pixels: they give back exactly the mask, and `area` counts pixels. Even one pixel is a polygon (its four corners).',
    options.holes === 'rle'
      ? '- A region with holes is a compressed RLE with `iscrowd: 1`. Trainers that skip crowds skip these regions; with holes cut open (the option `holes`) they are polygons.'
      : '- A region with holes is a polygon cut open along a bridge of no width: filled (even-odd or non-zero), it is exact.',
  ],
  async write(samples, { folder, classes, splits, attribution, options }) {
    const files = new Map<SplitName, { readonly file: TextFile; readonly images: string[]; annotations: number }>();
    try {
      for (const split of splits) {
        const file = await folder.openText(`annotations/instances_${split}.json`);
        files.set(split, { file, images: [], annotations: 0 });
        await file.append(
          `{"info":${JSON.stringify({ description: 'Generated segmentation data set', version: '1', contributor: attribution })},\n` +
            `"licenses":[{"id":1,"name":"see ATTRIBUTION.md","url":""}],\n` +
            `"categories":${JSON.stringify(classes.map(({ id, name }) => ({ id: id + 1, name, supercategory: '' })))},\n` +
            `"annotations":[`,
        );
      }
      for await (const { id, name, split, image, labels } of samples) {
        const part = files.get(split)!;
        await folder.write(`images/${split}/${name}.png`, image);
        part.images.push(
          JSON.stringify({ id, file_name: `${name}.png`, width: labels.width, height: labels.height, license: 1 }),
        );
        const traced = traceRegions(labels);
        const rings = options.holes === 'cut' ? holeFreeRings(traced) : undefined;
        for (const [index, { classId, area, box, outer, holes }] of traced.regions.entries()) {
          const ring = holes.length === 0 ? outer : rings?.[index];
          const segmentation = ring
            ? [ring]
            : { size: [labels.height, labels.width], counts: compressRuns(regionRuns(traced, index)) };
          const annotation = {
            id: part.annotations + 1, // from 1: pycocotools takes the id 0 for "no match"
            image_id: id,
            category_id: classId + 1,
            segmentation,
            area,
            bbox: [box.x, box.y, box.width, box.height],
            iscrowd: ring ? 0 : 1,
          };
          await part.file.append(`${part.annotations === 0 ? '' : ','}\n${JSON.stringify(annotation)}`);
          part.annotations++;
        }
      }
      // Images come last: their lines are few and short enough to wait, the annotations are not.
      for (const { file, images } of files.values()) await file.append(`],\n"images":[\n${images.join(',\n')}\n]}\n`);
    } finally {
      await closeAll([...files.values()].map(({ file }) => file));
    }
  },
};
