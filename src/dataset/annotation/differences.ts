import type { LabelMap } from '../labelMap.ts';

/** Which pixels differ (1) and how many; undefined when the maps are of different sizes and cannot be compared. */
export function differences(
  a: LabelMap,
  b: LabelMap,
): { readonly mask: Uint8Array; readonly pixels: number } | undefined {
  if (a.width !== b.width || a.height !== b.height) return undefined;
  const mask = new Uint8Array(a.data.length);
  let pixels = 0;
  for (let i = 0; i < mask.length; i++) {
    if (a.data[i] === b.data[i]) continue;
    mask[i] = 1;
    pixels++;
  }
  return { mask, pixels };
}
