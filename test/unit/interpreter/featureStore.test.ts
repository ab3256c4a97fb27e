import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeatureStore, type FeatureKey } from '../../../src/interpreter/featureStore.ts';
import type { FeatureMaps } from '../../../src/interpreter/gather.ts';
import { TOY_SHAPES, toyMaps } from './toySamples.ts';

const key: FeatureKey = {
  generator: 'ab'.repeat(32),
  latent: { space: 'z', seed: 1, index: 2 },
  truncation: { psi: 0.7, layers: 8 },
  noise: 'constant',
  features: 'paper',
};

describe('FeatureStore', () => {
  let folder: string;
  let computed: number;
  const compute =
    (image = 0) =>
    (): Promise<FeatureMaps> => {
      computed++;
      return Promise.resolve(toyMaps(image));
    };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'features-'));
    computed = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('synthesises once: afterwards the same maps come from disk, whatever the order of the keys', async () => {
    const first = await new FeatureStore(folder).maps(key, TOY_SHAPES, compute());
    const again = { ...key, latent: { index: 2, seed: 1, space: 'z' } };
    const second = await new FeatureStore(folder).maps(again, TOY_SHAPES, compute(9));
    assert.equal(computed, 1);
    for (const [name, map] of first) assert.deepEqual([...second.get(name)!.data], [...map.data]);
  });

  it('keeps images apart that differ in generator, latent, truncation, noise or feature set', async () => {
    const store = new FeatureStore(folder);
    const others: FeatureKey[] = [
      { ...key, generator: 'cd'.repeat(32) },
      { ...key, latent: { space: 'z', seed: 1, index: 3 } },
      { ...key, truncation: { psi: 0.8, layers: 8 } },
      { ...key, noise: { seed: 4 } },
      { ...key, features: 'released' },
    ];
    for (const other of [key, ...others]) await store.maps(other, TOY_SHAPES, compute());
    assert.equal(computed, 6);
    assert.equal((await readdir(folder)).length, 6);
  });

  it('computes anew what is damaged, or holds other maps', async () => {
    const store = new FeatureStore(folder);
    await store.maps(key, TOY_SHAPES, compute());
    const path = join(folder, (await readdir(folder))[0]!);
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    await store.maps(key, TOY_SHAPES, compute());
    assert.equal(computed, 2);
    await store.maps(key, TOY_SHAPES.slice(0, 1), compute());
    assert.equal(computed, 2, 'fewer maps than stored are there');
    await store.maps(key, [{ ...TOY_SHAPES[0]!, channels: 3, name: 'S07' }], () =>
      Promise.resolve(new Map([['S07', toyMaps(0).get('S00')!]])),
    );
    await store.maps(key, TOY_SHAPES, compute());
    assert.equal(computed, 3);
  });

  it('drops the least recently used when it grows over its size', async () => {
    const store = new FeatureStore(folder, 4000); // a file has about 1,600 bytes
    const indexed = (index: number): FeatureKey => ({ ...key, latent: { index } });
    for (const index of [0, 1]) await store.maps(indexed(index), TOY_SHAPES, compute());
    const past = new Date(Date.now() - 60_000);
    for (const name of await readdir(folder)) await utimes(join(folder, name), past, past);
    await store.maps(indexed(0), TOY_SHAPES, compute()); // used now, so 1 is the oldest
    await store.maps(indexed(2), TOY_SHAPES, compute());
    assert.equal(computed, 3);
    await store.maps(indexed(0), TOY_SHAPES, compute());
    assert.equal(computed, 3);
    await store.maps(indexed(1), TOY_SHAPES, compute());
    assert.equal(computed, 4);
  });
});
