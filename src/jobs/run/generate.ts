import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { readDataSet } from '../../dataset/dataSetFolder.ts';
import { DATA_SET_VERSION, type DataSetSettings, type Runtime } from '../../dataset/dataSetSettings.ts';
import { openDataSet } from '../../dataset/dataSetWriter.ts';
import { filterRows } from '../../dataset/filter.ts';
import { writeFilter } from '../../dataset/filterFile.ts';
import { generate, missingBatches, type LabelSource } from '../../dataset/generate.ts';
import { labelHere, labellingTask, type LabellingTask } from '../../dataset/labelBatch.ts';
import { projectPaths, readProject } from '../../dataset/projectFile.ts';
import { readSelection } from '../../dataset/selection.ts';
import { parseShard, wholeShard } from '../../dataset/shard.ts';
import { nodeRuntime, type ProviderName } from '../../engine/session.ts';
import type { FactoryParts } from '../../interpreter/factory.ts';
import { cropEntry } from '../../interpreter/labelFrame.ts';
import { encodeLabeller, Labeller } from '../../interpreter/labeller.ts';
import { LabellerPool } from '../labelling/labellerPool.ts';
import { labellingPlan, type LabellingPlan } from '../labelling/labellingPlan.ts';
import type { JobRunner } from '../runner.ts';
import { chosenProvider } from './chosenProvider.ts';
import { projectFrame } from './projectFrame.ts';
import { projectGenerator } from './projectGenerator.ts';
import { projectInterpreter } from './projectInterpreter.ts';

/** Generates a data set, or the rest of one that was begun. */
export const run: JobRunner<'generate'> = async (options, context) => {
  const { project, signal, progress, log } = context;
  const started = performance.now();
  const opened = await readProject(project);
  const generator = await projectGenerator(opened);
  const interpreter = await projectInterpreter(opened, generator);
  const { generation, classes } = opened.settings;
  const frame = projectFrame(opened, generator);
  const settings: DataSetSettings = {
    format: 'datasetgan-dataset',
    version: DATA_SET_VERSION,
    generator: { name: generator.facts.name, sha256: generator.sha256 },
    interpreter: { sha256: interpreter.sha256, members: interpreter.architecture.members },
    classes: classes.filter(({ id }) => interpreter.architecture.classes.includes(id)),
    width: frame.width,
    height: frame.height,
    ...cropEntry(frame),
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
  let generating = 0;
  try {
    const plan = labellingPlan({
      provider,
      resolution: frame.resolution,
      threads: threads ?? availableParallelism(),
      batches: missingBatches(writer).length,
      memory: totalmem(),
    });
    const parts = { network: generator, ensemble: interpreter, frame };
    const task = labellingTask(settings, generator.architecture);
    const { source, close } = await startLabelling(plan, parts, task, provider, log);
    const first = performance.now();
    try {
      made = await generate(writer, source, {
        signal,
        onProgress: (done, total) => progress({ stage: 'generating', done, total, unit: 'images' }),
      });
      generating = (performance.now() - first) / 1000;
    } finally {
      await close();
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
  const { fateOf } = await readSelection(folder);
  const kept = rows.filter(({ id }) => fateOf(id) === 'kept').length;
  const rate = made > 0 ? { imagesPerSecond: made / generating } : {};
  return { folder, count: settings.count, made, kept, seconds, ...rate, warnings };
};

interface Labelling {
  readonly source: LabelSource;
  readonly close: () => Promise<void>;
}

async function startLabelling(
  plan: LabellingPlan,
  parts: FactoryParts,
  task: LabellingTask,
  provider: ProviderName,
  log: (line: string) => void,
): Promise<Labelling> {
  const { batch } = task.settings;
  if (plan.kind === 'here') {
    const { threads } = plan;
    const labeller = await Labeller.create(parts, batch, {
      provider,
      cpuFallback: 'allow',
      ...(threads === undefined ? {} : { threads }),
    });
    return { source: labelHere(labeller, task), close: () => labeller.release() };
  }
  const pool = new LabellerPool(plan.processes);
  try {
    log(`Labelling in ${plan.processes} processes: ${pool.pids.join(', ')}.`);
    pool.load(encodeLabeller(parts, batch, provider), task);
    return { source: pool, close: () => pool.close() };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

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
