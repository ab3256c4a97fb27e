import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenQuestion } from '../../../src/base/openQuestion.ts';
import { UserError } from '../../../src/base/userError.ts';
import { serveJobs } from '../../../src/jobs/serveJobs.ts';
import type { JobRunner } from '../../../src/jobs/runner.ts';

// A worker whose "sample" job behaves as the last part of --out says, so that tests can watch a real child process do anything.
const sample: JobRunner<'sample'> = async (options, context) => {
  const { project, signal } = context;
  const result = { folder: project, files: [] };
  switch (basename(options.out ?? 'work')) {
    case 'work':
      for (let done = 0; done <= 4; done++) context.progress({ stage: 'drawing', done, total: 4, unit: 'samples' });
      console.log('a library prints this');
      context.log('drew them');
      return result;
    case 'wait':
      context.progress({ stage: 'waiting', done: 1, total: 100, unit: 'naps' });
      await sleep(60_000, undefined, { signal });
      return result;
    case 'standing':
      context.standing({ ...result, files: ['first.dgan'] });
      await sleep(60_000, undefined, { signal });
      return result;
    case 'block':
      context.progress({ stage: 'blocking', done: 0, total: 1, unit: 'runs' });
      await sleep(100); // let the message out
      for (const end = Date.now() + 30_000; Date.now() < end;);
      return result;
    case 'user':
      throw new UserError('samples/007.dgan is truncated: copy it again.');
    case 'question':
      throw new OpenQuestion('Choose a class with --class.', { kind: 'class', classes: 3 });
    case 'bug':
      throw new TypeError('x is not a function');
    case 'later':
      setTimeout(() => {
        throw new RangeError('thrown from a timer');
      }, 10);
      await sleep(60_000);
      return result;
    case 'exit':
      process.stderr.write('something native said this\n');
      process.exit(7);
    case 'abort':
      process.abort();
    case 'wrong':
      return { folder: 7 } as unknown as typeof result;
    default:
      return result;
  }
};

serveJobs({ sample: () => Promise.resolve(sample) });
