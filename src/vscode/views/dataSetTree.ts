import type { DataSetSummary, FoundDataSet } from '../../dataset/dataSetSummary.ts';
import type { ClassStatistics, ScoreStatistics } from '../../dataset/statistics.ts';

// The Data set view as data: what stands under what. What it looks like is dataSetView.ts.

export type DataSetNode =
  | { readonly kind: 'dataSet'; readonly folder: string; readonly modified: number; readonly isNewest: boolean }
  | { readonly kind: 'images'; readonly folder: string; readonly images: number; readonly count: number }
  | {
      readonly kind: 'kept';
      readonly folder: string;
      readonly images: number;
      readonly kept: number;
      readonly dropped: number;
      readonly rejected: number;
    }
  | { readonly kind: 'classes'; readonly folder: string; readonly nodes: readonly DataSetNode[] }
  | { readonly kind: 'class'; readonly folder: string; readonly statistics: ClassStatistics }
  | {
      readonly kind: 'uncertainty';
      readonly folder: string;
      readonly scores: ScoreStatistics;
      readonly nodes: readonly DataSetNode[];
    }
  | {
      readonly kind: 'mean' | 'quantile';
      readonly folder: string;
      readonly at: number;
      readonly value: number;
      readonly most: number;
    }
  | { readonly kind: 'problem'; readonly folder: string; readonly problem: string };

/** @param found newest first */
export function dataSetRoots(found: readonly FoundDataSet[]): readonly DataSetNode[] {
  return found
    .slice(0, 100)
    .map(({ folder, modified }, i) => ({ kind: 'dataSet', folder, modified, isNewest: i === 0 }));
}

/** What stands under a data set. */
export function dataSetRows({ folder, count, statistics, score, fates }: DataSetSummary): readonly DataSetNode[] {
  const scores = statistics.scores.find((each) => each.score === score);
  const most = scores?.quantiles.at(-1)?.value ?? 0;
  // By place in FATES.
  const [kept, dropped, rejected] = [0, 1, 2].map((fate) =>
    fates.reduce((sum, each) => sum + Number(each === fate), 0),
  ) as [number, number, number];
  return [
    { kind: 'images', folder, images: fates.length, count },
    ...(fates.length === 0 ? [] : [{ kind: 'kept', folder, images: fates.length, kept, dropped, rejected } as const]),
    {
      kind: 'classes',
      folder,
      nodes: statistics.classes.map((each) => ({ kind: 'class', folder, statistics: each }) as const),
    },
    ...(scores === undefined
      ? []
      : [
          {
            kind: 'uncertainty',
            folder,
            scores,
            nodes: [
              { kind: 'mean', folder, at: NaN, value: scores.mean, most } as const,
              ...[...scores.quantiles]
                .reverse()
                .map(({ at, value }) => ({ kind: 'quantile', folder, at, value, most }) as const),
            ],
          } as const,
        ]),
  ];
}

export function dataSetNodeId(node: DataSetNode): string {
  switch (node.kind) {
    case 'class':
      return `${node.folder}:class:${node.statistics.id}`;
    case 'quantile':
      return `${node.folder}:quantile:${node.at}`;
    default:
      return `${node.folder}:${node.kind}`;
  }
}
