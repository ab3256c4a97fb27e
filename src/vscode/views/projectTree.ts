import type { LabelClass } from '../../dataset/classes.ts';
import { UNLABELLED } from '../../dataset/labelMap.ts';
import type { SampleEntry } from '../services.ts';
import type { LabelChanges } from './labelChanges.ts';
import { pagesOf, type Range } from './ranges.ts';

// The Project view as data: what stands under what. What it looks like is projectView.ts.

export type GeneratorState =
  | {
      readonly state: 'there';
      readonly path: string;
      readonly name: string;
      readonly family: string;
      readonly resolution: number;
      readonly attribution: string | undefined;
    }
  | { readonly state: 'missing'; readonly path: string }
  | { readonly state: 'wrong'; readonly path: string; readonly problem: string };

export type InterpreterState =
  | { readonly state: 'none' }
  | { readonly state: 'wrong'; readonly path: string; readonly problem: string }
  | {
      readonly state: 'trained';
      readonly path: string;
      /** Milliseconds since 1970. */
      readonly trained: number;
      readonly members: number;
      readonly samples: number;
      readonly pixels: number;
      readonly heldOutAccuracy: number;
      readonly provider: string;
      readonly changes: LabelChanges;
    };

export interface ProjectData {
  readonly generator: GeneratorState;
  readonly interpreter: InterpreterState;
  readonly classes: readonly LabelClass[];
  readonly samples: readonly SampleEntry[];
  readonly unreadable: readonly { readonly path: string; readonly problem: string }[];
}

/** Where a sample stands on its way. */
export type SampleStage = 'unlabelled' | 'labelled' | 'reviewed' | 'discarded';
const stages = ['unlabelled', 'labelled', 'reviewed', 'discarded'] as const satisfies readonly SampleStage[];

export type ProjectNode =
  | { readonly kind: 'generator'; readonly generator: GeneratorState }
  | { readonly kind: 'classes'; readonly nodes: readonly ProjectNode[] }
  | {
      readonly kind: 'class';
      readonly id: number;
      readonly labelClass: LabelClass;
      /** Of the labelled pixels of all samples that are not discarded, 0 … 1; undefined when there are none. */
      readonly share: number | undefined;
      /** In how many samples it occurs. */
      readonly samples: number;
    }
  | {
      readonly kind: 'samples';
      readonly total: number;
      readonly reviewed: number;
      readonly groups: readonly ProjectNode[];
    }
  | { readonly kind: 'stage'; readonly stage: SampleStage; readonly entries: readonly SampleEntry[] }
  | {
      readonly kind: 'page';
      readonly stage: SampleStage;
      readonly entries: readonly SampleEntry[];
      readonly range: Range;
    }
  | { readonly kind: 'sample'; readonly path: string; readonly stage: SampleStage; readonly entry: SampleEntry }
  | { readonly kind: 'unreadable'; readonly nodes: readonly ProjectNode[]; readonly total: number }
  | { readonly kind: 'unreadableSample'; readonly path: string; readonly problem: string }
  | { readonly kind: 'interpreter'; readonly interpreter: InterpreterState }
  | { readonly kind: 'detail'; readonly detail: InterpreterDetail };

export type InterpreterDetail =
  | { readonly what: 'trained'; readonly time: number }
  | { readonly what: 'samples'; readonly samples: number; readonly pixels: number }
  | { readonly what: 'accuracy'; readonly share: number }
  | { readonly what: 'provider'; readonly provider: string; readonly members: number };

export function isStale({ samples, classes }: LabelChanges): boolean {
  return samples > 0 || classes;
}

export function projectRoots(data: ProjectData): readonly ProjectNode[] {
  const counted = data.samples.filter(({ status }) => status !== 'discarded');
  const pixels = (id: number): number => counted.reduce((sum, { pixelsPerId }) => sum + pixelsPerId[id]!, 0);
  const total = counted.reduce(
    (sum, { pixelsPerId }) => sum + pixelsPerId.reduce((all, count, id) => (id === UNLABELLED ? all : all + count), 0),
    0,
  );
  const classes = data.classes.map((labelClass): ProjectNode => ({
    kind: 'class',
    id: labelClass.id,
    labelClass,
    share: total === 0 ? undefined : pixels(labelClass.id) / total,
    samples: counted.filter(({ pixelsPerId }) => pixelsPerId[labelClass.id]! > 0).length,
  }));
  const byStage = stages.map((stage) => ({ stage, entries: data.samples.filter((entry) => stageOf(entry) === stage) }));
  const groups = byStage
    .filter(({ entries }) => entries.length > 0)
    .map((group): ProjectNode => ({ kind: 'stage', ...group }));
  if (data.unreadable.length > 0) {
    const nodes = data.unreadable.slice(0, 100).map((sample): ProjectNode => ({ kind: 'unreadableSample', ...sample }));
    groups.push({ kind: 'unreadable', nodes, total: data.unreadable.length });
  }
  return [
    { kind: 'generator', generator: data.generator },
    { kind: 'classes', nodes: classes },
    {
      kind: 'samples',
      total: data.samples.length,
      reviewed: byStage.find(({ stage }) => stage === 'reviewed')?.entries.length ?? 0,
      groups,
    },
    { kind: 'interpreter', interpreter: data.interpreter },
  ];
}

export function projectChildren(node: ProjectNode): readonly ProjectNode[] {
  switch (node.kind) {
    case 'classes':
    case 'unreadable':
      return node.nodes;
    case 'samples':
      return node.groups;
    case 'stage':
      return entriesOrPages(node.stage, node.entries, { start: 0, end: node.entries.length });
    case 'page':
      return entriesOrPages(node.stage, node.entries, node.range);
    case 'interpreter':
      return interpreterDetails(node.interpreter).map((detail) => ({ kind: 'detail', detail }));
    default:
      return [];
  }
}

function interpreterDetails(interpreter: InterpreterState): readonly InterpreterDetail[] {
  if (interpreter.state !== 'trained') return [];
  const { trained, samples, pixels, heldOutAccuracy, provider, members } = interpreter;
  return [
    { what: 'trained', time: trained },
    { what: 'samples', samples, pixels },
    { what: 'accuracy', share: heldOutAccuracy },
    { what: 'provider', provider, members },
  ];
}

/** Identifies a node for as long as it means the same, so that what is open stays open. */
export function projectNodeId(node: ProjectNode): string {
  switch (node.kind) {
    case 'class':
      return `class:${node.id}`;
    case 'stage':
      return `stage:${node.stage}`;
    case 'page':
      return `page:${node.stage}:${node.range.start}-${node.range.end}`;
    case 'sample':
    case 'unreadableSample':
      return `sample:${node.path}`;
    case 'detail':
      return `detail:${node.detail.what}`;
    default:
      return node.kind;
  }
}

export function stageOf({ status, labelled }: Pick<SampleEntry, 'status' | 'labelled'>): SampleStage {
  if (status !== 'open') return status;
  return labelled > 0 ? 'labelled' : 'unlabelled';
}

function entriesOrPages(stage: SampleStage, entries: readonly SampleEntry[], range: Range): readonly ProjectNode[] {
  return (
    pagesOf(range)?.map((page): ProjectNode => ({ kind: 'page', stage, entries, range: page })) ??
    entries
      .slice(range.start, range.end)
      .map((entry): ProjectNode => ({ kind: 'sample', path: entry.path, stage, entry }))
  );
}
