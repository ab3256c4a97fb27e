import * as z from 'zod';
import { UserError } from '../base/userError.ts';
import type { ImageScores } from '../interpreter/uncertainty.ts';
import type { LabelClass } from './classes.ts';
import { pixelsPerId, type LabelMap } from './labelMap.ts';

/** What the index says of one image. Rows never change; keys of a later version survive. */
export interface DataSetRow extends ImageScores {
  readonly id: number;
  /** Pixels per class, by id; every class of the data set is there. */
  readonly pixels: Readonly<Record<string, number>>;
}

/** By hand: of a schema's half a second for ten thousand rows, which the extension host reads too, a tenth remains. */
function isDataSetRow(value: unknown): value is DataSetRow {
  if (typeof value !== 'object' || value === null) return false;
  const { id, sum, top10mean, pixels } = value as Partial<Record<string, unknown>>;
  if (!isCount(id) || !isScore(sum) || !isScore(top10mean)) return false;
  if (typeof pixels !== 'object' || pixels === null || Array.isArray(pixels)) return false;
  for (const key in pixels) if (!/^\d+$/.test(key) || !isCount((pixels as Record<string, unknown>)[key])) return false;
  return true;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isScore = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity;

/** For messages that hold rows. */
export const dataSetRowSchema = z.custom<DataSetRow>(isDataSetRow, 'not a row of an index');

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
      const row = parsed(line);
      if (isDataSetRow(row)) return row;
      throw new UserError(
        `${path}, line ${i + 1}, is not a row of an index; delete the line and generate again to make that image anew.`,
      );
    });
  return { rows, length };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
