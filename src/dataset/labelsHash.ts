import { createHash } from 'node:crypto';
import type { LabelMap } from './labelMap.ts';

/** SHA-256 of a map's size and ids: whether labels are those that an interpreter was trained on. */
export function labelsHash({ width, height, data }: LabelMap): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}
