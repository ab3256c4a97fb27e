import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataSet } from '../../src/dataset/dataSetWriter.ts';
import { readSample } from '../../src/dataset/dganFile.ts';
import { filterRows } from '../../src/dataset/filter.ts';
import { writeFilter } from '../../src/dataset/filterFile.ts';
import { prepareImage } from '../../src/dataset/preparedImage.ts';
import { wholeShard } from '../../src/dataset/shard.ts';

/** A data set of the painted samples, over and over: nobody has to wait for a training. @returns its folder */
export async function paintedDataSet(workspace: string, count: number): Promise<string> {
  const names = (await readdir(join(workspace, 'samples'))).filter((name) => name.endsWith('.dgan')).sort();
  const samples = await Promise.all(names.map((name) => readSample(join(workspace, 'samples', name))));
  const { manifest, image } = samples[0]!;
  assert.ok(manifest.origin.kind === 'generated');
  const { generator, truncation, noise } = manifest.origin;
  const folder = join(workspace, 'datasets', 'painted');
  const { width, height } = image;
  const settings = {
    format: 'datasetgan-dataset',
    version: 1,
    generator,
    interpreter: { sha256: 'c'.repeat(64), members: 10 },
    classes: manifest.classes,
    width,
    height,
    count,
    seed: 77,
    truncation,
    noise,
    batch: 8,
  } as const;
  const writer = await openDataSet(folder, settings, wholeShard, {
    provider: 'cpu',
    runtime: 'none',
    processor: 'none',
  });
  const prepared = Array.from({ length: count }, (_, id) => {
    const { image: picture, labels } = samples[id % samples.length]!;
    const { data } = labels;
    // Where the class changes, as a real ensemble has it.
    const uncertainty = Float32Array.from(data, (label, i) =>
      label === data[i + 1] && label === data[i + width] ? 0.002 : 0.1 + id / 200,
    );
    return prepareImage({ id, image: picture, labels, uncertainty }, settings);
  });
  await writer.append(prepared);
  await writer.close();
  await writeFilter(
    folder,
    filterRows(
      prepared.map(({ row }) => row),
      { score: 'top10mean', ratio: 0.1 },
    ),
  );
  return folder;
}
