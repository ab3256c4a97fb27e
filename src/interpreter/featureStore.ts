import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '../base/atomicFile.ts';
import { canonicalJson } from '../base/canonicalJson.ts';
import { UserError } from '../base/userError.ts';
import { decodeSafetensors, encodeSafetensors } from '../engine/safetensors.ts';
import type { FeatureSet } from '../stylegan/featureMap.ts';
import type { FeatureShape } from './ensemble.ts';
import type { FeatureMaps } from './gather.ts';

/** Everything that an image's feature maps depend on. Labels don't belong here: painting leaves the maps as they are. */
export interface FeatureKey {
  /** `networkHash` of the generator. */
  readonly generator: string;
  /** What the synthesis starts from, as plain JSON data: latent (values or seed and index), truncation and noise. */
  readonly latent: unknown;
  readonly truncation: unknown;
  readonly noise: unknown;
  readonly features: FeatureSet;
}

/**
 * Native feature maps on disk in half precision (131 MB per image at 512², 5.3 GB when upsampled). It is a cache: files may
 * be deleted at any time, damaged ones are computed anew, and the least recently used go when it grows.
 */
export class FeatureStore {
  readonly #folder: string;
  readonly #mostBytes: number;

  /** @param mostBytes size that the folder is cut down to after each new file; the newest file always stays */
  constructor(folder: string, mostBytes = 8e9) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /**
   * The maps of a key: from disk, or from `compute`, which is then stored.
   * @param shapes the maps that the caller needs; a file with others is computed anew
   * @param compute gives float16 maps of [1, C, h, w] by name
   * @throws UserError when the folder can't be written
   */
  async maps(
    key: FeatureKey,
    shapes: readonly FeatureShape[],
    compute: () => Promise<FeatureMaps>,
  ): Promise<FeatureMaps> {
    const path = this.#path(key);
    const stored = await readMaps(path, shapes);
    if (stored) return stored;
    const computed = await compute();
    const maps = new Map(shapes.map(({ name }) => [name, computed.get(name)!]));
    if (!fits(maps, shapes))
      throw new Error('The generator’s feature maps are not those that the interpreter expects.');
    await writeFileWhole(path, encodeSafetensors({ tensors: maps, metadata: {} }));
    await this.#evict(path);
    return maps;
  }

  #path({ generator, latent, truncation, noise, features }: FeatureKey): string {
    const text = canonicalJson({ generator, latent, truncation, noise, features });
    return join(this.#folder, `${createHash('sha256').update(text).digest('hex')}.safetensors`);
  }

  async #evict(newest: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const names = (await readdir(this.#folder)).filter((name) => /^[0-9a-f]{64}\.safetensors$/.test(name));
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        // Another process may have evicted it meanwhile.
        const facts = await stat(path).catch(() => undefined);
        return { path, size: facts?.size ?? 0, used: facts?.mtimeMs ?? 0 };
      }),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.used - b.used)) {
      if (total <= this.#mostBytes) return;
      if (path === newest) continue;
      await rm(path, { force: true });
      total -= size;
    }
  }
}

/** What the file holds, or undefined when there is none that is whole and fits. */
async function readMaps(path: string, shapes: readonly FeatureShape[]): Promise<FeatureMaps | undefined> {
  try {
    const { tensors } = decodeSafetensors(await readFile(path), path);
    if (!fits(tensors, shapes)) return undefined;
    const now = new Date();
    await utimes(path, now, now);
    return tensors;
  } catch (error) {
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function fits(maps: FeatureMaps, shapes: readonly FeatureShape[]): boolean {
  return shapes.every(({ name, channels, height, width }) => {
    const map = maps.get(name);
    return map?.dtype === 'float16' && map.shape.join() === `1,${channels},${height},${width}`;
  });
}
