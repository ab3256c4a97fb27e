import { isUnderWay } from '../../jobs/isUnderWay.ts';
import { definitionOf, JOBS, type JobName } from '../../jobs/jobTable.ts';
import type { LossPoint } from '../../jobs/lossPoint.ts';
import type { JobView } from '../services.ts';
import { pagesOf, type Range } from './ranges.ts';

// The Jobs view as data: what stands under what. What it looks like is jobsView.ts.

export type JobsNode =
  | { readonly kind: 'job'; readonly id: string; readonly view: JobView }
  | { readonly kind: 'page'; readonly jobs: readonly JobView[]; readonly range: Range }
  | { readonly kind: 'detail'; readonly id: string; readonly place: number; readonly detail: JobDetail };

export type JobDetail =
  | { readonly what: 'stage'; readonly stage: string; readonly detail: string | undefined }
  | { readonly what: 'options'; readonly options: readonly { readonly name: string; readonly value: string }[] }
  | { readonly what: 'started'; readonly time: number }
  | { readonly what: 'took'; readonly seconds: number }
  | { readonly what: 'result'; readonly sentence: string }
  | { readonly what: 'error'; readonly sentence: string }
  | { readonly what: 'place'; readonly own: boolean; readonly host: string; readonly pid: number }
  /** The held-out loss that a training has measured, so far when it runs. */
  | { readonly what: 'curve'; readonly losses: readonly LossPoint[] };

/** Running jobs first, then the others, newest first; in pages when there are many. */
export function jobsRoots(jobs: readonly JobView[]): readonly JobsNode[] {
  const underWay = ({ journal }: JobView): boolean => isUnderWay(journal);
  const sorted = [...jobs.filter(underWay), ...jobs.filter((job) => !underWay(job))];
  return jobsOrPages(sorted, { start: 0, end: sorted.length });
}

export function jobsChildren(node: JobsNode): readonly JobsNode[] {
  switch (node.kind) {
    case 'page':
      return jobsOrPages(node.jobs, node.range);
    case 'job':
      return jobDetails(node.view).map((detail, place) => ({
        kind: 'detail',
        id: node.id,
        place,
        detail,
      }));
    case 'detail':
      return [];
  }
}

export function jobsNodeId(node: JobsNode): string {
  switch (node.kind) {
    case 'job':
      return node.id;
    case 'page':
      return `page:${node.range.start}`;
    case 'detail':
      return `${node.id}:${node.place}:${node.detail.what}`;
  }
}

export function jobDetails({ journal, progress, own }: JobView): readonly JobDetail[] {
  const details: JobDetail[] = [];
  const now = progress ?? ('progress' in journal ? journal.progress : undefined);
  if (journal.state === 'running' && now) details.push({ what: 'stage', stage: now.stage, detail: now.detail });
  if (journal.state === 'failed') details.push({ what: 'error', sentence: journal.error.message });
  if (journal.state === 'done')
    for (const sentence of resultSentences(journal.job, journal.result)) details.push({ what: 'result', sentence });
  if (now?.losses !== undefined) details.push({ what: 'curve', losses: now.losses });
  const options = Object.entries(journal.options).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  if (options.length > 0) details.push({ what: 'options', options });
  if (journal.state !== 'queued') {
    details.push({ what: 'started', time: Date.parse(journal.started) });
    if ('ended' in journal)
      details.push({ what: 'took', seconds: (Date.parse(journal.ended) - Date.parse(journal.started)) / 1000 });
  }
  if (isUnderWay(journal)) details.push({ what: 'place', own, host: journal.process.host, pid: journal.process.pid });
  return details;
}

/** The result in the job's own words; none for a job or a result of another version. */
function resultSentences(job: string, result: unknown): readonly string[] {
  if (!isJobName(job)) return [];
  const { result: schema, describe } = definitionOf(job);
  const parsed = schema.safeParse(result);
  return parsed.success
    ? describe(parsed.data)
        .split('\n')
        .filter((line) => line.trim() !== '')
    : [];
}

function isJobName(job: string): job is JobName {
  return Object.hasOwn(JOBS, job);
}

function jobsOrPages(jobs: readonly JobView[], range: Range): readonly JobsNode[] {
  return (
    pagesOf(range)?.map((page): JobsNode => ({ kind: 'page', jobs, range: page })) ??
    jobs.slice(range.start, range.end).map((view): JobsNode => ({ kind: 'job', id: view.journal.id, view }))
  );
}
