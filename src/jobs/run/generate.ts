import { cpus } from 'node:os';
import { join } from 'node:path';
import { readDataSet } from '../../dataset/dataSetFolder.ts';
import { DATA_SET_VERSION, type DataSetSettings, type Runtime } from '../../dataset/dataSetSettings.ts';
import { openDataSet } from '../../dataset/dataSetWriter.ts';
import { filterRows } from '../../dataset/filter.ts';
import { writeFilter } from '../../dataset/filterFile.ts';
import { generate } from '../../dataset/generate.ts';
import { projectPaths, readProject } from '../../dataset/projectFile.ts';
import { parseShard, wholeShard } from '../../dataset/shard.ts';
import { nodeRuntime, type ProviderName } from '../../engine/session.ts';
import { Labeller } from '../../interpreter/labeller.ts';
import type { JobRunner } from '../runner.ts';
import { chosenProvider } from './chosenProvider.ts';
import { projectGenerator } from './projectGenerator.ts';
import { projectInterpreter } from './projectInterpreter.ts';

/** Generates a data set, or the rest of one that was begun. */
export const run: JobRunner<'generate'> = async (options, context) => {
  const { project, signal, progress } = context;
  const started = performance.now();
  const opened = await readProject(project);
  const generator = await projectGenerator(opened);
  const interpreter = await projectInterpreter(opened, generator);
  const { generation, classes } = opened.settings;
  const { resolution } = generator.architecture;
  const settings: DataSetSettings = {
    format: 'datasetgan-dataset',
    version: DATA_SET_VERSION,
    generator: { name: generator.facts.name, sha256: generator.sha256 },
    interpreter: { sha256: interpreter.sha256, members: interpreter.architecture.members },
    classes: classes.filter(({ id }) => interpreter.architecture.classes.includes(id)),
    width: resolution,
    height: resolution,
    count: options.count ?? generation.count,
    seed: options.seed ?? generation.seed,
    truncation: {
      psi: options.psi ?? generation.truncation.psi,
      layers: options.layers ?? generation.truncation.layers,
    },
    noise: { kind: 'constant' },
    batch: generation.batch,
    ...(generator.facts.attribution === undefined ? {} : { attribution: generator.facts.attribution }),
  };
  const { provider, threads } = await chosenProvider(context);
  const folder = options.out ?? join(projectPaths(opened).dataSets, defaultName(settings));
  const shard = options.shard === undefined ? wholeShard : parseShard(options.shard);
  const writer = await openDataSet(folder, settings, shard, await runtimeOf(provider));
  let made = 0;
  try {
    const labeller = await Labeller.create({ network: generator, ensemble: interpreter }, settings.batch, {
      provider,
      cpuFallback: 'allow',
      ...(threads === undefined ? {} : { threads }),
    });
    try {
      made = await generate(writer, labeller, generator.architecture, {
        signal,
        onProgress: (done, total) => progress({ stage: 'generating', done, total, unit: 'images' }),
      });
    } finally {
      await labeller.release();
    }
  } finally {
    await writer.close();
  }
  const { rows, missing, runtimes } = await readDataSet(folder);
  const filter = filterRows(rows, { score: generation.score, ratio: generation.filterRatio });
  await writeFilter(folder, filter);
  const warnings: string[] = [];
  if (runtimes.length > 1) {
    const kinds = runtimes.map(({ provider: on, runtime, processor }) => `${on}, ${runtime}, ${processor}`).join('; ');
    warnings.push(`Parts were computed differently (${kinds}): the bytes are not those of one machine's run.`);
  }
  if (missing > 0) warnings.push(`${missing} images are still missing: the other shards make them.`);
  const seconds = (performance.now() - started) / 1000;
  return { folder, count: settings.count, made, kept: rows.length - filter.dropped.length, seconds, warnings };
};

/** A folder for each combination of settings, so that generating again after another training begins a new data set. */
function defaultName({ seed, count, truncation, interpreter }: DataSetSettings): string {
  return `seed${seed}-${count}-psi${truncation.psi}-${interpreter.sha256.slice(0, 8)}`;
}

async function runtimeOf(provider: ProviderName): Promise<Runtime> {
  const version = (await nodeRuntime()).env.versions.node ?? 'of unknown version';
  const [cpu] = cpus();
  return {
    provider,
    runtime: `onnxruntime-node ${version}`,
    processor: `${cpu?.model.trim() ?? 'unknown'}, ${process.arch}`,
  };
}
