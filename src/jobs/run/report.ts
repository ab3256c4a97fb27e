import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { writeFileWhole } from '../../base/atomicFile.ts';
import { newestDataSet } from '../../dataset/newestDataSet.ts';
import { projectPaths, readProject, type Project } from '../../dataset/projectFile.ts';
import { reportPage } from '../../dataset/report/page.ts';
import { readReportData } from '../../dataset/report/readReportData.ts';
import type { ReportTraining } from '../../dataset/report/reportData.ts';
import { loadInterpreter } from '../../interpreter/interpreterFile.ts';
import { JOBS, type JobName, type JobResult } from '../jobTable.ts';
import { readJournals, type Journal } from '../journal.ts';
import type { JobRunner } from '../runner.ts';

/** Shows what came out as one HTML file. */
export const run: JobRunner<'report'> = async (options, { project: folder, signal, progress, log }) => {
  const project = await readProject(folder);
  const dataset = options.dataset ?? (await newestDataSet(projectPaths(project).dataSets));
  const data = await readReportData(dataset, {
    signal,
    onImage: (done, total) => progress({ stage: 'reading images', done, total, unit: 'images' }),
  });
  const interpreter = await trainingOf(project, data.settings.interpreter.sha256);
  if (interpreter === undefined)
    log('The interpreter that labelled the data set is not in the project: no training curve.');

  // Files hold no clock times, so that equal runs have equal bytes; the journals know how long things took.
  const journals = await readJournals(folder);
  const trained = lastResult(journals, 'train', ({ out }) => out === projectPaths(project).interpreter);
  const generated = lastResult(journals, 'generate', (result) => result.folder === dataset && result.made > 0);

  const page = reportPage({
    ...data,
    title: basename(project.folder),
    training: interpreter && { ...interpreter, seconds: trained?.seconds },
    measured: generated?.imagesPerSecond === undefined ? {} : { imagesPerSecond: generated.imagesPerSecond },
    versions: [
      { name: packageJson.displayName, version: packageJson.version },
      { name: 'Node', version: process.versions.node },
    ],
  });
  const out = options.out ?? join(folder, 'report.html');
  await writeFileWhole(out, page);
  return { out };
};

/** The facts of the interpreter with this hash; undefined when the project's is missing or another by now. */
async function trainingOf(project: Project, sha256: string): Promise<ReportTraining | undefined> {
  const path = projectPaths(project).interpreter;
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
  const { curve, best, samples } = loadInterpreter(bytes, path).facts;
  return { curve, best, samples };
}

/** What the newest of such jobs gave. */
function lastResult<J extends JobName>(
  journals: readonly Journal[],
  job: J,
  isWanted: (result: JobResult<J>) => boolean,
): JobResult<J> | undefined {
  for (const journal of journals) {
    if (journal.job !== job || journal.state !== 'done') continue;
    const result = JOBS[job].result.safeParse(journal.result);
    if (result.success && isWanted(result.data as JobResult<J>)) return result.data as JobResult<J>;
  }
  return undefined;
}
