import type { FeatureShape } from './ensemble.ts';

/** Feature maps of one size, which the first layer takes together. */
export interface Level {
  /** Their places in the order of the concatenation. */
  readonly features: readonly number[];
  readonly channels: number;
  /** `coarse`: the first layer runs at this size and its result is upsampled. `full`: it runs at the labels' size. */
  readonly kind: 'coarse' | 'full';
  readonly height: number;
  readonly width: number;
}

export interface LabelSize {
  readonly height: number;
  readonly width: number;
}

type Map2d = Pick<FeatureShape, 'channels' | 'height' | 'width'>;

/** Whether a map is brought to the labels' size before the first layer: it is as large, or larger. */
function isFull(map: Map2d, size: LabelSize): boolean {
  return map.height * map.width >= size.height * size.width;
}

/** Sorts feature maps by size, each with its channels; smallest first, the level of the labels' own size last. */
export function featureLevels(maps: readonly Map2d[], size: LabelSize): readonly Level[] {
  const levels = new Map<string, Level>();
  maps.forEach((map, i) => {
    const full = isFull(map, size);
    const { height, width } = full ? size : map;
    const key = full ? 'full' : `${height}×${width}`;
    const known = levels.get(key);
    levels.set(key, {
      features: [...(known?.features ?? []), i],
      channels: (known?.channels ?? 0) + map.channels,
      kind: full ? 'full' : 'coarse',
      height,
      width,
    });
  });
  const place = ({ kind, height, width }: Level) => (kind === 'full' ? Infinity : height * width);
  return [...levels.values()].sort((a, b) => place(a) - place(b));
}
