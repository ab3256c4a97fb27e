// A client with a job in the background, as the editor has them: backgroundClient.ts <project> <worker>
import { startJob } from '../../../src/jobs/client.ts';

const [project, file] = process.argv.slice(2) as [string, string];
const job = { job: 'sample', options: { out: 'wait' } } as const;
await startJob(job, { project, worker: { file, execArgv: [] }, priority: 'background' });
