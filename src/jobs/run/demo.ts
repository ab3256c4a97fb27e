import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../base/userError.ts';
import { PROJECT_FILE } from '../../dataset/projectFile.ts';
import { copyProject, freePath } from '../../dataset/projectFolder.ts';
import { startJob } from '../client.ts';
import { definitionOf, type JobName, type JobResult, type RequestFor } from '../jobTable.ts';
import type { JobRunner } from '../runner.ts';

/** The whole way on a copy of the sample project. Every step is a job of its own, as a person would start it. */
export const run: JobRunner<'demo'> = async ({ out, count }, { compute, signal, progress, log }) => {
  const project = await copySampleProject(out);
  log(`The sample project was copied to ${project}.`);
  const step = async <J extends JobName>(request: RequestFor<J>): Promise<JobResult<J>> => {
    const job = await startJob<J>(request, { project, compute, signal, onProgress: progress, onLog: log });
    const result = await job.result;
    figures.push(...definitionOf(request.job).describe(result).split('\n'));
    return result;
  };
  const figures: string[] = [];
  await step({ job: 'train', options: {} });
  const { folder } = await step({ job: 'generate', options: { count } });
  const { out: report } = await step({ job: 'report', options: { dataset: folder } });
  return { project, report, figures };
};

/**
 * @param out the new folder; else the first of dgan-demo, dgan-demo-2, … that is not there
 * @throws UserError when the folder is there already or can't be written.
 */
async function copySampleProject(out: string | undefined): Promise<string> {
  const source = await sampleProject();
  const target = out === undefined ? await freePath(resolve('dgan-demo')) : resolve(out);
  if (await exists(target)) throw new UserError(`${target} is there already: name a new folder.`);
  await copyProject(source, target);
  return target;
}

/** models/avatars-64 of this package: above dist/ in a bundle, above src/ in a checkout. */
async function sampleProject(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const project = join(folder, 'models/avatars-64');
    if (await exists(join(project, PROJECT_FILE))) return project;
    if (folder === dirname(folder)) throw new Error('models/avatars-64 is missing from the package.');
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
