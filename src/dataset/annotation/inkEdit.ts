import type { LabelMap } from '../labelMap.ts';
import type { Area } from './area.ts';
import { inked, inkTable, type Ink } from './ink.ts';
import { EditBuilder, type LabelEdit } from './labelEdit.ts';

/** The edit that puts ink on an area; undefined where nothing changes. Changes nothing itself. */
export function inkEdit(labels: LabelMap, where: Area | 'everywhere', ink: Ink): LabelEdit | undefined {
  const { width, height, data } = labels;
  const table = inkTable(ink, labels);
  const edit = new EditBuilder();
  if (where === 'everywhere') {
    for (let i = 0; i < data.length; i++) {
      const old = data[i]!;
      edit.add(i, old, inked(table, old, i));
    }
    return edit.finish();
  }
  const { mask, box } = where;
  if (where.width !== width || where.height !== height)
    throw new Error(`An area of ${where.width}×${where.height} pixels does not fit ${width}×${height} labels.`);
  if (!box) return undefined;
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let i = y * width + box.x, end = i + box.width; i < end; i++) {
      if (mask[i] === 0) continue;
      const old = data[i]!;
      edit.add(i, old, inked(table, old, i));
    }
  }
  return edit.finish();
}

/** "The rest is background": gives every pixel that is not labelled yet to class `id`. */
export function labelTheRest(labels: LabelMap, id: number, locked: ReadonlySet<number>): LabelEdit | undefined {
  return inkEdit(labels, 'everywhere', { puts: id, over: 'unlabelled', locked });
}
