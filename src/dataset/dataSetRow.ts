import * as z from 'zod';
import { UserError } from '../base/userError.ts';
import type { ImageScores } from '../interpreter/uncertainty.ts';
import { checked } from './checked.ts';
import type { LabelClass } from './classes.ts';
import { parseJson } from './jsonText.ts';
import { pixelsPerId, type LabelMap } from './labelMap.ts';

export const dataSetRowSchema = z.looseObject({
  id: z.int().min(0),
  /** Both image scores, in nats. */
  sum: z.number().min(0),
  top10mean: z.number().min(0),
  /** Pixels per class, by id; every class of the data set is there. */
  pixels: z.record(z.string().regex(/^\d+$/), z.int().min(0)),
});

/** What the index says of one image. Rows never change. */
export type DataSetRow = z.infer<typeof dataSetRowSchema>;

export function rowOf(id: number, scores: ImageScores, labels: LabelMap, classes: readonly LabelClass[]): DataSetRow {
  const counts = pixelsPerId(labels);
  return {
    id,
    sum: scores.sum,
    top10mean: scores.top10mean,
    pixels: Object.fromEntries(classes.map((labelClass) => [String(labelClass.id), counts[labelClass.id]!])),
  };
}

/** One line of a `.jsonl` index, with its end. */
export function rowLine(row: DataSetRow): string {
  return `${JSON.stringify(row)}\n`;
}

/**
 * The rows of a `.jsonl` index. A last line without an end was cut off by a kill and is left out.
 * @returns `length`: how many characters hold whole rows.
 * @throws UserError that names file and line for a whole line that is not a row.
 */
export function parseRows(
  text: string,
  path: string,
): { readonly rows: readonly DataSetRow[]; readonly length: number } {
  const length = text.lastIndexOf('\n') + 1;
  const rows = text
    .slice(0, length)
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      try {
        return checked(dataSetRowSchema, parseJson(line, ''), 'its form');
      } catch (error) {
        throw new UserError(
          `${path}, line ${i + 1}, is not a row of an index; delete the line and generate again to make that image anew.`,
          { cause: error },
        );
      }
    });
  return { rows, length };
}
