import { FATES, type DataSetSummary } from '../../dataset/dataSetSummary.ts';
import type { Fate } from '../../dataset/selection.ts';
import type { SampleEntry } from '../services.ts';
import { pagesOf, quantileGroups, type QuantileGroup, type Range } from './ranges.ts';

// The Uncertainty view as data: what stands under what. What it looks like is uncertaintyView.ts.

/** A sample with its score, nats. */
export interface ScoredSample {
  readonly entry: SampleEntry;
  readonly score: number;
}

/** What is ranked, most uncertain first. */
export type Ranking =
  | { readonly of: 'samples'; readonly samples: readonly ScoredSample[] }
  | { readonly of: 'images'; readonly dataSet: DataSetSummary };

export type UncertaintyNode =
  | { readonly kind: 'root'; readonly of: Ranking['of'] }
  | { readonly kind: 'group'; readonly ranking: Ranking; readonly group: QuantileGroup }
  | { readonly kind: 'page'; readonly ranking: Ranking; readonly range: Range }
  | {
      readonly kind: 'sample';
      readonly path: string;
      readonly rank: number;
      readonly entry: SampleEntry;
      readonly score: number;
    }
  | {
      readonly kind: 'image';
      /** Of the data set. */
      readonly folder: string;
      readonly id: number;
      readonly rank: number;
      readonly score: number;
      readonly fate: Fate;
      readonly dataSet: DataSetSummary;
    }
  /** In place of children: why there are none. */
  | { readonly kind: 'note'; readonly of: Ranking['of']; readonly text: string };

/** Samples by their score; equal ones by name, so that the order stays. Those without a score are left out. */
export function rankSamples(
  entries: readonly SampleEntry[],
  scoreOf: (entry: SampleEntry) => number | undefined,
): Ranking {
  const samples = entries
    .flatMap((entry): ScoredSample[] => {
      const score = scoreOf(entry);
      return score === undefined ? [] : [{ entry, score }];
    })
    .sort((a, b) => b.score - a.score || (a.entry.name < b.entry.name ? -1 : 1));
  return { of: 'samples', samples };
}

export function lengthOf(ranking: Ranking): number {
  return ranking.of === 'samples' ? ranking.samples.length : ranking.dataSet.ids.length;
}

/** The quantile groups of a ranking. */
export function uncertaintyGroups(ranking: Ranking): readonly UncertaintyNode[] {
  return quantileGroups(lengthOf(ranking)).map((group) => ({ kind: 'group', ranking, group }));
}

/** Children of groups and pages; roots get theirs from {@link uncertaintyGroups}. */
export function uncertaintyChildren(node: UncertaintyNode): readonly UncertaintyNode[] {
  switch (node.kind) {
    case 'group':
      return pagesOrLeaves(node.ranking, node.group);
    case 'page':
      return pagesOrLeaves(node.ranking, node.range);
    default:
      return [];
  }
}

export function uncertaintyNodeId(node: UncertaintyNode): string {
  switch (node.kind) {
    case 'root':
      return `root:${node.of}`;
    case 'note':
      return `note:${node.of}`;
    case 'group':
      return `group:${node.ranking.of}:${node.group.from}`;
    case 'page':
      return `page:${node.ranking.of}:${node.range.start}-${node.range.end}`;
    case 'sample':
      return `sample:${node.path}`;
    case 'image':
      return `image:${node.folder}:${node.id}`;
  }
}

function pagesOrLeaves(ranking: Ranking, range: Range): readonly UncertaintyNode[] {
  const pages = pagesOf(range);
  if (pages) return pages.map((page) => ({ kind: 'page', ranking, range: page }));
  return Array.from({ length: range.end - range.start }, (_, i) => leaf(ranking, range.start + i));
}

function leaf(ranking: Ranking, place: number): UncertaintyNode {
  const rank = place + 1;
  if (ranking.of === 'samples') {
    const { entry, score } = ranking.samples[place]!;
    return { kind: 'sample', path: entry.path, rank, entry, score };
  }
  const { dataSet } = ranking;
  return {
    kind: 'image',
    folder: dataSet.folder,
    id: dataSet.ids[place]!,
    rank,
    score: dataSet.scores[place]!,
    fate: FATES[dataSet.fates[place]!]!,
    dataSet,
  };
}
