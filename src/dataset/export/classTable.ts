import type { LabelClass } from '../classes.ts';
import { UNLABELLED } from '../labelMap.ts';

/** `classes.json` for formats that have no place of their own for class names: what each value of a label image means. */
export function classTable(classes: readonly LabelClass[]): string {
  return `${JSON.stringify({ unlabelled: UNLABELLED, classes }, null, 2)}\n`;
}
