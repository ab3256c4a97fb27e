import { pathToFileURL } from 'node:url';
import { buildModel } from '../../src/engine/graph.ts';
import { encodeModel } from '../../src/engine/onnx/codec.ts';
import { cast, transpose } from '../../src/engine/ops.ts';
import { Session } from '../../src/engine/session.ts';
import { float32Data } from '../../src/engine/tensor.ts';
import { input, parameter, type Value } from '../../src/engine/value.ts';
import {
  featureChannels,
  hiddenSizes,
  type Dropout,
  type EnsembleArchitecture,
  type EnsembleWeights,
  type WeightName,
} from '../../src/interpreter/ensemble.ts';
import { ensembleLogits, type NamedValues } from '../../src/interpreter/ensembleLayers.ts';
import { gatherPool, type PixelPool } from '../../src/interpreter/pixelPool.ts';
import { trainEnsemble } from '../../src/interpreter/train.ts';
import { DEFAULT_DROPOUT, DEFAULT_TRAINING, type TrainingSettings } from '../../src/interpreter/trainingSettings.ts';
import { majorityVote } from '../../src/interpreter/vote.ts';
import type { FeatureSet } from '../../src/stylegan/featureMap.ts';
import { Synthesizer } from '../../src/stylegan/synthesizer.ts';
import { AVATAR_CLASSES, avatarFeatureShapes, avatarGenerator, avatarSamples } from './avatars.ts';

// How well the interpreter learns, and what each choice of its recipe is worth. Trains on the avatars 000–015 and measures
// on 016–047, which are never trained on. The labels were made by a network (models/avatars-64/README.md), not by people.
// `node --import=tsx test/bench/learning.ts` prints the table of the README.

/** IoU of each class, intersections and unions summed over all pixels; undefined for a class in neither. */
export function classIous(predicted: Uint8Array, truth: Uint8Array, classes: number): readonly (number | undefined)[] {
  const both = new Float64Array(classes);
  const either = new Float64Array(classes);
  truth.forEach((id, i) => {
    if (id === 255) return;
    const guess = predicted[i]!;
    either[id]!++;
    if (guess === id) both[id]!++;
    else either[guess]!++;
  });
  return Array.from(both, (n, id) => (either[id] === 0 ? undefined : n / either[id]!));
}

export function mean(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return known.reduce((a, b) => a + b, 0) / known.length;
}

/**
 * Every pixel's vote.
 * @param voters groups of members that vote, each by itself
 * @returns one prediction for each group
 */
export async function predict(
  architecture: EnsembleArchitecture,
  weights: EnsembleWeights,
  pool: PixelPool,
  voters: readonly (readonly number[])[],
): Promise<readonly Uint8Array[]> {
  const atOnce = 4096;
  const channels = featureChannels(architecture);
  const classes = architecture.classes.length;
  const named = Object.fromEntries(Array.from(weights, ([name, tensor]) => [name, parameter(name, tensor)]));
  const x: Value = cast(input('x', 'float16', [1, atOnce, channels]), 'float32');
  const logits = transpose(ensembleLogits(x, named as NamedValues<WeightName>), [0, 2, 1]);
  const model = encodeModel(buildModel({ name: 'predict', outputs: { logits }, microsoftOps: true }));
  const session = await Session.create(model, { provider: 'cpu', cpuFallback: 'allow' });
  const results = voters.map(() => new Uint8Array(pool.labels.length));
  for (let start = 0; start < pool.labels.length; start += atOnce) {
    const data = new Uint16Array(atOnce * channels);
    data.set(pool.vectors.subarray(start * channels, (start + atOnce) * channels));
    const out = await session.run({ x: { dtype: 'float16', shape: [1, atOnce, channels], data } });
    const all = float32Data(out['logits']);
    const size = classes * atOnce;
    voters.forEach((chosen, i) => {
      const own = new Float32Array(chosen.length * size);
      chosen.forEach((member, place) => {
        own.set(all.subarray(member * size, (member + 1) * size), place * size);
      });
      results[i]!.set(majorityVote(own, chosen.length, classes).subarray(0, pool.labels.length - start), start);
    });
  }
  await session.release();
  return results;
}

/** One way to train. */
interface Variant {
  readonly name: string;
  readonly features: FeatureSet;
  readonly dropout: Dropout | 'none';
  readonly samples: number;
  readonly settings: TrainingSettings;
  /** Report the first so many members only; `each`: the mean over all members alone. */
  readonly vote: 'all' | 'each' | number;
}

/** One row of the table. */
export interface LearningRow {
  readonly name: string;
  readonly ious: readonly (number | undefined)[];
  readonly accuracy: number;
  /** Processor time of the training, without synthesis; undefined where another row's training is used. */
  readonly cpuSeconds?: number;
}

const standard: Variant = {
  name: 'defaults (10 members, dropout, paper features, 16 samples)',
  features: 'paper',
  dropout: DEFAULT_DROPOUT,
  samples: 16,
  settings: DEFAULT_TRAINING,
  vote: 'all',
};

const members = 10;

/** Variants that share a training. */
type Group = readonly [Variant, ...Variant[]];

/** The defaults with all their members, with three, and with each alone. */
export const DEFAULTS: Group = [
  standard,
  { ...standard, name: '3 members', vote: 3 },
  { ...standard, name: '1 member (mean of the ten)', vote: 'each' },
];

const table: readonly Group[] = [
  DEFAULTS,
  [{ ...standard, name: 'no dropout', dropout: 'none' }],
  [{ ...standard, name: "the released code's features", features: 'released' }],
  [
    {
      ...standard,
      name: 'one pixel in five held out instead of images',
      settings: { ...DEFAULT_TRAINING, heldOut: { kind: 'pixels', share: 0.2 } },
    },
  ],
  [{ ...standard, name: 'classes as often as painted', settings: { ...DEFAULT_TRAINING, evenShare: 0 } }],
  ...[8, 4, 2, 1].map((samples): Group => [
    { ...standard, name: `${samples} labelled ${samples === 1 ? 'sample' : 'samples'}`, samples },
  ]),
];

/** Trains and measures every variant of `groups`, the whole table unless told. */
export async function measureLearning(
  onRow: (row: LearningRow) => void = () => undefined,
  groups = table,
): Promise<LearningRow[]> {
  const rows: LearningRow[] = [];
  const pools = new Map<string, PixelPool>();
  const generator = await avatarGenerator();
  const classes = AVATAR_CLASSES.map((_, id) => id);
  const pool = async (features: FeatureSet, start: number, end: number): Promise<PixelPool> => {
    const key = `${features} ${start} ${end}`;
    const known = pools.get(key);
    if (known) return known;
    const shapes = avatarFeatureShapes(generator, features);
    const names = shapes.map(({ name }) => name);
    const synthesizer = new Synthesizer(generator, names, { provider: 'cpu', cpuFallback: 'allow' });
    const samples = await avatarSamples(generator, synthesizer, start, end);
    const { seed, evenShare } = DEFAULT_TRAINING;
    const made = await gatherPool({ samples, featureShapes: shapes, classes, pixelsPerImage: 4096, evenShare, seed });
    await synthesizer.release();
    pools.set(key, made);
    return made;
  };
  for (const group of groups) {
    const [{ features, dropout, samples, settings }] = group;
    const architecture: EnsembleArchitecture = {
      members,
      features,
      featureShapes: avatarFeatureShapes(generator, features),
      hidden: hiddenSizes('auto', classes.length),
      classes,
      dropout,
    };
    const [train, test] = [await pool(features, 0, samples), await pool(features, 16, 48)];
    const begin = process.cpuUsage();
    const { weights } = await trainEnsemble({ architecture, pool: train, settings });
    const { user, system } = process.cpuUsage(begin);
    const votersOf = ({ vote }: Variant) => {
      if (vote === 'each') return Array.from({ length: members }, (_, member) => [member]);
      return [Array.from({ length: vote === 'all' ? members : vote }, (_, member) => member)];
    };
    const predictions = [...(await predict(architecture, weights, test, group.flatMap(votersOf)))];
    for (const variant of group) {
      const own = predictions.splice(0, votersOf(variant).length);
      const ious = own.map((predicted) => classIous(predicted, test.labels, classes.length));
      const right = own.map((predicted) => predicted.filter((id, i) => id === test.labels[i]).length);
      const row = {
        name: variant.name,
        ious: classes.map((id) => mean(ious.map((values) => values[id]))),
        accuracy: mean(right) / test.labels.length,
        ...(variant === group[0] ? { cpuSeconds: (user + system) / 1e6 } : {}),
      };
      rows.push(row);
      onRow(row);
    }
  }
  return rows;
}

/** The rows as a Markdown table. */
export function learningTable(rows: readonly LearningRow[]): string {
  return [tableHead, ...rows.map(tableLine)].join('\n');
}

const tableHead = [
  `| trained with | mean IoU | ${AVATAR_CLASSES.join(' | ')} | pixel accuracy | CPU s |`,
  `|---|${'--:|'.repeat(AVATAR_CLASSES.length + 3)}`,
].join('\n');

function tableLine({ name, ious, accuracy, cpuSeconds }: LearningRow): string {
  const numbers = [mean(ious), ...ious, accuracy].map((value) => value?.toFixed(3) ?? '');
  return `| ${[name, ...numbers, cpuSeconds?.toFixed(1) ?? ''].join(' | ')} |`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(tableHead);
  await measureLearning((row) => {
    console.log(tableLine(row));
  });
}
