import { join } from 'node:path';
import { pictureName } from './imageName.ts';
import { shardName, type Shard } from './shard.ts';

/** The three pictures of one image, by folder. */
export type Picture = 'images' | 'labels' | 'uncertainty';
export const pictures = ['images', 'labels', 'uncertainty'] as const satisfies readonly Picture[];

export function picturePath(folder: string, picture: Picture, id: number): string {
  return join(folder, picture, pictureName(id));
}

export function settingsPath(folder: string): string {
  return join(folder, 'dataset.json');
}

export function indexFolder(folder: string): string {
  return join(folder, 'index');
}

/** The rows of a shard. */
export function indexPath(folder: string, shard: Shard): string {
  return join(indexFolder(folder), `${shardName(shard)}.jsonl`);
}

/** What computed a shard: a list of runtimes, more than one when it was resumed elsewhere. */
export function runtimesPath(folder: string, shard: Shard): string {
  return join(indexFolder(folder), `${shardName(shard)}.json`);
}

export function filterPath(folder: string): string {
  return join(folder, 'filter.json');
}

export function rejectedPath(folder: string): string {
  return join(folder, 'rejected.json');
}
