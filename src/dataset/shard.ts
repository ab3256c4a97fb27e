import { UserError } from '../base/userError.ts';

/** One of `of` equal parts of a generation; `index` counts from 1, as people and schedulers' `--shard 3/16` do. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The whole: what runs when nobody asked for shards. */
export const wholeShard: Shard = { index: 1, of: 1 };

/**
 * Reads `3/16`.
 * @throws UserError for anything but `i/n` with 1 ≤ i ≤ n ≤ 9999.
 */
export function parseShard(text: string): Shard {
  const found = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const shard = { index: Number(found?.[1]), of: Number(found?.[2]) };
  if (!found || shard.index < 1 || shard.index > shard.of)
    throw new UserError(`"${text}" is not a shard: write i/n with i from 1 to n, for instance 3/16.`);
  return shard;
}

/** `0003-of-0016` */
export function shardName({ index, of }: Shard): string {
  return `${String(index).padStart(4, '0')}-of-${String(of).padStart(4, '0')}`;
}

/** The inverse of {@link shardName}; undefined for any other text. */
export function shardOfName(name: string): Shard | undefined {
  const found = /^(\d{4})-of-(\d{4})$/.exec(name);
  return found ? { index: Number(found[1]), of: Number(found[2]) } : undefined;
}

/**
 * The first ids of the shard's batches. Batches are aligned to the global index and dealt out in turn, so that an image
 * is computed in the same batch whatever the number of shards.
 */
export function batchesOfShard({ index, of }: Shard, count: number, batch: number): number[] {
  const firsts: number[] = [];
  for (let first = (index - 1) * batch; first < count; first += of * batch) firsts.push(first);
  return firsts;
}
