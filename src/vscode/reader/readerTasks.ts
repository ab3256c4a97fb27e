import { messageOf, UserError } from '../../base/userError.ts';
import { changeClass, type ClassChange } from '../../dataset/classChanges.ts';
import { dataSetState, listDataSets, readDataSetSummary, type DataSetSummary } from '../../dataset/dataSetSummary.ts';
import { readProject } from '../../dataset/projectFile.ts';
import { readSampleSummary, type SampleSummary } from '../../dataset/sampleSummary.ts';
import { makePicture } from '../thumbnails/makePicture.ts';

export type SummaryOrProblem =
  { readonly ok: SampleSummary } | { readonly problem: string; /** A defect of ours. */ readonly isBug: boolean };

/** The summaries of the data sets that were asked for last, so that looking again costs a few `stat`s. */
const summaries = new Map<string, { readonly state: string; readonly summary: DataSetSummary }>();
const MOST_SUMMARIES = 4;

/** What the reader thread can be asked for. Everything in and out crosses threads: plain data and typed arrays. */
export const readerTasks = {
  sampleSummaries: async (paths: readonly string[]): Promise<readonly SummaryOrProblem[]> => {
    const results: SummaryOrProblem[] = [];
    for (const path of paths) {
      try {
        results.push({ ok: await readSampleSummary(path) });
      } catch (error) {
        results.push({ problem: messageOf(error), isBug: !(error instanceof UserError) });
      }
    }
    return results;
  },
  listDataSets,
  dataSetSummary: async (folder: string): Promise<DataSetSummary> => {
    const state = await dataSetState(folder);
    const known = summaries.get(folder);
    if (known?.state === state) return known.summary;
    const summary = await readDataSetSummary(folder);
    summaries.delete(folder);
    summaries.set(folder, { state, summary });
    for (const [oldest] of summaries) if (summaries.size > MOST_SUMMARIES) summaries.delete(oldest);
    return summary;
  },
  makePicture,
  /** @param except samples that are left alone. @returns the files that were rewritten */
  changeClass: async (folder: string, change: ClassChange, except: readonly string[]): Promise<readonly string[]> => {
    const { changedFiles } = await changeClass(await readProject(folder), change, { except: new Set(except) });
    return changedFiles;
  },
} as const;

export type ReaderTasks = typeof readerTasks;
export type ReaderTask = keyof ReaderTasks;

export interface ReaderRequest {
  readonly id: number;
  readonly task: ReaderTask;
  readonly args: readonly unknown[];
}

export type ReaderReply =
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number; readonly problem: string; readonly isBug: boolean };
